import { hash53, unitOf } from '../kernel/random.ts';

/**
 * Chance within one call: a pure function of what is drawn, never a stream, so that no draw depends on another one or on any order.
 * There are two kinds of error. Not knowing belongs mostly to the sample and returns in every call; a slip belongs to one call.
 * Without the split, asking again, voting and reviewing would look far too good.
 */
export interface Draws {
  /** A number in [0, 1) of this call. */
  readonly unit: (what: string) => number;
  /** A whole number in [0, below) of this call. */
  readonly index: (what: string, below: number) => number;
  /** The same, belonging to the sample: it returns in every call. */
  readonly fixedIndex: (what: string, below: number) => number;
  /** Whether something of this call happens, which has probability `p`. */
  readonly slip: (what: string, p: number) => boolean;
  /**
   * Whether something is known, with probability `p`: with probability `fixed` the draw is that of (seed, sample, what), the same for every
   * call, model and profile, else that of this call. The rate is kept exactly, and two calls correlate by `fixed`².
   */
  readonly knows: (what: string, p: number) => boolean;
}

/** What a call's draws hang on: `call` names the request's content, `sample` the seed and the sample. */
export interface DrawKeys {
  readonly call: string;
  readonly sample: string;
  readonly fixed: number;
}

export function drawsOf({ call, sample, fixed }: DrawKeys): Draws {
  const unit = (what: string) => unitOf(`${call}|${what}`);
  const isFixed = (what: string) => unit(`mix|${what}`) < fixed;
  return {
    unit,
    index: (what, below) => hash53(`${call}|index|${what}`) % below,
    fixedIndex: (what, below) => hash53(`${sample}|index|${what}`) % below,
    slip: (what, p) => unit(`slip|${what}`) < p,
    knows: (what, p) => (isFixed(what) ? unitOf(`${sample}|${what}`) : unit(what)) < p,
  };
}
