import { scheduler, setImmediate, setInterval, setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { msOf } from '../../src/kernel/clock.ts';
import { inTrial } from '../support/in-trial.ts';

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no failure',
    (error: unknown) => error,
  );

describe('waits of node:timers/promises in a trial', () => {
  it.each([
    ['setTimeout', () => setTimeout(700, 'value'), 'value', 700],
    ['setTimeout without a delay', () => setTimeout(), undefined, 1],
    ['setImmediate', () => setImmediate('value'), 'value', 0],
    ['scheduler.wait', () => scheduler.wait(30), undefined, 30],
    ['scheduler.yield', () => scheduler.yield(), undefined, 0],
  ])('%s takes its time on the clock', async (_what, wait, value, ms) => {
    expect(await inTrial<unknown>(wait)).toEqual({ value, ms });
  });

  it('setInterval ticks on the clock, and loses no tick that nobody was there to take', async () => {
    const { value } = await inTrial(async (clock) => {
      const seen: [string, number][] = [];
      for await (const tick of setInterval(100, 'tick')) {
        seen.push([tick, msOf(clock.nowUs())]);
        if (seen.length === 2) await setTimeout(250);
        if (seen.length === 5) break;
      }
      await setTimeout(1000);
      return seen;
    });
    expect(value).toEqual([100, 200, 450, 450, 500].map((ms) => ['tick', ms]));
  });

  it.each<[string, (signal: AbortSignal) => Promise<unknown>]>([
    ['setTimeout', (signal) => setTimeout(5000, 'value', { signal })],
    ['scheduler.wait', (signal) => scheduler.wait(5000, { signal })],
    ['setInterval', (signal) => setInterval(5000, 'value', { signal })[Symbol.asyncIterator]().next()],
  ])('%s rejects as Node does, at the instant of the abort', async (_what, wait) => {
    const reason = new Error('enough');
    const { value, ms } = await inTrial(async (clock) => {
      const controller = new AbortController();
      clock.schedule(300_000, () => controller.abort(reason));
      const late = await failureOf(wait(controller.signal));
      return [late, await failureOf(wait(controller.signal))];
    });
    expect(ms).toBe(300);
    for (const error of value) expect(error).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: reason });
    const aborted = failureOf(wait(AbortSignal.abort(reason)));
    expect(await aborted).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: reason });
  });

  it('are real outside of a trial', async () => {
    expect([await setTimeout(1, 'a'), await setImmediate('b'), await scheduler.yield()]).toEqual(['a', 'b', undefined]);
    for await (const tick of setInterval(1, 'c')) {
      expect(tick).toBe('c');
      break;
    }
  });
});
