import { AsyncResource } from 'node:async_hooks';
import { insideTrial, outsideTrials } from './ambient-trial.ts';
import { type Clock, sleepOn, type Timer } from './clock.ts';
import { PatternbenchError } from './errors.ts';
import { EventHeap, type HeapEvent } from './event-heap.ts';
import { type Random, seededRandom } from './random.ts';
import { nextTurn } from './scheduler.ts';
import type { StopSignal } from './stop.ts';

/** Turns of the event loop with nothing scheduled, nothing held and no end in sight, after which a trial counts as hung. */
const DEADLOCK_TURNS = 3;

/** Events at one instant after which a trial counts as waiting in a circle: with `setImmediate` for what only time can bring. */
const SPIN_EVENTS = 100_000;

/** 2026-01-01T00:00:00Z in milliseconds of Unix time: virtual time has no date, so every trial begins on the same one. */
export const EPOCH_MS = 1_767_225_600_000;

/**
 * Discrete-event time for one trial, under plain async code.
 *
 * Time moves only when the trial has nothing left to do: once per turn of the event loop (all microtasks have drained by then) a quiescent
 * clock fires exactly one event. One event at a time, not one instant at a time, keeps Node's own semantics for ties, cancellation and races.
 *
 * The trial runs in an async context of its own, by which ambient time finds its clock (ambient-time.ts); held work runs outside of it.
 */
export class VirtualClock implements Clock {
  readonly kind = 'virtual';
  #nowUs = 0;
  #sequence = 0;
  #heap = new EventHeap();
  #holds = 0;
  #queued = false;
  #idleTurns = 0;
  #eventsNow = 0;
  #finished = false;
  #fail: ((error: Error) => void) | undefined;
  #context: AsyncResource | undefined;
  #random: Random | undefined;
  readonly #seed: string;

  /** `seed` is the seed of ambient chance: of what code that knows no RunContext draws from Math.random. */
  constructor(seed = '') {
    this.#seed = seed;
  }

  readonly nowUs = (): number => this.#nowUs;

  readonly schedule = (delayUs: number, callback: () => void): Timer => {
    // A NaN in the heap would turn every later instant into NaN, silently.
    if (!Number.isFinite(delayUs)) throw new PatternbenchError('broken_invariant', `a delay must be finite, not ${delayUs}`);
    const event: HeapEvent = { atUs: this.#nowUs + Math.max(0, Math.round(delayUs)), sequence: this.#sequence++, callback };
    this.#heap.push(event);
    this.#wake();
    return event;
  };

  readonly cancel = (timer: Timer): void => {
    // A cancelled event stays in the heap and is skipped: removal from the middle would cost more than it saves.
    (timer as HeapEvent).callback = undefined;
  };

  readonly sleep = (delayUs: number, signal?: StopSignal): Promise<void> => sleepOn(this, delayUs, signal);

  readonly hold = async <T>(work: () => Promise<T>, costUs?: (value: T) => number): Promise<T> => {
    this.#holds++;
    this.#idleTurns = 0;
    let value: T;
    let cost: Promise<void> | undefined;
    try {
      value = await outsideTrials(work);
      // Scheduled before the hold is let go, so that no other event can slip in between.
      cost = costUs && this.sleep(costUs(value));
    } finally {
      this.#holds--;
      this.#wake();
    }
    await cost;
    return value;
  };

  /** The next draw of ambient chance, in [0, 1). */
  readonly random = (): number => (this.#random ??= seededRandom(`${this.#seed}/ambient`)).next();

  /** Whether the trial has ended: what it left running no longer has a time of its own. */
  get isOver(): boolean {
    return this.#finished;
  }

  /** Ends the trial with an error, whatever it is waiting for; nothing when it has ended. */
  readonly fail = (error: Error): void => this.#fail?.(error);

  /** Runs one trial to its end. Throws `virtual_deadlock` when it waits for something that can never happen on this clock. */
  async run<T>(trial: () => Promise<T>): Promise<T> {
    const deadlock = new Promise<never>((_resolve, reject) => {
      this.#fail = reject;
    });
    this.#wake();
    try {
      return await Promise.race([insideTrial(this, () => this.#begin(trial)), deadlock]);
    } finally {
      this.#finished = true;
      this.#fail = undefined;
      this.#heap = new EventHeap();
    }
  }

  #begin<T>(trial: () => Promise<T>): Promise<T> {
    this.#context = new AsyncResource('Trial', { requireManualDestroy: true });
    return trial();
  }

  #wake(): void {
    if (this.#queued || this.#finished) return;
    this.#queued = true;
    nextTurn(this.#turn);
  }

  readonly #turn = (): void => {
    this.#queued = false;
    // While something is held, time stands still; the end of the hold wakes the clock again.
    if (this.#finished || this.#holds > 0) return;
    const event = this.#heap.popLive();
    if (event) {
      this.#idleTurns = 0;
      if (event.atUs > this.#nowUs) this.#eventsNow = 0;
      else if (++this.#eventsNow > SPIN_EVENTS) return this.#fail?.(this.#spin());
      this.#nowUs = event.atUs;
      this.#wake();
      try {
        // In the trial's context, not the scheduler's: a callback may abort a signal, and whoever hears that asks for ambient time.
        if (this.#context) this.#context.runInAsyncScope(event.callback!);
        else event.callback!();
      } catch (error) {
        // Thrown on, it would end the turn that all clocks of the process share, and hang their trials.
        this.#fail?.(error as Error);
      }
      return;
    }
    if (!this.#fail) return;
    if (++this.#idleTurns > DEADLOCK_TURNS) this.#fail(this.#deadlock());
    else this.#wake();
  };

  #spin(): PatternbenchError {
    return new PatternbenchError(
      'virtual_deadlock',
      `the trial goes round in a circle at ${this.#nowUs / 1000} ms of virtual time: ${SPIN_EVENTS} events, and no time has passed`,
      { remedy: 'wait for what is expected, or with a delay; setImmediate and sleeps of 0 ms let no virtual time pass' },
    );
  }

  #deadlock(): PatternbenchError {
    return new PatternbenchError(
      'virtual_deadlock',
      `the trial hangs at ${this.#nowUs / 1000} ms of virtual time: nothing is scheduled, nothing is held, and it has not finished`,
      { remedy: 'wrap real I/O (files, sockets, child processes) in ctx.hold, and wait with ctx.sleep instead of setTimeout' },
    );
  }
}
