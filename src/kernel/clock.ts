import type { StopSignal } from './stop.ts';

/** A scheduled callback; give it back to `cancel` to drop it. */
export interface Timer {
  readonly atUs: number;
}

/**
 * Injected time. Instants are whole microseconds since the trial began, so sums are exact; nothing below `commands/` reads another clock.
 */
export interface Clock {
  readonly kind: 'virtual' | 'real';
  readonly nowUs: () => number;
  /** Calls `callback` once, `delayUs` from now. */
  readonly schedule: (delayUs: number, callback: () => void) => Timer;
  readonly cancel: (timer: Timer) => void;
  /** Resolves after `delayUs`; rejects with the signal's reason as soon as it is aborted. */
  readonly sleep: (delayUs: number, signal?: StopSignal) => Promise<void>;
  /**
   * Work that really happens outside (a socket, a file). On a virtual clock time stands still while it runs and then moves on by
   * `costUs`; on a real clock it simply runs.
   */
  readonly hold: <T>(work: () => Promise<T>, costUs?: (value: T) => number) => Promise<T>;
  /** Says that from now on something really happens: a clock that was only catching up on the past passes as it is from here on. */
  readonly goLive?: () => void;
}

/** Whole microseconds of a duration in milliseconds. */
export const usOf = (ms: number): number => Math.round(ms * 1000);

/** Milliseconds, with at most three decimals, of whole microseconds. */
export const msOf = (us: number): number => us / 1000;

/** Sleeping, told in terms of a schedule: both clocks share it. */
export function sleepOn(clock: Pick<Clock, 'schedule' | 'cancel'>, delayUs: number, signal?: StopSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const timer = clock.schedule(Math.max(0, delayUs), () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    const onAbort = () => {
      clock.cancel(timer);
      reject(signal!.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
