import { describe, expect, it } from 'vitest';
import sequentialPattern, { sequential } from '../../src/patterns/sequential.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
import { codeOf, lastText, llm, runScripted, type Script, team } from '../support/trial.ts';

const [research, write, review] = [llm('research'), llm('write'), llm('review')];

/** Every agent answers with its name, in upper case, after its own time. */
const LATENCY: Readonly<Record<string, number>> = { research: 337.75, write: 1000.001, review: 0.25 };
const byName: Script = (_request, { agent }) => ({ content: `${agent.toUpperCase()} done`, latencyMs: LATENCY[agent]! });

describe('sequential', () => {
  it('SEQ1 each agent sees the task and every previous step; the first only the raw input', async () => {
    const { calls } = await runScripted({
      agent: sequential([research, write, review].map((agent) => ({ agent }))),
      script: byName,
      input: 'Write it.',
    });
    expect(calls.map(({ request }) => lastText(request))).toEqual([
      'Write it.',
      'Task: Write it.\n\nPrevious steps:\n[research]: RESEARCH done',
      'Task: Write it.\n\nPrevious steps:\n[research]: RESEARCH done\n\n[write]: WRITE done',
    ]);
    expect(calls.map(({ request }) => request.messages.length)).toEqual([2, 2, 2]);
  });

  it('SEQ2 with context "previous" a stage sees only the output before it', async () => {
    const { calls } = await runScripted({
      agent: sequential([{ agent: research }, { agent: write }, { agent: review }], 'previous'),
      script: byName,
    });
    expect(calls.map(({ request }) => lastText(request))).toEqual(['task', 'RESEARCH done', 'WRITE done']);
  });

  it('SEQ3 a transform is applied before the next stage sees the output, and to the result', async () => {
    const stages = [
      { name: 'facts', agent: research, transform: (text: string) => `<${text}>` },
      { agent: write, transform: () => 'the end' },
    ];
    const { calls, result } = await runScripted({ agent: sequential(stages), script: byName });
    expect(lastText(calls[1]!.request)).toBe('Task: task\n\nPrevious steps:\n[facts]: <RESEARCH done>');
    expect(result?.output).toBe('the end');
  });

  it('SEQ4 the result tells input, name, input, output and exact duration of each stage, and the final output', async () => {
    const { result, latencyMs } = await runScripted({
      agent: sequential([{ agent: research }, { agent: write }, { agent: review }], 'previous'),
      script: byName,
    });
    expect(result?.data).toEqual({
      input: 'task',
      stages: [
        { name: 'research', input: 'task', output: 'RESEARCH done', durationMs: 337.75 },
        { name: 'write', input: 'RESEARCH done', output: 'WRITE done', durationMs: 1000.001 },
        { name: 'review', input: 'WRITE done', output: 'REVIEW done', durationMs: 0.25 },
      ],
      final_output: 'REVIEW done',
    });
    expect(latencyMs).toBe(1338.001);
  });

  it('SEQ4 durations are exact where the difference of the instants, as numbers, is not', async () => {
    const { result } = await runScripted({
      agent: sequential([{ agent: research }, { agent: write }]),
      script: (_request, { agent }) => ({ content: '', latencyMs: agent === 'research' ? 0.1 : 0.2 }),
    });
    expect(result?.data).toMatchObject({ stages: [{ durationMs: 0.1 }, { durationMs: 0.2 }] });
  });

  it('SEQ5 stages run one after another, each with a span; the first failure stops the rest', async () => {
    const { calls, error, spans } = await runScripted({
      agent: sequential([{ agent: research }, { agent: write }, { agent: review }]),
      script: (request, call) => (call.agent === 'write' ? { status: 400, latencyMs: 5 } : byName(request, call)),
    });
    expect(codeOf(error)).toBe('model_error');
    expect(calls.map(({ agent, atMs }) => [agent, atMs])).toEqual([
      ['research', 0],
      ['write', 337.75],
    ]);
    const stages = spans.filter(({ name }) => name.startsWith('invoke_agent'));
    expect(stages.map(({ path, error: failure }) => [path, failure?.type])).toEqual([
      ['agent:research#0', undefined],
      ['agent:write#0', 'model_error'],
    ]);
    expect(stages[1]!.after).toEqual(['agent:research#0/model:chat#0']);
    expect(checkTrace(spans)).toEqual([]);
  });

  it('SEQ6 a stage may have a timeout, and agents to fall back on', async () => {
    const { calls, result, spans, latencyMs } = await runScripted({
      agent: sequential([{ agent: research, run: { timeoutMs: 100, fallback: [review] } }, { agent: write }]),
      script: byName,
    });
    expect(calls.map(({ agent, atMs }) => [agent, atMs])).toEqual([
      ['research', 0],
      ['review', 100],
      ['write', 100.25],
    ]);
    expect(result?.output).toBe('WRITE done');
    expect(latencyMs).toBe(1100.251);
    const fallback = spans[0]!.events.find(({ name }) => name === 'patternbench.fallback');
    expect(fallback?.attributes).toMatchObject({
      'patternbench.fallback.from': 'research',
      'patternbench.fallback.to': 'review',
      'error.type': 'timeout',
    });
    expect(checkTrace(spans)).toEqual([]);
  });

  it('SEQ7 a stage has a contract, and what breaks it is localised to that stage, with what is wrong', async () => {
    const schema = { type: 'object', properties: { total: { type: 'number' } }, required: ['total'] };
    const run = (content: string) =>
      runScripted({
        agent: sequential([{ agent: research, run: { outputSchema: schema } }, { agent: write }]),
        script: () => content,
      });
    const kept = await run('{"total": 3}');
    expect(kept.error).toBeUndefined();
    for (const content of ['{"total": "three"}', 'no JSON', '{}']) {
      const { error, calls, spans } = await run(content);
      expect(codeOf(error)).toBe('contract_violation');
      expect(String(error)).toContain('research');
      expect(calls.map(({ agent }) => agent)).toEqual(['research']);
      expect(spans.find(({ path }) => path === 'agent:research#0')?.error?.type).toBe('contract_violation');
    }
  });

  it('SEQ7 a broken contract is tried again where the stage has attempts left', async () => {
    const { result, latencyMs } = await runScripted({
      agent: sequential([{ agent: research, run: { outputSchema: { type: 'array' }, retry: { attempts: 2, baseMs: 250 } } }]),
      script: (_request, { path }) => ({ content: path.includes('try1') ? '[1]' : '{}', latencyMs: 100.5 }),
    });
    expect(result?.output).toBe('[1]');
    expect(latencyMs).toBe(451);
  });

  it('ends early, with stop reason "bail", after a stage whose gate is closed', async () => {
    const { calls, result } = await runScripted({
      agent: sequential([{ agent: research, gate: () => false }, { agent: write }]),
      script: byName,
    });
    expect(calls).toHaveLength(1);
    expect(result).toMatchObject({ output: 'RESEARCH done', stop: 'bail' });
  });

  it('as a part runs the roster in its order, or the stages that are named', async () => {
    const roster = team(research, write, review);
    const order = async (options: unknown) => {
      const { calls } = await runScripted({
        agent: sequentialPattern.build(roster, sequentialPattern.options.parse(options)),
        script: byName,
      });
      return calls.map(({ agent }) => agent);
    };
    expect(await order({})).toEqual(['research', 'write', 'review']);
    expect(await order({ stages: ['review', { agent: 'research', timeoutMs: 1, fallback: ['write'] }] })).toEqual([
      'review',
      'research',
      'write',
    ]);
    expect(sequentialPattern.notApplicable(team(research), sequentialPattern.options.parse({}))).toMatch(/two agents/);
  });
});
