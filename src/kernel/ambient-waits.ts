import { AmbientTimer, timerUs } from './ambient-timers.ts';
import { ambientClock } from './ambient-trial.ts';
import { real } from './real-time.ts';
import type { VirtualClock } from './virtual-clock.ts';

interface WaitOptions {
  readonly signal?: AbortSignal;
  readonly ref?: boolean;
}

interface Wait {
  readonly delayUs: number;
  readonly signal?: AbortSignal | undefined;
}

/** The functions of `node:timers/promises`: on the clock of the trial in which they are called, real where there is none. */
export const ambientWaits = {
  setTimeout: <T>(delayMs?: number, value?: T, options?: WaitOptions): Promise<T | undefined> => {
    const clock = ambientClock();
    if (!clock) return real.wait(delayMs, value, options);
    return waitOn(clock, value, { delayUs: timerUs(delayMs), signal: options?.signal });
  },
  setImmediate: <T>(value?: T, options?: WaitOptions): Promise<T | undefined> => {
    const clock = ambientClock();
    if (!clock) return real.waitTurn(value, options);
    return waitOn(clock, value, { delayUs: 0, signal: options?.signal });
  },
  setInterval: <T>(delayMs?: number, value?: T, options?: WaitOptions): AsyncIterable<T | undefined> => {
    const clock = ambientClock();
    if (!clock) return real.waitAgain(delayMs, value, options) as AsyncIterable<T | undefined>;
    return ticksOf(clock, value, { delayUs: timerUs(delayMs), signal: options?.signal });
  },
};

/** `node:timers/promises`.scheduler, the same way. */
export const ambientScheduler = {
  wait: (delayMs: number, options?: WaitOptions): Promise<void> =>
    ambientClock() ? ambientWaits.setTimeout(delayMs, undefined, options) : real.schedulerWait(delayMs, options),
  yield: (): Promise<void> => (ambientClock() ? ambientWaits.setImmediate() : real.schedulerYield()),
};

async function waitOn<T>(clock: VirtualClock, value: T | undefined, { delayUs, signal }: Wait): Promise<T | undefined> {
  try {
    await clock.sleep(delayUs, signal);
  } catch {
    throw aborted(signal!);
  }
  return value;
}

/** Ticks that nobody has taken yet are not lost: they are yielded one after another, as Node does. */
async function* ticksOf<T>(
  clock: VirtualClock,
  value: T | undefined,
  { delayUs, signal }: Wait,
): AsyncGenerator<T | undefined, void> {
  if (signal?.aborted) throw aborted(signal);
  let ticks = 0;
  let wake = () => {};
  const onTick = () => {
    ticks++;
    wake();
  };
  using _timer = new AmbientTimer(clock, onTick, { delayUs, repeats: true });
  const onAbort = () => wake();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    for (;;) {
      if (ticks === 0 && !signal?.aborted) await new Promise<void>((resolve) => void (wake = resolve));
      for (; ticks > 0; ticks--) yield value;
      if (signal?.aborted) throw aborted(signal);
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

/** What Node's own waits reject with. */
const aborted = (signal: AbortSignal): Error =>
  Object.assign(new Error('The operation was aborted', { cause: signal.reason }), { name: 'AbortError', code: 'ABORT_ERR' });
