import { describe, expect, it } from 'vitest';
import supervisorPattern from '../../src/patterns/supervisor.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
import { built, fullTeam, person } from '../support/built.ts';
import { codeOf, lastText, llm, type ModelCall, runScripted, type Scripted, type ScriptedTrial } from '../support/trial.ts';

const workers = ['research', 'law', 'writer'].map((name) => llm(name));
const roster = fullTeam(...workers);

type Said = Scripted | string | object;

/** A coordinator that says these things in turn, the last one for ever; workers say their name, after 100 ms. */
function supervised(said: readonly Said[], options: object = {}, more: Partial<ScriptedTrial> = {}) {
  let next = 0;
  return runScripted({
    agent: built(supervisorPattern, roster, options),
    input: 'May we sell it?',
    ...more,
    script: (request, call) => {
      if (call.agent !== 'coordinator') return more.script?.(request, call) ?? { content: `${call.agent} says`, latencyMs: 100 };
      const answer = said[Math.min(next++, said.length - 1)]!;
      return typeof answer === 'object' && !('status' in answer) ? JSON.stringify(answer) : answer;
    },
  });
}

const give = (...work: readonly (readonly [string, string])[]) => ({
  delegate: work.map(([worker, subtask]) => ({ worker, subtask })),
});
const DONE = { final_answer: 'Yes, you may.' };
const whoRan = ({ calls }: { calls: readonly ModelCall[] }) => calls.map(({ agent }) => agent);
const told = (call: ModelCall) => call.request.messages.map((message) => message.content);

