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
export function withDeadline<T>(clock: Clock, parent: StopSignal, deadline: Deadline<T>): Promise<T> {
  return new Promise((resolve, reject) => new Running(clock, parent, { ...deadline, resolve, reject }).begin());
}

interface Awaited<T> extends Deadline<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

/** Work under way. Every run of an agent is one, so it holds what it needs and makes little. */
class Running<T> {
  readonly #clock: Clock;
  readonly #parent: StopSignal;
  readonly #deadline: Awaited<T>;
  readonly #own = new Stop();
  #timers: Timer[] | undefined;
  #late: Error | undefined;
  #isOver = false;

  constructor(clock: Clock, parent: StopSignal, deadline: Awaited<T>) {
    this.#clock = clock;
    this.#parent = parent;
    this.#deadline = deadline;
  }

  begin(): void {
    const { delayUs, work, expired } = this.#deadline;
    if (this.#parent.aborted) this.#follow();
    this.#parent.addEventListener('abort', this.#follow, { once: true });
    if (delayUs !== undefined) this.#schedule(delayUs, () => this.#stop((this.#late = expired())));
    try {
      Promise.resolve(work(this.#own)).then(this.#succeed, this.#fail);
    } catch (error) {
      this.#fail(error);
    }
  }

  readonly #succeed = (value: T): void => {
    if (this.#late) this.#fail(this.#late);
    else if (this.#end(false, undefined)) this.#deadline.resolve(value);
  };

  readonly #fail = (error: unknown): void => {
    // Whatever work makes of its abort, the deadline is the cause; only what ends the whole trial weighs more.
    const cause = this.#late && !endsTrial(error) ? this.#late : error;
    if (this.#end(true, cause)) this.#deadline.reject(cause);
  };

  readonly #follow = (): void => this.#stop(this.#parent.reason);

  #stop(reason: unknown): void {
    this.#own.abort(reason);
    this.#schedule(0, () => this.#fail(reason));
  }

  #schedule(delayUs: number, callback: () => void): void {
    (this.#timers ??= []).push(this.#clock.schedule(delayUs, callback));
  }

  #end(failed: boolean, error: unknown): boolean {
    // What was left behind ends a second time, and nobody hears it.
    if (this.#isOver) return false;
    this.#isOver = true;
    for (const timer of this.#timers ?? []) this.#clock.cancel(timer);
    this.#parent.removeEventListener('abort', this.#follow);
    this.#own.abort(OVER);
    this.#deadline.over?.(failed, error);
    return true;
  }
}

/** Made once: it is the reason of nearly every signal, and nobody reads its stack. */
const OVER = new PatternbenchError('cancelled', 'this step is over: await what it starts before it ends');
