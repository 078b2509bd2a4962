import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import tQuantile from '@stdlib/stats-base-dists-t-quantile';

/** Both ends of an interval, in the unit of what it is an interval of. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The two-sided critical value of the standard normal: 1.96 for a level of 0.95. */
export const zCritical = (level: number): number => normalQuantile((1 + level) / 2, 0, 1);

/** The two-sided critical value of Student's t with `df` degrees of freedom; NaN without any. */
export const tCritical = (level: number, df: number): number => (df > 0 ? tQuantile((1 + level) / 2, df) : Number.NaN);

/** The interval with its ends kept within [low, high]. */
export const clipped = (interval: Interval, low: number, high: number): Interval => ({
  low: Math.min(high, Math.max(low, interval.low)),
  high: Math.min(high, Math.max(low, interval.high)),
});
