import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { installAmbientTime } from '../../src/kernel/ambient-time.ts';
import { AmbientTimer } from '../../src/kernel/ambient-timers.ts';
import { ambientClock } from '../../src/kernel/ambient-trial.ts';
import { usOf } from '../../src/kernel/clock.ts';
import { real } from '../../src/kernel/real-time.ts';
import { EPOCH_MS, VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { EPOCH_MS as EPOCH_OF_TRACES } from '../../src/telemetry/otlp-json.ts';
import { inTrial } from '../support/in-trial.ts';

const waiting = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

describe('now', () => {
  it('is virtual in a trial, by every name, and begins on the day on which traces begin', async () => {
    expect(EPOCH_MS).toBe(EPOCH_OF_TRACES);
    const { value } = await inTrial(async (clock) => {
      const now = () => [Date.now(), new Date().getTime(), Date.parse(Date()), performance.now()];
      const before = now();
      await clock.sleep(usOf(1234.5));
      return [before, now()];
    });
    expect(value).toEqual([
      [EPOCH_MS, EPOCH_MS, EPOCH_MS, 0],
      [EPOCH_MS + 1234, EPOCH_MS + 1234, EPOCH_MS + 1000, 1234.5],
    ]);
    expect(new Date(EPOCH_MS).toISOString()).toBe('2026-01-01T00:00:00.000Z');
  });

  it('leaves the rest of Date as it is', async () => {
    const check = async () => {
      class Day extends Date {}
      const cloned = structuredClone(new real.Date(5));
      expect([new Date() instanceof Date, cloned instanceof Date, new Date() instanceof real.Date]).toEqual([true, true, true]);
      expect([new Day() instanceof Day, new Day(7).getTime(), new (cloned.constructor as DateConstructor)(3).getTime()]).toEqual([
        true,
        7,
        3,
      ]);
      expect([new Date(2020, 1, 2, 3).getHours(), Date.UTC(2020, 1), Date.parse('2020-01-01T00:00:00Z')]).toEqual([
        3, 1580515200000, 1577836800000,
      ]);
      expect([Date.name, Date.length, Object.prototype.toString.call(new Date()), typeof Date()]).toEqual([
        'Date',
        7,
        '[object Date]',
        'string',
      ]);
      expect([new Date(Number.NaN).getTime(), new Date(undefined as never).getTime()]).toEqual([Number.NaN, Number.NaN]);
    };
    await check();
    await inTrial(check);
  });
});

describe('AbortSignal.timeout', () => {
  it.each([
    ['alone', () => AbortSignal.timeout(700)],
    [
      'inside AbortSignal.any',
      () => AbortSignal.any([new AbortController().signal, AbortSignal.timeout(700), AbortSignal.timeout(900)]),
    ],
  ])('fires on the clock: %s', async (_what, signal) => {
    const { value, ms } = await inTrial(
      () =>
        new Promise<Error>((resolve) => {
          const heard = signal();
          heard.addEventListener('abort', () => resolve(heard.reason as Error));
        }),
    );
    expect([ms, value.name, value.message]).toEqual([700, 'TimeoutError', 'The operation was aborted due to timeout']);
    expect(value).toBeInstanceOf(DOMException);
  });

  it('refuses what Node refuses', async () => {
    await inTrial(async () => {
      for (const ms of [-1, 1.5, Number.NaN]) expect(() => AbortSignal.timeout(ms)).toThrow(RangeError);
    });
  });
});

describe('Math.random', () => {
  const draws = async (clock?: VirtualClock) => {
    const drawn: number[] = [];
    for (let i = 0; i < 20; i++) {
      drawn.push(Math.random());
      await clock?.sleep(i);
    }
    return drawn;
  };

  it('follows the seed of the trial, whatever others draw meanwhile', async () => {
    const alone = (await inTrial(draws, 'a')).value;
    const together = await Promise.all(['a', 'b', 'a'].map((seed) => inTrial(draws, seed)));
    expect(together.map(({ value }) => value)).toEqual([alone, together[1]!.value, alone]);
    expect(together[1]!.value).not.toEqual(alone);
    expect(alone.every((draw) => draw >= 0 && draw < 1)).toBe(true);
    expect(await draws()).not.toEqual(await draws());
  });
});

describe('outside of a trial', () => {
  const seen = () => {
    const timer = setTimeout(() => {}, 5);
    clearTimeout(timer);
    return [
      timer instanceof AmbientTimer,
      Math.abs(Date.now() - real.Date.now()) < 1000,
      performance.now() > 1,
      ambientClock() === undefined,
    ];
  };
  const REAL = [false, true, true, true];

  it('everything is real: beside a trial, in held work, and in what a trial left running', async () => {
    expect(seen()).toEqual(REAL);
    const clock = new VirtualClock();
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    let left: Promise<unknown> | undefined;
    const run = clock.run(async () => {
      expect(seen()).toEqual([true, false, false, false]);
      const held = await clock.hold(async () => {
        // Real work waits for real timers: this one ends though virtual time stands still.
        await waiting(2);
        return seen();
      });
      expect(held).toEqual(REAL);
      left = ended.then(() => {
        const timer = setInterval(() => {}, 60_000);
        const isRef = timer.hasRef();
        clearInterval(timer);
        return [seen(), isRef];
      });
      await waiting(1000);
    });
    expect(seen()).toEqual(REAL);
    await run;
    end();
    expect(await left).toEqual([REAL, false]);
  });

  it('trials side by side have a time each', async () => {
    const ends = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        inTrial(async () => {
          for (let i = 0; i < 5; i++) await waiting(10 + index);
          return Date.now() - EPOCH_MS;
        }),
      ),
    );
    expect(ends.map(({ value }) => value)).toEqual(ends.map((_end, index) => 5 * (10 + index)));
  });
});

describe('installAmbientTime', () => {
  it('installs once however often it is called', async () => {
    const { setTimeout: installed } = globalThis;
    const again = installAmbientTime();
    again[Symbol.dispose]();
    again[Symbol.dispose]();
    expect(globalThis.setTimeout).toBe(installed);
    expect((await inTrial(() => waiting(5))).ms).toBe(5);
  });

  it('puts everything back when it is disposed for good', async () => {
    const source = (file: string) => JSON.stringify(join(import.meta.dirname, '../../src/kernel', file));
    const script = `
      import * as timers from 'node:timers';
      import * as waits from 'node:timers/promises';
      const watched = [[globalThis, 'setTimeout'], [globalThis, 'Date'], [globalThis, 'clearImmediate'], [performance, 'now'], [Math, 'random'],
        [AbortSignal, 'timeout'], [timers, 'setInterval'], [waits, 'setTimeout'], [waits.scheduler, 'wait'], [Date.prototype, 'constructor']];
      const values = () => watched.map(([target, name]) => target[name]);
      const own = () => watched.map(([target, name]) => JSON.stringify(Object.getOwnPropertyDescriptor(target, name)));
      const [before, ownBefore] = [values(), own()];
      const { installAmbientTime } = await import(${source('ambient-time.ts')});
      const handles = [installAmbientTime(), installAmbientTime()];
      const during = values();
      handles[0][Symbol.dispose]();
      const stillThere = values().every((value, i) => value === during[i]);
      handles[1][Symbol.dispose]();
      const after = values();
      console.log(JSON.stringify([before.map((value, i) => value !== during[i]), stillThere, before.every((value, i) => value === after[i]), own().join() === ownBefore.join()]));
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    expect(JSON.parse(stdout)).toEqual([Array.from({ length: 10 }, () => true), true, true, true]);
  });
});
