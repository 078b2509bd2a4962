import tCdf from '@stdlib/stats-base-dists-t-cdf';
import { type Interval, tCritical } from './interval.ts';
import { mean, standardDeviation } from './mean.ts';

export interface GeometricRatio extends Interval {
  /** The geometric mean of a / b: 1.2 = typically a fifth more. */
  readonly ratio: number;
  /** Pairs that were used: both sides above 0. */
  readonly n: number;
  /** Pairs left out because a logarithm of 0 does not exist. */
  readonly leftOut: number;
  /** Two-sided p of "the ratio is 1". */
  readonly p: number;
  /** `t`, or `constant` where all ratios are equal (or there is one): then both ends repeat the ratio, and no interval was estimated. */
  readonly kind: 't' | 'constant';
}

/**
 * The typical ratio of amounts (tokens, USD, milliseconds), paired by sample: exp of mean and Student's t interval of ln(a / b) (Fleming and Wallace
 * 1986: ratios are averaged geometrically). Where all ratios are equal, `p` is the exact sign-flip p, and whoever prints the interval must say that it is
 * none. Null without a usable pair.
 */
export function geometricRatio(a: readonly number[], b: readonly number[], level = 0.95): GeometricRatio | null {
  const logs = a.flatMap((value, i) => {
    const other = b[i] as number;
    return value > 0 && other > 0 ? [Math.log(value / other)] : [];
  });
  const n = logs.length;
  if (n === 0) return null;
  const centre = mean(logs);
  const ratio = Math.exp(centre);
  const leftOut = a.length - n;
  const sd = n < 2 ? 0 : standardDeviation(logs);
  if (sd === 0)
    return { ratio, low: ratio, high: ratio, n, leftOut, p: Math.abs(centre) < 1e-12 ? 1 : 2 ** (1 - n), kind: 'constant' };
  const standardError = sd / Math.sqrt(n);
  const half = tCritical(level, n - 1) * standardError;
  const p = Math.min(1, 2 * tCdf(-Math.abs(centre / standardError), n - 1));
  return { ratio, low: Math.exp(centre - half), high: Math.exp(centre + half), n, leftOut, p, kind: 't' };
}
