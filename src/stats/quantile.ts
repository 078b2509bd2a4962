import binomialCdf from '@stdlib/stats-base-dists-binomial-cdf';
import type { Clusters } from './cluster.ts';
import type { Interval } from './interval.ts';

/** The quantile of type 7 (Hyndman and Fan 1996): linear between order statistics, the default of R and NumPy. NaN of nothing. */
export function quantile(values: readonly number[], probability: number): number {
  return quantileOfSorted(ascending(values), probability);
}

/** The same of values that are in ascending order. */
export function quantileOfSorted(sorted: ArrayLike<number>, probability: number): number {
  const position = (sorted.length - 1) * probability;
  const below = Math.floor(position);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[Math.min(sorted.length - 1, below + 1)] ?? Number.NaN;
  return low + (high - low) * (position - below);
}

/**
 * A distribution-free interval of a quantile by order statistics (Conover 1999, section 3.2): equal tails of the binomial. Null when `values` are too
 * few for both ends: p95 at 95 % needs 72. The values must be independent: one per sample, not one per trial.
 */
export function quantileInterval(values: readonly number[], probability: number, level = 0.95): Interval | null {
  return quantileIntervalOver(
    values.map((value) => [value]),
    probability,
    level,
  );
}

/**
 * The same for samples with several trials each, where only the samples are independent: the ranks are those of so many samples, and each end is the
 * outermost of the block of ordered values that its rank stands for. Where trials of a sample agree it is the interval of the samples; where they do not
 * it is too wide, never too narrow.
 */
export function quantileIntervalOver(clusters: Clusters, probability: number, level = 0.95): Interval | null {
  const ranks = quantileRanks(clusters.length, probability, level);
  if (!ranks) return null;
  const sorted = ascending(clusters.flat());
  const perSample = sorted.length / clusters.length;
  const low = sorted[Math.floor((ranks.low - 1) * perSample)];
  const high = sorted[Math.ceil(ranks.high * perSample) - 1];
  return low === undefined || high === undefined ? null : { low, high };
}

/** The ranks (from 1) of the order statistics that hold a quantile of `n` independent values; null when `n` is too small for both ends. */
function quantileRanks(n: number, probability: number, level: number): Interval | null {
  const tail = (1 - level) / 2;
  let low = 0;
  while (low < n && binomialCdf(low, n, probability) <= tail) low++;
  let high = n + 1;
  while (high > 1 && 1 - binomialCdf(high - 2, n, probability) <= tail) high--;
  return low < 1 || high > n ? null : { low, high };
}

/** Typed, since that is sorted without asking a function about every pair. */
const ascending = (values: ArrayLike<number>) => Float64Array.from(values).sort();
