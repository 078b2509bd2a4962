import type { Limit } from './limit.ts';

/** A request that waits for its turn. */
export interface Waiting {
  readonly tokens: number;
  readonly limits: readonly Limit[];
  readonly admit: (atUs: number) => void;
}

/**
 * Who may start when: first come, first served. Nobody overtakes within a limit, and nobody waits for a limit that is not theirs, so no place
 * stays empty that the first in its queue could have. `wake` is asked to call `pump` again at an instant.
 */
export class Admission {
  readonly #queue: Waiting[] = [];
  readonly #wake: (atUs: number) => void;
  /** When it is to be called next; asked for once. */
  #wokenUs = Infinity;

  constructor(wake: (atUs: number) => void) {
    this.#wake = wake;
  }

  ask(atUs: number, waiting: Waiting): void {
    this.#queue.push(waiting);
    this.pump(atUs);
  }

  /** Takes somebody out of the queue who need not wait any more; false when nobody is there. */
  withdraw(waiting: Waiting, atUs: number): boolean {
    const at = this.#queue.indexOf(waiting);
    if (at < 0) return false;
    this.#queue.splice(at, 1);
    this.pump(atUs);
    return true;
  }

  /** Lets everybody start who may. */
  pump(atUs: number): void {
    if (this.#wokenUs <= atUs) this.#wokenUs = Infinity;
    const held = new Set<Limit>();
    const admitted: Waiting[] = [];
    let next = Infinity;
    for (const waiting of this.#queue) {
      const from = waiting.limits.some((limit) => held.has(limit))
        ? Infinity
        : Math.max(...waiting.limits.map((limit) => limit.roomFrom(atUs, waiting.tokens)));
      if (from <= atUs) {
        for (const limit of waiting.limits) limit.take(atUs, waiting.tokens);
        admitted.push(waiting);
      } else {
        for (const limit of waiting.limits) held.add(limit);
        next = Math.min(next, from);
      }
    }
    for (const waiting of admitted) this.#queue.splice(this.#queue.indexOf(waiting), 1);
    if (next < this.#wokenUs) this.#wake((this.#wokenUs = next));
    for (const waiting of admitted) waiting.admit(atUs);
  }
}
