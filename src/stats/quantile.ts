import binomialCdf from '@stdlib/stats-base-dists-binomial-cdf';
import type { Interval } from './interval.ts';

/** The quantile of type 7 (Hyndman and Fan 1996): linear between order statistics, the default of R and NumPy. NaN of nothing. */
export function quantile(values: readonly number[], probability: number): number {
  const sorted = ascending(values);
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
  const tail = (1 - level) / 2;
  const sorted = ascending(values);
  const n = sorted.length;
  let lowRank = 0;
  while (lowRank < n && binomialCdf(lowRank, n, probability) <= tail) lowRank++;
  let highRank = n + 1;
  while (highRank > 1 && 1 - binomialCdf(highRank - 2, n, probability) <= tail) highRank--;
  const low = sorted[lowRank - 1];
  const high = sorted[highRank - 1];
  return low === undefined || high === undefined ? null : { low, high };
}

const ascending = (values: readonly number[]) => Array.from(values).sort((a, b) => a - b);
