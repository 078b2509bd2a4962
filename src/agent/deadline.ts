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
}

/**
 * Runs work under a deadline on the clock. When time is up, or the parent is aborted, the work's signal is aborted; work that obeys it rejects
 * by itself, with its last step properly ended. Work that ignores the signal is left behind one event later, at the same instant.
 * When the work is over its signal is aborted in any case, so that nothing it left running can act any more.
 */
export function withDeadline<T>(clock: Clock, parent: StopSignal, { delayUs, work, expired }: Deadline<T>): Promise<T> {
  const own = new Stop();
  const timers: Timer[] = [];
  let late: Error | undefined;
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const end = () => {
    for (const timer of timers) clock.cancel(timer);
    parent.removeEventListener('abort', follow);
    own.abort(OVER);
  };
  const succeed = (value: T) => {
    end();
    if (late) reject(late);
    else resolve(value);
  };
  const fail = (error: unknown) => {
    end();
    // Whatever work makes of its abort, the deadline is the cause; only what ends the whole trial weighs more.
    reject((late && !endsTrial(error) ? late : error) as Error);
  };
  const stop = (reason: unknown) => {
    own.abort(reason);
    timers.push(clock.schedule(0, () => fail(reason)));
  };
  const follow = () => stop(parent.reason);
  if (parent.aborted) follow();
  parent.addEventListener('abort', follow, { once: true });
  if (delayUs !== undefined) timers.push(clock.schedule(delayUs, () => stop((late = expired()))));
  try {
    Promise.resolve(work(own)).then(succeed, fail);
  } catch (error) {
    fail(error);
  }
  return promise;
}

/** Made once: it is the reason of nearly every signal, and nobody reads its stack. */
const OVER = new PatternbenchError('cancelled', 'this step is over: await what it starts before it ends');
