import { AsyncResource } from 'node:async_hooks';
import { ambientClock, isLeftover } from './ambient-trial.ts';
import type { Timer } from './clock.ts';
import { real } from './real-time.ts';
import type { VirtualClock } from './virtual-clock.ts';

type Callback = (...args: unknown[]) => unknown;

/** What a timer of Node can wait, in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;

/** Timers that were asked for a number; it is all that some callers keep to clear them by. */
const byId = new Map<number, AmbientTimer>();
/** Far from the numbers that Node gives out. */
let lastId = 2 ** 40;

/** What `setTimeout`, `setInterval` and `setImmediate` give inside a trial: it does what their objects in Node do, on the trial's clock. */
export class AmbientTimer extends AsyncResource implements Disposable {
  readonly #clock: VirtualClock;
  readonly #callback: () => unknown;
  readonly #delayUs: number;
  readonly #repeats: boolean;
  #event: Timer | undefined;
  #isClosed = false;
  #isRef = true;
  #id: number | undefined;

  constructor(
    clock: VirtualClock,
    callback: () => unknown,
    { delayUs, repeats }: { readonly delayUs: number; readonly repeats: boolean },
  ) {
    super('AmbientTimer', { requireManualDestroy: true });
    this.#clock = clock;
    this.#callback = callback;
    this.#delayUs = delayUs;
    this.#repeats = repeats;
    this.#arm();
  }

  /** Only remembered: virtual time never waits for the world, so no timer can keep a process alive. */
  ref(): this {
    this.#isRef = true;
    return this;
  }

  unref(): this {
    this.#isRef = false;
    return this;
  }

  hasRef(): boolean {
    return this.#isRef;
  }

  /** Starts anew from now, also when it has fired; not when it was cleared. */
  refresh(): this {
    if (this.#isClosed) return this;
    this.#disarm();
    this.#arm();
    return this;
  }

  close(): this {
    this.#isClosed = true;
    this.#disarm();
    if (this.#id !== undefined) byId.delete(this.#id);
    return this;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [Symbol.toPrimitive](): number {
    this.#id ??= ++lastId;
    if (!this.#isClosed) byId.set(this.#id, this);
    return this.#id;
  }

  #arm(): void {
    this.#event = this.#clock.schedule(this.#delayUs, this.#fire);
  }

  #disarm(): void {
    if (this.#event) this.#clock.cancel(this.#event);
    this.#event = undefined;
  }

  // The callback belongs to the async context in which the timer was made, as in Node; other stores than ours hang on it.
  readonly #fire = (): void => {
    this.#event = undefined;
    if (!this.#repeats && this.#id !== undefined) byId.delete(this.#id);
    try {
      this.runInAsyncScope(this.#callback);
    } finally {
      // After the callback, as in Node: it may have cleared or refreshed the timer.
      if (this.#repeats && !this.#isClosed && !this.#event) this.#arm();
    }
  };
}

/** Node's own rule for delays: whole milliseconds, at least one; what is no number, or too long (24.8 days), counts as one. */
export function timerUs(delayMs: unknown): number {
  const ms = Number(delayMs);
  return (ms >= 1 && ms <= LONGEST_MS ? Math.trunc(ms) : 1) * 1000;
}

const called = (callback: Callback, args: readonly unknown[]) => (args.length === 0 ? callback : () => callback(...args));

/** A real timer of something that a trial left running must not keep the process alive. */
const letGo = <T extends { readonly unref: () => unknown }>(timer: T): T => {
  if (isLeftover()) timer.unref();
  return timer;
};

/** The global timer functions: on the clock of the trial in which they are called, real where there is none. */
export const ambientTimers = {
  setTimeout: function setTimeout(callback: Callback, delayMs?: unknown, ...args: unknown[]): unknown {
    const clock = ambientClock();
    if (!clock || typeof callback !== 'function') return letGo(real.setTimeout(callback, delayMs as number, ...args));
    return new AmbientTimer(clock, called(callback, args), { delayUs: timerUs(delayMs), repeats: false });
  },
  setInterval: function setInterval(callback: Callback, delayMs?: unknown, ...args: unknown[]): unknown {
    const clock = ambientClock();
    if (!clock || typeof callback !== 'function') return letGo(real.setInterval(callback, delayMs as number, ...args));
    return new AmbientTimer(clock, called(callback, args), { delayUs: timerUs(delayMs), repeats: true });
  },
  /** The next turn of a trial is its next event: no time passes. */
  setImmediate: function setImmediate(callback: Callback, ...args: unknown[]): unknown {
    const clock = ambientClock();
    if (!clock || typeof callback !== 'function') return letGo(real.setImmediate(callback, ...args));
    return new AmbientTimer(clock, called(callback, args), { delayUs: 0, repeats: false });
  },
  clearTimeout: clearing(real.clearTimeout),
  clearInterval: clearing(real.clearInterval),
  clearImmediate: clearing(real.clearImmediate),
};

/** Clears a timer of a trial wherever it is called, by its object or by its number, and real ones as ever. */
function clearing(clearReal: (timer: never) => void): (timer?: unknown) => void {
  return (timer) => {
    const own = timer instanceof AmbientTimer ? timer : byId.get(Number(typeof timer === 'object' ? Number.NaN : timer));
    if (own) own.close();
    else clearReal(timer as never);
  };
}
