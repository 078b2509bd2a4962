import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadScenario } from '../../src/bench/load-scenarios.ts';
import { loadPatterns, loadScorers } from '../../src/bench/parts.ts';
import { planOf } from '../../src/bench/plan.ts';
import compositePattern from '../../src/patterns/composite.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
import { built, fullTeam } from '../support/built.ts';
import { lastText, llm, runScripted, type Script } from '../support/trial.ts';

const YAML = `
name: tree
coordinator: { model: gpt-4o }
agents:
  - { name: finder, description: finds, instructions: You find. }
  - { name: checker, description: checks, instructions: You check. }
  - { name: pro, description: speaks for it, instructions: You are for it. }
  - { name: contra, description: speaks against it, instructions: You are against it. }
  - { name: editor, description: edits, instructions: You edit. }
samples: [{ id: s1, input: 'Shall we?' }]
score: [{ type: contains }]
patterns:
  composite:
    tree:
      pattern: supervisor
      options: { maxIterations: 3 }
      agents:
        - { pattern: sequential, name: pipeline, description: looks things up, agents: [finder, checker] }
        - { pattern: parallel, name: debate, agents: [pro, contra], options: { aggregate: join } }
        - editor
`;

/** The supervisor of the tree gives all three work, then forwards the editor's. */
const script: Script = (request, { agent }) => {
  if (agent !== 'coordinator') return { content: `${agent} says`, latencyMs: 100 };
  const delegate = ['pipeline', 'debate', 'editor'].map((worker) => ({ worker, subtask: `the part of ${worker}` }));
  return JSON.stringify(request.messages.length > 2 ? { forward: 'debate' } : { delegate });
};

describe('composite', () => {
  it('CMP1 a supervisor of a pipeline, a fan-out and an agent comes from a scenario file alone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'composite-'));
    try {
      const file = join(folder, 'tree.yaml');
      await writeFile(file, YAML);
      const [patterns, scorers] = await Promise.all([loadPatterns(), loadScorers()]);
      const scenario = await loadScenario(file, { patterns, scorers });
      const { cells } = planOf({ scenarios: [{ scenario, tools: new Map() }], patterns, scorers });
      const agent = cells.find(({ pattern }) => pattern === 'composite')!.agent!;
      const outcome = await runScripted({ agent, script });
      expect(outcome.calls.map((call) => [call.agent, call.atMs])).toEqual([
        ['coordinator', 0],
        ['finder', 0],
        ['pro', 0],
        ['contra', 0],
        ['editor', 0],
        ['checker', 100],
        ['coordinator', 200],
      ]);
      const [system] = outcome.calls[0]!.request.messages;
      expect(system?.content).toContain(
        '- pipeline: looks things up\n- debate: speaks for it speaks against it\n- editor: edits\n',
      );
      expect(lastText(outcome.calls[5]!.request)).toBe('Task: the part of pipeline\n\nPrevious steps:\n[finder]: finder says');
      expect(outcome.result?.output).toBe('[pro]: pro says\n\n[contra]: contra says');
      expect(checkTrace(outcome.spans)).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  const roster = fullTeam(llm('a'), llm('b'));

  it('CMP1 without a tree: a supervisor over the roster as a pipeline and as a fan-out', async () => {
    const { calls } = await runScripted({ agent: built(compositePattern, roster), script: () => '{"final_answer": "ok"}' });
    expect(calls[0]!.request.messages[0]?.content).toContain('\n- pipeline: ');
    expect(calls[0]!.request.messages[0]?.content).toContain('\n- fan_out: ');
  });

  it('two parts of the same pattern have names of their own', async () => {
    const tree = { pattern: 'parallel', agents: [{ pattern: 'single' }, { pattern: 'single' }], options: { aggregate: 'join' } };
    const { result } = await runScripted({ agent: built(compositePattern, roster, { tree }) });
    expect(result?.output).toBe('[single]: ok\n\n[single_2]: ok');
  });

  it.each([
    [{ pattern: 'pipeline' }, 'there is no pattern "pipeline"'],
    [{ pattern: 'parallel', agents: ['c'] }, 'there is no agent "c"'],
    [{ pattern: 'parallel', options: { copies: 0 } }, 'options of parallel: '],
  ])('names what is wrong with a tree: %j', (tree, message) => {
    expect(() => built(compositePattern, roster, { tree })).toThrow(message);
  });

  it('a timeout of the whole reaches the innermost part', async () => {
    const tree = {
      pattern: 'sequential',
      agents: ['b', { pattern: 'parallel', agents: ['a', 'b'], options: { aggregate: 'join' } }],
    };
    const outcome = await runScripted({
      agent: built(compositePattern, roster, { tree }),
      limits: { timeoutMs: 150 },
      script: () => ({ content: 'slow', latencyMs: 100 }),
    });
    expect(outcome.latencyMs).toBe(150);
    expect(outcome.error).toMatchObject({ code: 'limit_exceeded' });
    expect(checkTrace(outcome.spans)).toEqual([]);
  });
});
