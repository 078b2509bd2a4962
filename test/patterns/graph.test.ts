import { describe, expect, it } from 'vitest';
import { END, type GraphSettings, stateGraph } from '../../src/contracts/state-graph.ts';
import graphPattern from '../../src/patterns/graph.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
import { built, fullTeam } from '../support/built.ts';
import { codeOf, lastText, llm, type ModelCall, runScripted, type Script } from '../support/trial.ts';

const roster = fullTeam(llm('research'), llm('draft'), llm('publish'));

interface Log {
  readonly log: readonly string[];
  readonly count: number;
}

const node =
  (name: string): GraphSettings<Log>['nodes'][string] =>
  () =>
    Promise.resolve({ log: [name] });

/** A graph over a list that nodes append their names to. */
const logged = (edges: GraphSettings<Log>['edges'], more: Partial<GraphSettings<Log>> = {}) => {
  const names = new Set(Object.entries(edges).flatMap(([source, { to }]) => [source, ...to]));
  names.delete(END);
  return stateGraph<Log>({
    name: 'logged',
    description: '',
    init: () => ({ log: [], count: 0 }),
    nodes: Object.fromEntries([...names].map((name) => [name, node(name)])),
    start: 'a',
    edges,
    reducers: { log: (old, written) => [...old, ...written] },
    maxSteps: 20,
    output: ({ log }) => log.join(' '),
    ...more,
  });
};

const outputOf = async (...args: Parameters<typeof logged>) => {
  const { result, error } = await runScripted({ agent: logged(...args) });
  return result?.output ?? String(error);
};

describe('a state graph', () => {
  it('GR1 merges what nodes write by the reducer of each key; keys without one are replaced', async () => {
    const nodes = {
      a: () => Promise.resolve({ log: ['a'], count: 1 }),
      b: ({ count }: Log) => Promise.resolve({ log: ['b'], count: count + 10 }),
    };
    const output = ({ log, count }: Log) => `${log.join(' ')} ${count}`;
    expect(await outputOf({ a: { to: ['b'] }, b: { to: [END] } }, { nodes, output })).toBe('a b 11');
  });

  it('GR1 two nodes of one step that write the same key without a reducer are an error, named', async () => {
    const nodes = { a: node('a'), b: () => Promise.resolve({ count: 1 }), c: () => Promise.resolve({ count: 2 }) };
    const outcome = await runScripted({ agent: logged({ a: { to: ['b', 'c'] } }, { nodes }) });
    expect(codeOf(outcome.error)).toBe('invalid_scenario');
    expect(String(outcome.error)).toContain('the nodes b and c both wrote "count" in one step');
  });

  it('GR1 nodes that are due together run at the same time; the merge is in the order of the nodes', async () => {
    const slow =
      (name: string, ms: number): GraphSettings<Log>['nodes'][string] =>
      async (_state, ctx) => {
        await ctx.sleep(ms);
        return { log: [name] };
      };
    const nodes = { a: node('a'), b: slow('b', 300), c: slow('c', 100) };
    const outcome = await runScripted({ agent: logged({ a: { to: ['b', 'c'] } }, { nodes }) });
    expect([outcome.result?.output, outcome.latencyMs]).toEqual(['a b c', 300]);
    expect(checkTrace(outcome.spans)).toEqual([]);
  });

  it('GR1 a conditional edge chooses by the state, among its targets only', async () => {
    const after = { b: { to: [END] }, c: { to: [END] } };
    expect(await outputOf({ a: { to: ['b', 'c'], choose: ({ log }) => (log.length > 0 ? ['c'] : ['b']) }, ...after })).toBe(
      'a c',
    );
    expect(await outputOf({ a: { to: ['b', 'c'], choose: () => ['d'] }, ...after })).toContain(
      'an edge chose "d", which is not among its targets',
    );
  });

  it('GR1 joins on any predecessor, or on all, by declaration', async () => {
    // The way over c is longer by one.
    const edges = { a: { to: ['b', 'c'] }, b: { to: ['z'] }, c: { to: ['d'] }, d: { to: ['z'] }, z: { to: [END] } };
    expect(await outputOf(edges)).toBe('a b c z d z');
    expect(await outputOf(edges, { joinAll: ['z'] })).toBe('a b c d z');
  });

  it('GR1 a join does not wait for a path that was not taken', async () => {
    const edges: GraphSettings<Log>['edges'] = {
      a: { to: ['b', 'c'], choose: () => ['b'] },
      b: { to: ['z'] },
      c: { to: ['z'] },
      z: { to: [END] },
    };
    expect(await outputOf(edges, { joinAll: ['z'] })).toBe('a b z');
  });

  it('GR1 fans out dynamically: one copy of a node for each item, and one step after all of them', async () => {
    const nodes: GraphSettings<Log>['nodes'] = {
      a: node('a'),
      b: (_state, _ctx, item) => Promise.resolve({ log: [`b${String(item)}`] }),
      c: node('c'),
    };
    const items = [7, 8, 9];
    const edges: GraphSettings<Log>['edges'] = {
      a: { to: ['b'], choose: () => items.map((item) => ({ node: 'b', item })) },
      b: { to: ['c'] },
      c: { to: [END] },
    };
    expect(await outputOf(edges, { nodes })).toBe('a b7 b8 b9 c');
  });

  it('GR3 stops after so many steps, with the state as it is, and says where it went round', async () => {
    const agent = logged({ a: { to: ['b'] }, b: { to: ['a', END], choose: () => ['a'] } }, { maxSteps: 5 });
    const { result, spans } = await runScripted({ agent });
    expect(result).toMatchObject({ output: 'a b a b a', stop: 'max_turns', data: { trail: ['a', 'b', 'a', 'b', 'a'] } });
    expect(spans.flatMap(({ events }) => events)[0]?.attributes).toEqual({
      'patternbench.problem': '5 steps without reaching the end: a > b > a > b > a',
    });
  });

  it.each<[string, Parameters<typeof logged>, string]>([
    ['starts nowhere', [{ a: { to: [END] } }, { start: 'x' }], 'starts at "x", which is no node'],
    ['an edge to nowhere', [{ a: { to: ['x'] } }, { nodes: { a: node('a') } }], 'has an edge from "a" to "x", which is no node'],
    [
      'an edge from nowhere',
      [{ a: { to: [END] }, x: { to: ['a'] } }, { nodes: { a: node('a') } }],
      'has an edge from "x", which is no node',
    ],
    ['a node out of reach', [{ a: { to: [END] }, b: { to: [END] } }], 'never reaches the node "b"'],
    ['a loop without a condition', [{ a: { to: ['b'] }, b: { to: ['a'] } }], 'loops through "a" without a condition'],
    ['a join nowhere', [{ a: { to: [END] } }, { joinAll: ['x'] }], 'joins at "x", which is no node'],
  ])('is refused when it is built: %s', (_what, args, message) => {
    expect(() => logged(...args)).toThrow(message);
  });
});

