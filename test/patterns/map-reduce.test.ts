import { describe, expect, it } from 'vitest';
import mapReducePattern from '../../src/patterns/map-reduce.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
import { built, fullTeam } from '../support/built.ts';
import { codeOf, lastText, llm, runScripted, type Script, type ScriptedTrial } from '../support/trial.ts';

const roster = fullTeam(llm('reader'), llm('editor'));
const ITEMS = ['page one', 'page two', 'page three'];
const script: Script = (request, { agent }) => ({
  content: agent === 'coordinator' ? 'The whole.' : `read ${lastText(request)}`,
  latencyMs: 100,
});

const mapped = (options: object = {}, more: Partial<ScriptedTrial> = {}) =>
  runScripted({ agent: built(mapReducePattern, roster, options), input: 'Summarize.', items: ITEMS, script, ...more });

describe('map-reduce', () => {
  it('MR1 maps every item at the same time, and reduces under labels, in order', async () => {
    const outcome = await mapped();
    expect(outcome.calls.map(({ agent, atMs }) => [agent, atMs])).toEqual([
      ['mapper', 0],
      ['mapper', 0],
      ['mapper', 0],
      ['coordinator', 100],
    ]);
    expect(lastText(outcome.calls.at(-1)!.request)).toBe(
      'Task: Summarize.\n\n[Item 1]:\nread page one\n\n[Item 2]:\nread page two\n\n[Item 3]:\nread page three',
    );
    expect(outcome.result).toMatchObject({ output: 'The whole.', data: { items: 3, failures: [] } });
    expect(checkTrace(outcome.spans)).toEqual([]);
  });

  it('MR1 mapper and reducer may be agents of the roster', async () => {
    const outcome = await mapped({ mapper: 'reader', reducer: 'editor', concurrency: 1 });
    expect(outcome.calls.map(({ agent, atMs }) => [agent, atMs])).toEqual([
      ['reader', 0],
      ['reader', 100],
      ['reader', 200],
      ['editor', 300],
    ]);
  });

  it('MR2 items know nothing of one another: each is asked alone, and the task is not repeated', async () => {
    const { calls } = await mapped();
    expect(calls.slice(0, 3).map(({ request }) => request.messages.slice(1))).toEqual(
      ITEMS.map((content) => [{ role: 'user', content }]),
    );
  });

  it('a coordinator splits the task where the sample names no items', async () => {
    const outcome = await mapped(
      {},
      {
        items: undefined as never,
        script: (request, call) => (call.path.startsWith('plan:') ? '{"items": ["left", "right"]}' : script(request, call)),
      },
    );
    expect(outcome.calls.map(({ request }) => lastText(request)).slice(1, 3)).toEqual(['left', 'right']);
    expect(outcome.calls).toHaveLength(4);
  });

  it('fails when fewer items can be done than must be; with less demanded it tells the failures', async () => {
    const failing: Partial<ScriptedTrial> = {
      script: (request, call) => (lastText(request) === 'page two' ? { status: 400 } : script(request, call)),
    };
    const strict = await mapped({}, failing);
    expect(codeOf(strict.error)).toBe('all_branches_failed');
    expect(String(strict.error)).toContain('only 2 of 3 items could be done: item 2: the endpoint answered 400');
    const lenient = await mapped({ minSuccess: 0.5 }, failing);
    expect(lenient.result?.data).toEqual({ items: 3, failures: ['item 2: the endpoint answered 400'] });
    expect(lastText(lenient.calls.at(-1)!.request)).not.toContain('[Item 2]');
  });

  it('reduces as a tree what the reducer cannot take at once', async () => {
    const long = 'x'.repeat(600);
    const outcome = await mapped(
      { maxReduceCharacters: 1000 },
      {
        items: Array.from({ length: 5 }, (_, i) => `item ${i}`),
        script: (_request, { agent }) => (agent === 'coordinator' ? 'y'.repeat(300) : long),
      },
    );
    const reductions = outcome.calls
      .filter(({ agent }) => agent === 'coordinator')
      .map(({ request }) => lastText(request).match(/^\[[^\]]*\]/gm));
    // Pairs, the fifth goes on as it is; the three that come of it fit only two at a time.
    expect(reductions).toEqual([
      ['[Item 1]', '[Item 2]'],
      ['[Item 3]', '[Item 4]'],
      ['[Part 1]', '[Part 2]'],
      ['[Part 1]', '[Part 2]'],
    ]);
    expect(outcome.result?.output).toBe('y'.repeat(300));
  });
});
