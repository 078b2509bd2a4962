/**
 * Something that happens once in a trial: a span starts or ends, a branch is let go. It happens when all its causes have, and so much later as
 * it did when it was recorded; what no span explains keeps its time.
 */
export class Moment {
  /** When it happened, in microseconds of the recorded trial. */
  readonly recordedUs: number;
  readonly causes: Moment[] = [];
  readonly effects: Moment[] = [];
  /** Instead of the recorded time between its last cause and itself. */
  delayUs: number | undefined;
  /** Asked when it could happen, instead of happening at once: a request that needs a place in the queue. */
  gate: ((atUs: number, pass: (atUs: number) => void) => void) | undefined;
  /** Told when it has happened. */
  readonly listeners: ((atUs: number) => void)[] = [];
  /** When it happens in the simulation; -1 until it has. */
  atUs = -1;
  readyUs = 0;
  openCauses = 0;

  constructor(recordedUs: number) {
    this.recordedUs = recordedUs;
  }

  /** Says that this happens after another moment; one that was recorded later was no cause, whatever a trace says. */
  follows(cause: Moment): void {
    if (cause.recordedUs > this.recordedUs || cause === this || this.causes.includes(cause)) return;
    this.causes.push(cause);
    cause.effects.push(this);
  }

  /** Microseconds between its last cause and itself, as recorded. */
  recordedDelayUs(): number {
    let last = -Infinity;
    for (const cause of this.causes) last = Math.max(last, cause.recordedUs);
    return last === -Infinity ? 0 : this.recordedUs - last;
  }
}

/** Whether no moment waits for itself. */
export function isAcyclic(moments: readonly Moment[]): boolean {
  const open = new Map(moments.map((moment) => [moment, moment.causes.length]));
  const free = moments.filter((moment) => moment.causes.length === 0);
  for (const moment of free) {
    for (const effect of moment.effects) {
      const left = open.get(effect)! - 1;
      open.set(effect, left);
      if (left === 0) free.push(effect);
    }
  }
  return free.length === moments.length;
}