/** The cheap model says these verdicts in turn; agents say who they are. */
function checking(verdicts: readonly string[]): Script {
  let next = 0;
  return (_request, { agent }) => ({
    content: agent === 'coordinator' ? verdicts[Math.min(next++, verdicts.length - 1)]! : `${agent} says`,
    latencyMs: 10,
  });
}

const whoRan = ({ calls }: { calls: readonly ModelCall[] }) => calls.map(({ agent }) => agent);

describe('graph', () => {
  it('GR2 a check on the cheap model says pass or fail; fail leads back to the start', async () => {
    const outcome = await runScripted({ agent: built(graphPattern, roster), script: checking(['Fail.', 'pass']) });
    const round = ['research', 'draft', 'publish', 'coordinator'];
    expect(whoRan(outcome)).toEqual([...round, ...round]);
    const check = outcome.calls[3]!.request;
    expect([check.model, check.temperature, lastText(check).split('\n').at(-1)]).toEqual([
      'gpt-4o-mini',
      0,
      "Reply with exactly 'pass' or 'fail'.",
    ]);
    expect(outcome.result).toMatchObject({ output: 'publish says', stop: 'final' });
    expect(lastText(outcome.calls[4]!.request)).toContain('[publish]: publish says');
    expect(checkTrace(outcome.spans)).toEqual([]);
  });

  it('GR3 a check that never passes is not asked for ever', async () => {
    const outcome = await runScripted({ agent: built(graphPattern, roster), script: checking(['fail']) });
    expect(outcome.calls).toHaveLength(12);
    expect(outcome.result).toMatchObject({ output: 'publish says', stop: 'max_turns' });
    expect(
      (await runScripted({ agent: built(graphPattern, roster, { maxSteps: 4 }), script: checking(['fail']) })).calls,
    ).toHaveLength(4);
  });

  it('GR4 with a condition a pipeline becomes a graph: branches, loops and joins by name', async () => {
    const options = {
      nodes: {
        first: { agent: 'research' },
        ok: { check: 'Is there a source?' },
        text: { agent: 'draft' },
        out: { agent: 'publish' },
      },
      edges: { first: ['ok', 'text'], ok: { pass: 'out', fail: 'first' }, text: 'out', out: END },
      start: 'first',
      joinAll: ['out'],
      context: 'last',
    };
    const outcome = await runScripted({ agent: built(graphPattern, roster, options), script: checking(['pass']) });
    expect(outcome.calls.map(({ agent, atMs }) => [agent, atMs])).toEqual([
      ['research', 0],
      ['coordinator', 10],
      ['draft', 10],
      ['publish', 20],
    ]);
    expect(lastText(outcome.calls[1]!.request)).toMatch(/^Is there a source\?\nTask: task\nAnswer: research says\n/);
    expect(lastText(outcome.calls.at(-1)!.request)).toBe('draft says');
  });

  it('GR4 the same nodes without conditions are the pipeline', async () => {
    const edges = { research: 'draft', draft: 'publish', publish: END };
    const nodes = Object.fromEntries(Object.keys(edges).map((agent) => [agent, { agent }]));
    const outcome = await runScripted({ agent: built(graphPattern, roster, { nodes, edges }), script: checking([]) });
    expect(whoRan(outcome)).toEqual(['research', 'draft', 'publish']);
    expect(lastText(outcome.calls[2]!.request)).toBe(
      'Task: task\n\nPrevious steps:\n[research]: research says\n\n[draft]: draft says',
    );
  });

  it.each([
    [{ nodes: { a: { agent: 'nobody' } }, edges: { a: END } }, 'there is no agent "nobody"'],
    [{ nodes: { a: { agent: 'draft' } }, edges: { a: { pass: END, fail: 'a' } } }, 'depend on a verdict, but it is no check'],
    [{ nodes: { a: { agent: 'draft' } }, edges: { a: 'b' } }, 'which is no node'],
  ])('refuses names that lead nowhere: %j', (options, message) => {
    expect(() => built(graphPattern, roster, options)).toThrow(message);
  });
});
