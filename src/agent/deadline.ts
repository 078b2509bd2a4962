import type { Clock, Timer } from '../kernel/clock.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import { Stop, type StopSignal } from '../kernel/stop.ts';
import { endsTrial } from './trial-runtime.ts';

export interface Deadline<T> {
  /** Microseconds for the work; without it only the parent's signal ends it early. */
  readonly delayUs?: number | undefined;
  readonly work: (signal: Stop) => Promise<T>;
  /** The error when time is up. */
  readonly expired: () => Error;
  /** Told at the instant at which the work is over, before anybody who awaits it. */
  readonly over?: (failed: boolean, error: unknown) => void;
}

/**
 * Runs work under a deadline on the clock. When time is up, or the parent is aborted, the work's signal is aborted; work that obeys it rejects
 * by itself, with its last step properly ended. Work that ignores the signal is left behind one event later, at the same instant.
 * When the work is over its signal is aborted in any case, so that nothing it left running can act any more.
 */
export function withDeadline<T>(clock: Clock, parent: StopSignal, { delayUs, work, expired, over }: Deadline<T>): Promise<T> {
  const own = new Stop();
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  let timers: Timer[] | undefined;
  let late: Error | undefined;
  let isOver = false;
  const end = (failed: boolean, error: unknown): boolean => {
    // What was left behind ends a second time, and nobody hears it.
    if (isOver) return false;
    isOver = true;
    for (const timer of timers ?? []) clock.cancel(timer);
    parent.removeEventListener('abort', follow);
    own.abort(OVER);
    over?.(failed, error);
    return true;
  };
  const fail = (error: unknown) => {
    // Whatever work makes of its abort, the deadline is the cause; only what ends the whole trial weighs more.
    const cause = late && !endsTrial(error) ? late : error;
    if (end(true, cause)) reject(cause);
  };
  const succeed = (value: T) => {
    if (late) fail(late);
    else if (end(false, undefined)) resolve(value);
  };
  const schedule = (delay: number, callback: () => void) => (timers ??= []).push(clock.schedule(delay, callback));
  const stop = (reason: unknown) => {
    own.abort(reason);
    schedule(0, () => fail(reason));
  };
  const follow = () => stop(parent.reason);
  if (parent.aborted) follow();
  parent.addEventListener('abort', follow, { once: true });
  if (delayUs !== undefined) schedule(delayUs, () => stop((late = expired())));
  try {
    Promise.resolve(work(own)).then(succeed, fail);
  } catch (error) {
    fail(error);
  }
  return promise;
}

/** Made once: it is the reason of nearly every signal, and nobody reads its stack. */
const OVER = new PatternbenchError('cancelled', 'this step is over: await what it starts before it ends');
