import { type Interval, clipped, zCritical } from './interval.ts';

/**
 * The score interval of a rate out of `n` (Wilson 1927; Newcombe 1998, method 3), within [0, 1].
 * `n` may be an effective sample size, so it need not be whole. At `n` = 0 nothing is known: [0, 1].
 */
export function wilson(rate: number, n: number, level = 0.95): Interval {
  if (!(n > 0)) return { low: 0, high: 1 };
  const z = zCritical(level);
  const z2 = z * z;
  const centre = (rate + z2 / (2 * n)) / (1 + z2 / n);
  const half = (z * Math.sqrt((rate * (1 - rate)) / n + z2 / (4 * n * n))) / (1 + z2 / n);
  // The closed form holds the rate exactly; floating point can leave a crumb beside it.
  return clipped({ low: Math.min(rate, centre - half), high: Math.max(rate, centre + half) }, 0, 1);
}
