import betaQuantile from '@stdlib/stats-base-dists-beta-quantile';
import type { Interval } from './interval.ts';

/**
 * The exact interval of a rate out of `n` (Clopper and Pearson 1934): it covers at least the level for every true rate, and is therefore wider than
 * Wilson's. `n` may be an effective sample size; at 0 nothing is known: [0, 1].
 */
export function clopperPearson(rate: number, n: number, level = 0.95): Interval {
  if (!(n > 0)) return { low: 0, high: 1 };
  const tail = (1 - level) / 2;
  const passed = rate * n;
  return {
    low: passed <= 0 ? 0 : betaQuantile(tail, passed, n - passed + 1),
    high: passed >= n ? 1 : betaQuantile(1 - tail, passed + 1, n - passed),
  };
}
