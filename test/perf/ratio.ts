import { quantile } from '../../src/stats/quantile.ts';

/** The median of paired ratios, with the quartiles on both sides of it. */
export interface Ratio {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** How far a workload may seem to differ from itself before nothing that was measured beside it counts. */
const SAME: Ratio = { median: 1, low: 0.95, high: 1.05 };

/**
 * The ratio of two costs that were measured in the same rounds. Pairs first, median after: what slows a whole round (a busy machine, a
 * colder cache) falls out of its ratio. Throws where rounds are missing on one side.
 */
export function pairedRatio(numerators: readonly number[], denominators: readonly number[]): Ratio {
  if (numerators.length === 0 || numerators.length !== denominators.length) {
    throw new RangeError(`${numerators.length} rounds cannot be paired with ${denominators.length}`);
  }
  return spreadOf(numerators.map((numerator, round) => numerator / denominators[round]!));
}

/** Median and quartiles (type 7). */
export const spreadOf = (values: readonly number[]): Ratio => ({
  median: quantile(values, 0.5),
  low: quantile(values, 0.25),
  high: quantile(values, 0.75),
});

/** Whether an A/A ratio says that the run measured its machine rather than the code. */
export const isVoid = (aa: number): boolean => !(aa >= SAME.low && aa <= SAME.high);

export const VOID_LIMITS = `${SAME.low} to ${SAME.high}`;
