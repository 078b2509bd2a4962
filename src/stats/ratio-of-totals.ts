import type { Random } from '../kernel/random.ts';
import { eachResample, percentileInterval, resamplesOf } from './bootstrap.ts';
import { sum } from './mean.ts';

export interface TotalsRatio {
  /** Total of the numerators over total of the denominators. */
  readonly ratio: number;
  /** null where the total of the denominators may be 0: the ratio has no bound there. */
  readonly low: number | null;
  readonly high: number | null;
  /** Samples. */
  readonly n: number;
}

/**
 * The ratio of two totals (USD over successes, tokens over the tokens of the baseline: what an invoice shows), a pair for each sample, with the percentile
 * interval of a bootstrap over samples (Efron and Tibshirani 1993, chapter 13). Null without a denominator above 0; without an interval below two samples.
 */
export function ratioOfTotals(
  pairs: { readonly a: readonly number[]; readonly b: readonly number[] },
  random: Random,
  resamples = resamplesOf(pairs.a.length),
): TotalsRatio | null {
  const { a, b } = pairs;
  const n = a.length;
  const below = sum(b);
  if (!(below > 0)) return null;
  const ratio = sum(a) / below;
  if (n < 2) return { ratio, low: null, high: null, n };
  const figures: number[] = [];
  const see = (counts: Uint16Array) => {
    let [top, bottom] = [0, 0];
    for (let i = 0; i < n; i++) {
      top += counts[i]! * a[i]!;
      bottom += counts[i]! * b[i]!;
    }
    figures.push(bottom > 0 ? top / bottom : Number.POSITIVE_INFINITY);
  };
  eachResample(n, random, see, resamples);
  return { ratio, ...percentileInterval(figures), n };
}
