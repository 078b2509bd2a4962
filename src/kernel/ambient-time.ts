import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import promises from 'node:timers/promises';
import { ambientDate, ambientPerformanceNow } from './ambient-date.ts';
import { ambientTimers, timerUs } from './ambient-timers.ts';
import { ambientClock } from './ambient-trial.ts';
import { ambientScheduler, ambientWaits } from './ambient-waits.ts';
import { real } from './real-time.ts';

interface Replaced {
  readonly target: object;
  readonly name: string;
  readonly before: PropertyDescriptor | undefined;
}

let installations = 0;
let replaced: readonly Replaced[] = [];

/**
 * Gives code that knows nothing of our clocks the time and chance of the trial it runs in: timers (also by name from `node:timers` and
 * `node:timers/promises`), `Date`, `performance.now`, `Math.random` and `AbortSignal.timeout`. What is asked is the async context, so
 * trials that run side by side have a time each, and everything outside of trials, or held, keeps the real one.
 *
 * Install it before any client is loaded: a `setTimeout` that somebody has kept from before stays real (strict-clock.ts finds those).
 * `process.hrtime`, `performance.timeOrigin` and `node:crypto` are not touched. Installing twice is installing once; the last disposal
 * puts everything back.
 */
export function installAmbientTime(): Disposable {
  if (installations++ === 0) {
    replaced = replacements().flatMap(([target, values]) =>
      Object.entries(values).map(([name, value]) => replace(target, name, value)),
    );
    syncBuiltinESMExports();
  }
  let isInstalled = true;
  return {
    [Symbol.dispose]: () => {
      if (!isInstalled) return;
      isInstalled = false;
      if (--installations === 0) putBack();
    },
  };
}

function replacements(): [target: object, values: Readonly<Record<string, unknown>>][] {
  const DateHere = ambientDate();
  return [
    [globalThis, { ...ambientTimers, Date: DateHere }],
    [DateHere.prototype, { constructor: DateHere }],
    [timers, ambientTimers],
    [promises, ambientWaits],
    [promises.scheduler, ambientScheduler],
    [performance, { now: ambientPerformanceNow }],
    [Math, { random: ambientRandom }],
    [AbortSignal, { timeout: ambientTimeoutSignal }],
  ];
}

const ambientRandom = (): number => ambientClock()?.random() ?? real.random();

function ambientTimeoutSignal(delayMs: number): AbortSignal {
  const clock = ambientClock();
  // What Node refuses it refuses here too, with its own error.
  if (!clock || !Number.isSafeInteger(delayMs) || delayMs < 0) return real.timeoutSignal(delayMs);
  const controller = new AbortController();
  clock.schedule(Math.max(timerUs(1), delayMs * 1000), () =>
    controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')),
  );
  return controller.signal;
}

function replace(target: object, name: string, value: unknown): Replaced {
  const before = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { configurable: true, writable: true, enumerable: before?.enumerable ?? false, value });
  return { target, name, before };
}

function putBack(): void {
  for (const { target, name, before } of replaced) {
    if (before) Object.defineProperty(target, name, before);
    else Reflect.deleteProperty(target, name);
  }
  replaced = [];
  syncBuiltinESMExports();
}

// `util.promisify(setTimeout)` must give the waits of a trial too.
const PROMISIFIED = Symbol.for('nodejs.util.promisify.custom');
for (const name of ['setTimeout', 'setImmediate'] as const) {
  Object.defineProperty(ambientTimers[name], PROMISIFIED, { enumerable: true, value: ambientWaits[name] });
}
