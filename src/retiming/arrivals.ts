import { unitOf } from '../kernel/random.ts';

/** When the trials that share a timeline come: all together, one each so many microseconds, or at random with that mean (Poisson). */
export type Arrivals =
  | { readonly kind: 'together' }
  | { readonly kind: 'even'; readonly everyUs: number }
  | { readonly kind: 'poisson'; readonly everyUs: number };

/** The instants, in microseconds, at which so many trials come, in their order; draws hang on `seed`. */
export function arrivalTimes(arrivals: Arrivals, count: number, seed: string): number[] {
  if (arrivals.kind === 'together') return Array.from({ length: count }, () => 0);
  if (arrivals.kind === 'even') return Array.from({ length: count }, (_, turn) => Math.round(turn * arrivals.everyUs));
  let atMs = 0;
  return Array.from({ length: count }, (_, turn) => {
    // Exponential gaps, in whole milliseconds: logarithms differ in their last bits between engines.
    if (turn > 0) atMs += Math.round((-Math.log(1 - unitOf(`${seed}/${turn}`)) * arrivals.everyUs) / 1000);
    return atMs * 1000;
  });
}