describe('supervisor', () => {
  it('SUP1 lists workers with their descriptions, and decides in JSON', async () => {
    const outcome = await supervised([give(['law', 'check the rules']), DONE]);
    const [first, , last] = outcome.calls;
    for (const { name, description } of workers)
      expect(first!.request.messages[0]?.content).toContain(`- ${name}: ${description}`);
    expect(first!.request.response_format).toEqual({ type: 'json_object' });
    expect(whoRan(outcome)).toEqual(['coordinator', 'law', 'coordinator']);
    expect(told(last!).slice(2)).toEqual([JSON.stringify(give(['law', 'check the rules'])), 'Result from law:\nlaw says']);
    expect(outcome.result).toMatchObject({ output: 'Yes, you may.', stop: 'final', data: { results: { law: 'law says' } } });
    expect(checkTrace(outcome.spans)).toEqual([]);
  });

  it('SUP1 understands a single piece put as {"delegate": name, "subtask": …}', async () => {
    const outcome = await supervised([{ delegate: 'Law', subtask: 'check the rules' }, DONE]);
    expect(whoRan(outcome)).toEqual(['coordinator', 'law', 'coordinator']);
    expect(lastText(outcome.calls[1]!.request)).toBe('check the rules');
  });

  it('SUP2 after so many decisions it must answer with what there is, and says why it stopped', async () => {
    let n = 0;
    const endless = await runScripted({
      agent: built(supervisorPattern, roster, { maxIterations: 3 }),
      script: (request, { agent }) =>
        agent !== 'coordinator'
          ? 'more'
          : request.response_format
            ? JSON.stringify(give(['law', `piece ${n++}`]))
            : 'What there is.',
    });
    expect(whoRan(endless)).toEqual(['coordinator', 'law', 'coordinator', 'law', 'coordinator', 'law', 'coordinator']);
    expect(lastText(endless.calls.at(-1)!.request)).toBe('Synthesize all results into a final answer now.');
    expect(endless.calls.at(-1)!.request.response_format).toBeUndefined();
    expect(endless.result).toMatchObject({ output: 'What there is.', stop: 'max_turns' });
  });

  it('SUP3 gives out several pieces at once, and the same worker another piece later', async () => {
    const outcome = await supervised([give(['research', 'figures'], ['law', 'rules']), give(['law', 'exceptions']), DONE]);
    expect(outcome.calls.map(({ agent, atMs }) => [agent, atMs])).toEqual([
      ['coordinator', 0],
      ['research', 0],
      ['law', 0],
      ['coordinator', 100],
      ['law', 100],
      ['coordinator', 200],
    ]);
    expect(told(outcome.calls.at(-1)!).filter((text) => text?.startsWith('Result from'))).toEqual([
      'Result from research:\nresearch says',
      'Result from law:\nlaw says',
      'Result from law:\nlaw says',
    ]);
  });

  it('SUP4 an unknown worker is told back, with who there is', async () => {
    const outcome = await supervised([give(['lawyer', 'rules']), give(['law', 'rules']), DONE]);
    expect(lastText(outcome.calls[1]!.request)).toContain('unknown worker "lawyer"; there are: research, law, writer');
    expect(whoRan(outcome)).toEqual(['coordinator', 'coordinator', 'law', 'coordinator']);
  });

  it('SUP4 one that never says anything usable is made to answer', async () => {
    const outcome = await supervised(['no', 'no', 'no', 'All I can say.']);
    expect(outcome.result).toMatchObject({ output: 'All I can say.', stop: 'max_turns' });
    expect(outcome.calls).toHaveLength(4);
  });

  it('asked exactly the same again, a worker is spared and the coordinator told; what is new is done', async () => {
    const outcome = await supervised([
      give(['law', 'rules']),
      give(['law', 'rules'], ['research', 'figures']),
      give(['research', 'more']),
      DONE,
    ]);
    expect(whoRan(outcome).filter((agent) => agent !== 'coordinator')).toEqual(['law', 'research', 'research']);
    expect(told(outcome.calls[4]!).at(-1)).toBe('You have already asked exactly this. Do something else, or answer.');
    expect(outcome.spans.flatMap(({ events }) => events).map(({ name }) => name)).toContain('patternbench.repeat');
    expect(whoRan(await supervised([give(['law', 'rules']), give(['law', 'rules']), DONE], { maxRepeats: 2 }))).toContain('law');
  });

  it('SUP5 every decision is a step of the coordinator, with whom it gave work to', async () => {
    const { spans } = await supervised([give(['research', 'figures'], ['law', 'rules']), DONE]);
    const decisions = spans.filter(({ path }) => /^plan:coordinator#\d+$/.test(path));
    expect(
      decisions.map(({ attributes }) => [attributes['patternbench.step.name'], attributes['patternbench.delegate.to']]),
    ).toEqual([
      ['delegate', ['research', 'law']],
      ['answer', undefined],
    ]);
  });

  it('SUP6 retries: a worker is tried again before the coordinator hears of it', async () => {
    const outcome = await supervised(
      [give(['law', 'rules']), DONE],
      { retry: { attempts: 2, baseMs: 50 } },
      {
        script: (_request, { path }) => (path.includes('try1') ? 'law says' : { status: 400 }),
      },
    );
    expect(whoRan(outcome)).toEqual(['coordinator', 'law', 'law', 'coordinator']);
    expect(told(outcome.calls.at(-1)!).at(-1)).toBe('Result from law:\nlaw says');
  });

  it('SUP6 reroutes: a failure is told, and another worker is asked, by the coordinator or by declared fallback', async () => {
    const failing: Partial<ScriptedTrial> = {
      script: (_request, { agent }) => (agent === 'law' ? { status: 400 } : `${agent} says`),
    };
    const rerouted = await supervised([give(['law', 'rules']), give(['research', 'rules']), DONE], {}, failing);
    expect(told(rerouted.calls[2]!).at(-1)).toBe('law failed: the endpoint answered 400');
    expect(rerouted.result?.output).toBe('Yes, you may.');
    const fallen = await supervised([give(['law', 'rules']), DONE], { fallback: ['writer'] }, failing);
    expect(whoRan(fallen)).toEqual(['coordinator', 'law', 'writer', 'coordinator']);
  });

  it('SUP6 escalates: a person is asked where that is allowed, and only there', async () => {
    const asking = [{ escalate: 'May I spend 50,000 USD?' }, DONE];
    const outcome = await supervised(asking, { escalate: true }, { approver: person('Half of it.', 5000) });
    expect(told(outcome.calls[1]!).at(-1)).toBe('A person answers: Half of it.');
    expect(outcome.latencyMs).toBe(5000);
    expect(codeOf((await supervised(asking, { escalate: true })).error)).toBe('suspended');
    const strict = await supervised(asking, {}, { approver: person('never asked') });
    expect(strict.calls[0]!.request.messages[0]?.content).not.toContain('escalate');
    expect(lastText(strict.calls[1]!.request)).toContain('"delegate" must be a list');
  });

  it('SUP7 keeps nothing between runs: the same supervisor, used again, asks exactly the same', async () => {
    const agent = built(supervisorPattern, roster);
    const script = (): Partial<ScriptedTrial> => ({ agent });
    const said = [give(['law', 'rules']), DONE];
    const [one, other] = await Promise.all([supervised(said, {}, script()), supervised(said, {}, script())]);
    expect(one.calls).toEqual(other.calls);
    expect((await supervised(said, {}, script())).calls).toEqual(one.calls);
  });

  it('passes the last result of a worker on word for word', async () => {
    const outcome = await supervised([give(['writer', 'draft']), { forward: 'nobody' }, { forward: 'writer' }]);
    expect(lastText(outcome.calls[3]!.request)).toContain('there is no result of "nobody" to forward');
    expect(outcome.result?.output).toBe('writer says');
  });

  it('shows workers their part alone, or also the task and all results', async () => {
    const said = [give(['law', 'rules']), give(['writer', 'draft']), DONE];
    expect(lastText((await supervised(said)).calls[3]!.request)).toBe('draft');
    expect(lastText((await supervised(said, { context: 'all' })).calls[3]!.request)).toBe(
      'Task: May we sell it?\n\nPrevious steps:\n[law]: law says\n\nYour part: draft',
    );
  });

  it('with workers as tools: it calls them side by side, as often as it has turns, and answers itself', async () => {
    const script: ScriptedTrial['script'] = (request, { agent }) => {
      if (agent !== 'coordinator') return { content: `${agent} says`, latencyMs: 100 };
      const done = request.messages.some(({ role }) => role === 'tool');
      return done
        ? 'Yes.'
        : { toolCalls: ['law', 'writer'].map((name) => ({ name, id: name, arguments: '{"input": "rules"}' })) };
    };
    const outcome = await runScripted({ agent: built(supervisorPattern, roster, { mode: 'tools' }), script });
    expect(outcome.calls.map(({ agent, atMs }) => [agent, atMs])).toEqual([
      ['coordinator', 0],
      ['law', 0],
      ['writer', 0],
      ['coordinator', 100],
    ]);
    expect(outcome.calls[0]!.request.tools?.map((tool) => tool.function.name)).toEqual(['research', 'law', 'writer']);
    expect(outcome.result).toMatchObject({ output: 'Yes.', stop: 'final' });
    expect(checkTrace(outcome.spans)).toEqual([]);
  });
});
