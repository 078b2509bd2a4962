import type { Random } from '../kernel/random.ts';
import { type Interval } from './interval.ts';
import { quantileOfSorted } from './quantile.ts';

const MOST = 10_000;
const LEAST = 1_000;

/** Resamples behind a figure of `n` samples: 10,000, and fewer from 1,000 samples on, where each draw says more and takes longer. */
export const resamplesOf = (n: number): number => Math.min(MOST, Math.max(LEAST, Math.round((1_000 * MOST) / n)));

/**
 * Draws `n` units out of `n` with replacement, again and again (Efron 1979), and shows each draw as how often every unit is in it. The units are
 * samples, never trials: trials of one sample are alike. The array is used again for the next draw.
 */
export function eachResample(n: number, random: Random, see: (counts: Uint16Array) => void, resamples = resamplesOf(n)): void {
  const counts = new Uint16Array(n);
  for (let draw = 0; draw < resamples; draw++) {
    counts.fill(0);
    for (let i = 0; i < n; i++) counts[random.int(n)]!++;
    see(counts);
  }
}

/** The percentile interval of resampled figures; an end is null where it is not finite (a ratio to a total that can be 0). */
export function percentileInterval(
  figures: ArrayLike<number>,
  level = 0.95,
): { readonly [End in keyof Interval]: number | null } {
  const sorted = Float64Array.from(figures).sort();
  const end = (probability: number) => {
    const value = quantileOfSorted(sorted, probability);
    return Number.isFinite(value) ? value : null;
  };
  return { low: end((1 - level) / 2), high: end((1 + level) / 2) };
}
