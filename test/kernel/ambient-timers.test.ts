import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as namedImmediate, setTimeout as namedTimeout } from 'node:timers';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ambientClock } from '../../src/kernel/ambient-trial.ts';
import { msOf, usOf } from '../../src/kernel/clock.ts';
import { messageOf } from '../../src/kernel/errors.ts';
import { real } from '../../src/kernel/real-time.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { inTrial } from '../support/in-trial.ts';
import { codeOf } from '../support/trial.ts';

const waiting = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

describe('timers of a trial', () => {
  it.each([
    ['setTimeout', () => waiting(700), 700],
    ['a named import of node:timers', () => new Promise<void>((resolve) => void namedTimeout(resolve, 700)), 700],
    ['util.promisify(setTimeout)', () => promisify(setTimeout)(700), 700],
    ['setImmediate', () => new Promise<void>((resolve) => void setImmediate(resolve)), 0],
    ['a named import of setImmediate', () => new Promise<void>((resolve) => void namedImmediate(resolve)), 0],
    ['util.promisify(setImmediate)', () => promisify(setImmediate)(), 0],
    // Node's own rule: whole milliseconds, at least one; a delay it cannot keep counts as one.
    ['no delay', () => waiting(0), 1],
    ['a fraction', () => waiting(1.9), 1],
    ['a negative delay', () => waiting(-5), 1],
    ['a delay that is no number', () => waiting(Number.NaN), 1],
    ['a delay beyond 24.8 days', () => waiting(2 ** 31), 1],
    ['the longest delay', () => waiting(2 ** 31 - 1), 2 ** 31 - 1],
  ])('%s takes its time on the clock', async (_what, wait, ms) => {
    const began = real.performanceNow();
    expect((await inTrial(wait)).ms).toBe(ms);
    expect(real.performanceNow() - began).toBeLessThan(600);
  });

  it('pass arguments on, and fire in the order of their time and making', async () => {
    const log: string[] = [];
    await inTrial(async () => {
      const note = (...args: unknown[]) => log.push(args.join(' '));
      setTimeout(note, 20, 'late');
      setTimeout(note, 10, 'a', 1);
      setTimeout(note, 10, 'b');
      setImmediate(note, 'first', 2);
      await waiting(30);
    });
    expect(log).toEqual(['first 2', 'a 1', 'b', 'late']);
  });

  it('repeat until they are cleared, also from their own callback', async () => {
    const { value, ms } = await inTrial(async (clock) => {
      const ticks: number[] = [];
      await new Promise<void>((resolve) => {
        const timer = setInterval(() => {
          ticks.push(msOf(clock.nowUs()));
          if (ticks.length < 4) return;
          clearInterval(timer);
          resolve();
        }, 250);
      });
      await waiting(1000);
      return ticks;
    });
    expect(value).toEqual([250, 500, 750, 1000]);
    expect(ms).toBe(2000);
  });

  it.each<[string, (timer: NodeJS.Timeout) => void]>([
    ['clearTimeout', (timer) => clearTimeout(timer)],
    ['clearInterval', (timer) => clearInterval(timer)],
    ['its number', (timer) => clearTimeout(Number(timer))],
    ['its number as text', (timer) => clearTimeout(String(Number(timer)))],
    ['close', (timer) => void timer.close()],
    ['dispose', (timer) => timer[Symbol.dispose]()],
  ])('never fire once cleared by %s', async (_what, clear) => {
    let fired = false;
    await inTrial(async () => {
      const timer = setTimeout(() => (fired = true), 10);
      clear(timer);
      timer.refresh();
      await waiting(50);
      clear(timer);
    });
    expect(fired).toBe(false);
  });

  it('can be cleared from outside of the trial, and in it real ones too', async () => {
    let fired = 0;
    const clock = new VirtualClock();
    const outer = setTimeout(() => fired++, 60_000);
    const { promise, resolve } = Promise.withResolvers<NodeJS.Timeout>();
    const run = clock.run(async () => {
      resolve(setTimeout(() => fired++, 100));
      clearTimeout(outer);
      await clock.hold(async () => clearTimeout(await promise));
      await waiting(500);
    });
    await run;
    expect([fired, (outer as unknown as { _destroyed: boolean })._destroyed]).toEqual([0, true]);
  });

  it('start anew when they are refreshed: before they fire, and after', async () => {
    const { value } = await inTrial(async (clock) => {
      const fired: number[] = [];
      const timer = setTimeout(() => fired.push(msOf(clock.nowUs())), 100);
      await waiting(60);
      timer.refresh();
      await waiting(200);
      expect(timer.refresh()).toBe(timer);
      await waiting(200);
      return fired;
    });
    expect(value).toEqual([160, 360]);
  });

  it('know whether they are referenced', async () => {
    await inTrial(async () => {
      const timer = setTimeout(() => {}, 1);
      expect([timer.hasRef(), timer.unref().hasRef(), timer.ref().hasRef()]).toEqual([true, false, true]);
    });
  });

  it('refuse what is no function, as Node does', async () => {
    await inTrial(async () => {
      for (const timer of [setTimeout, setInterval, setImmediate]) {
        expect(() => timer('x' as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }));
      }
    });
  });

  it('run their callbacks in the async context in which they were made', async () => {
    const store = new AsyncLocalStorage<string>();
    const { value } = await inTrial(async (clock) => {
      const seen: unknown[] = [];
      store.run('inner', () => setTimeout(() => seen.push(store.getStore(), ambientClock() === clock), 5));
      // What is scheduled on the clock itself runs in the trial too: an abort that it causes is heard by the trial's code.
      clock.schedule(usOf(6), () => setTimeout(() => seen.push(msOf(clock.nowUs())), 10));
      await waiting(50);
      return seen;
    });
    expect(value).toEqual(['inner', true, 16]);
  });

  it('fail the trial when a callback throws', async () => {
    const failing = inTrial(async () => {
      setTimeout(() => {
        throw new Error('in a timer');
      }, 5);
      await waiting(10);
    });
    await expect(failing).rejects.toThrow('in a timer');
  });

  it('cannot keep a trial going round in a circle', async () => {
    const spinning = inTrial(async () => {
      while (ambientClock()!.nowUs() === 0) await new Promise((resolve) => setImmediate(resolve));
    });
    const error: unknown = await spinning.catch((thrown: unknown) => thrown);
    expect(codeOf(error)).toBe('virtual_deadlock');
    expect(messageOf(error)).toContain('circle');
  });
});
