import tCdf from '@stdlib/stats-base-dists-t-cdf';
import { type Interval, tCritical } from './interval.ts';
import { mean, standardDeviation } from './mean.ts';

export interface PairedDifference extends Interval {
  /** Pairs: samples that both sides have. */
  readonly n: number;
  /** The mean of a - b. */
  readonly mean: number;
  readonly standardError: number;
  /** Two-sided. */
  readonly p: number;
  /** One-sided: small when a is below b. */
  readonly pBelow: number;
  /** `t`, or `constant` where all differences are equal (or there is one), so that no t exists. */
  readonly kind: 't' | 'constant';
}

/**
 * The paired difference of scores in [0, 1] on sample means, with the interval and p of Student's paired t (Miller, arXiv 2411.00640, section on
 * paired differences). When all differences are equal there is no spread to build a t from: the interval then says how large a share r of unseen
 * samples may differ, r < 1 - (1 - level)^(1/n) (no such sample in n), each of them by as much as a score can; p is the exact sign-flip p.
 * Null without pairs.
 */
export function pairedDifference(a: readonly number[], b: readonly number[], level = 0.95): PairedDifference | null {
  const differences = a.map((value, i) => value - (b[i] as number));
  const n = differences.length;
  if (n === 0) return null;
  const centre = mean(differences);
  const sd = n < 2 ? 0 : standardDeviation(differences);
  if (sd === 0) return constantDifference(Math.abs(centre) < 1e-12 ? 0 : centre, n, level);
  const standardError = sd / Math.sqrt(n);
  const half = tCritical(level, n - 1) * standardError;
  const t = centre / standardError;
  const p = Math.min(1, 2 * tCdf(-Math.abs(t), n - 1));
  return { n, mean: centre, standardError, low: centre - half, high: centre + half, p, pBelow: tCdf(t, n - 1), kind: 't' };
}

function constantDifference(value: number, n: number, level: number): PairedDifference {
  const unseen = discordanceBound(n, level);
  return {
    n,
    mean: value,
    standardError: 0,
    low: Math.max(-1, value - unseen * (1 + value)),
    high: Math.min(1, value + unseen * (1 - value)),
    p: value === 0 ? 1 : Math.min(1, 2 ** (1 - n)),
    pBelow: value < 0 ? 2 ** -n : 1,
    kind: 'constant',
  };
}

/** The largest share of unseen samples that can behave otherwise when none of `n` did: 1 - (1 - level)^(1/n), the exact form of the rule of three. */
export const discordanceBound = (n: number, level = 0.95): number => 1 - (1 - level) ** (1 / n);
