import { describe, expect, it } from 'vitest';
import monitorPattern, { monitor } from '../../src/patterns/monitor.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
import { built, fullTeam, person } from '../support/built.ts';
import { codeOf, lastText, llm, type ModelCall, runScripted, type Scripted, type ScriptedTrial } from '../support/trial.ts';

const roster = fullTeam(llm('ann'), llm('bob'), llm('cay'));
const ITEMS = ['site 1', 'site 2', 'site 3'];

type Worker = (text: string, call: ModelCall) => Scripted | string | undefined;

const watched = (worker: Worker, options: object = {}, more: Partial<ScriptedTrial> = {}) =>
  runScripted({
    agent: built(monitorPattern, roster, options),
    items: ITEMS,
    script: (request, call) => worker(lastText(request), call) ?? { content: `${call.agent} scraped`, latencyMs: 100 },
    ...more,
  });

const asked = ({ calls }: { calls: readonly ModelCall[] }) => calls.map(({ agent, request }) => [agent, lastText(request)]);
const crash: Scripted = { status: 400, latencyMs: 10 };
const captcha =
  (agent: string): Worker =>
  (text, call) =>
    text.startsWith('site 2') && call.agent === agent ? crash : undefined;

describe('monitor', () => {
  it('MON1 watches workers side by side and does nothing itself', async () => {
    const outcome = await watched(() => undefined);
    expect(asked(outcome)).toEqual([
      ['ann', 'site 1'],
      ['bob', 'site 2'],
      ['cay', 'site 3'],
    ]);
    expect(outcome.latencyMs).toBe(100);
    expect(outcome.result?.output).toBe('[ann]: ann scraped\n\n[bob]: bob scraped\n\n[cay]: cay scraped');
    expect(checkTrace(outcome.spans)).toEqual([]);
  });

  it('MON1 restarts a failed worker with another strategy', async () => {
    const outcome = await watched((text) => (text === 'site 2' ? crash : undefined));
    expect(asked(outcome).at(-1)).toEqual([
      'bob',
      'site 2\n\nThe last attempt failed (the endpoint answered 400). Use another strategy.',
    ]);
    expect(outcome.result?.data).toMatchObject({ watched: [{}, { worker: 'bob', remedies: ['restart'] }, {}], failures: [] });
    const other = await watched((text) => (text === 'site 2' ? crash : undefined), {
      hint: 'Because of {problem}: use the cache.',
    });
    expect(asked(other).at(-1)?.[1]).toBe('site 2\n\nBecause of the endpoint answered 400: use the cache.');
  });

  it('MON1 reassigns the item, as it was, to another worker', async () => {
    const outcome = await watched(captcha('bob'));
    expect(asked(outcome).slice(3)).toEqual([
      ['bob', expect.stringContaining('Use another strategy.')],
      ['cay', 'site 2'],
    ]);
    expect(outcome.result?.output).toContain('[cay]: cay scraped\n\n[cay]: cay scraped');
  });

  it('MON1 calls a fallback where one is declared', async () => {
    const outcome = await watched((text, { agent }) => (text.startsWith('site 2') && agent !== 'ann' ? crash : undefined), {
      policy: ['fallback'],
      fallback: 'ann',
    });
    expect(asked(outcome).slice(3)).toEqual([['ann', 'site 2']]);
  });

  it('MON1 escalates to a person what no worker can do; the others are not disturbed', async () => {
    const failing: Worker = (text) => (text.startsWith('site 2') ? crash : undefined);
    const outcome = await watched(failing, {}, { approver: person('It reads 42.', 60_000) });
    expect(outcome.result?.output).toBe('[ann]: ann scraped\n\n[person]: It reads 42.\n\n[cay]: cay scraped');
    expect(outcome.latencyMs).toBe(60_030);
    const nobody = await watched(failing);
    expect(codeOf(nobody.error)).toBe('suspended');
    expect(nobody.spans.filter(({ name }) => name === 'invoke_agent cay').map(({ error }) => error)).toContain(undefined);
  });

  it('MON1 without anybody left to turn to, the item is told as failed; only when all are is that an error', async () => {
    const failing =
      (of: RegExp): Worker =>
      (text) =>
        of.test(text) ? crash : undefined;
    const options = { policy: ['restart', 'reassign'] };
    expect((await watched(failing(/site 2/), options)).result?.output).toContain(
      'failed: nobody could do this item: the endpoint answered 400',
    );
    expect(codeOf((await watched(failing(/site/), options)).error)).toBe('all_branches_failed');
  });

  it('MON1 every remedy stands in the trace, with the problem', async () => {
    const { spans } = await watched(captcha('bob'));
    expect(spans.flatMap(({ events }) => events).map(({ attributes }) => attributes)).toEqual(
      ['restart', 'reassign'].map((kind) => ({
        'patternbench.remedy.kind': kind,
        'patternbench.problem': 'the endpoint answered 400',
      })),
    );
  });

  it('takes silence and an output that breaks its contract for failures too', async () => {
    const silent = await watched((_text, { agent }) => (agent === 'bob' ? { content: 'late', latencyMs: 9000 } : undefined), {
      timeoutMs: 500,
      policy: ['reassign'],
    });
    expect(silent.result?.data).toMatchObject({ watched: [{}, { worker: 'cay', remedies: ['reassign'] }, {}] });
    const output = { type: 'object', properties: { price: { type: 'number' } }, required: ['price'] };
    const wrong = await watched((_text, { agent }) => (agent === 'bob' ? '{"price": "?"}' : '{"price": 1}'), {
      output,
      policy: ['reassign'],
    });
    expect(wrong.result?.data).toMatchObject({ watched: [{}, { worker: 'cay' }, {}] });
  });

  it('gives up itself when there are too many restarts in too short a time, as supervisors in Erlang do', async () => {
    const flaky: Worker = (text) => (text.includes('another strategy') ? undefined : crash);
    expect((await watched(flaky, { maxRestarts: 3 })).result?.data).toMatchObject({ failures: [] });
    const { error, calls } = await watched(flaky, { maxRestarts: 2 });
    expect(codeOf(error)).toBe('all_branches_failed');
    expect(String(error)).toContain('more than 2 restarts within 60000 ms');
    expect(calls.length).toBeLessThan(6);
    // One at a time they are 110 ms apart: no two within the window.
    expect((await watched(flaky, { maxRestarts: 1, withinMs: 100, concurrency: 1 })).error).toBeUndefined();
    expect(codeOf((await watched(flaky, { maxRestarts: 1, withinMs: 120, concurrency: 1 })).error)).toBe('all_branches_failed');
  });

  it('can itself be watched: a monitor of monitors restarts, then reassigns, a group that gave up', async () => {
    const intensity = { maxRestarts: 0, withinMs: 1000 };
    const usual = { hint: (problem: string) => `Again: ${problem}`, intensity, policy: ['restart'] as const };
    const inner = (names: readonly string[]) => ({
      ...monitor({ ...usual, workers: names.map(roster.named) }),
      name: `group of ${names.join('+')}`,
    });
    const outer = monitor({
      ...usual,
      intensity: { maxRestarts: 5, withinMs: 1000 },
      policy: ['restart', 'reassign'],
      workers: [inner(['ann']), inner(['bob', 'cay'])],
    });
    const outcome = await runScripted({
      agent: outer,
      items: ['site 1'],
      script: (_request, { agent }) => (agent === 'ann' ? crash : `${agent} scraped`),
    });
    expect(outcome.calls.map(({ agent }) => agent)).toEqual(['ann', 'ann', 'bob', 'cay']);
    expect(outcome.result?.output).toBe('[group of bob+cay]: [bob]: bob scraped\n\n[cay]: cay scraped');
    expect(outcome.result?.data).toMatchObject({ watched: [{ remedies: ['restart', 'reassign'] }] });
  });
});
