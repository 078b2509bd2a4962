import { wilson } from './wilson.ts';
import type { Interval } from './interval.ts';

/** How far two ratings are apart, squared: `nominal` 0 or 1, `interval` the squared difference. */
export type RatingScale = 'nominal' | 'interval';

const DISTANCE: Readonly<Record<RatingScale, (a: number, b: number) => number>> = {
  nominal: (a, b) => (a === b ? 0 : 1),
  interval: (a, b) => (a - b) ** 2,
};

/**
 * Krippendorff's alpha (Krippendorff 2011, "Computing Krippendorff's alpha-reliability"): how far raters agree beyond chance; 1 = always, 0 = as by chance,
 * below 0 = against one another. A unit is what was rated; `null` stands where a rater said nothing. Units with fewer than two ratings do not count. Null
 * where nothing can be compared or all ratings are the same, so that there is no disagreement to expect.
 */
export function krippendorffAlpha(units: readonly (readonly (number | null)[])[], scale: RatingScale = 'nominal'): number | null {
  const rated = units.map((unit) => unit.filter((rating) => rating !== null)).filter(({ length }) => length > 1);
  const all = rated.flat();
  const distance = DISTANCE[scale];
  const within = (ratings: readonly number[]) => {
    let total = 0;
    for (const a of ratings) for (const b of ratings) total += distance(a, b);
    return total;
  };
  const observed = rated.reduce((sum, ratings) => sum + within(ratings) / (ratings.length - 1), 0) / all.length;
  const expected = within(all) / (all.length * (all.length - 1));
  return expected > 0 ? 1 - observed / expected : null;
}

export interface SwapConsistency extends Interval {
  /** Share of pairs of which the judge preferred the same answer in both orders. */
  readonly rate: number;
  readonly n: number;
}

/**
 * How often a judge of pairs stays with its choice when the answers change places (Zheng et al., arXiv 2306.05685, section 3.4 on position bias), with
 * Wilson's interval. A verdict is `a`, `b` or `tie` by answer, not by place. Null without pairs.
 */
export function swapConsistency(
  verdicts: readonly (readonly [first: string, swapped: string])[],
  level = 0.95,
): SwapConsistency | null {
  const n = verdicts.length;
  if (n === 0) return null;
  const rate = verdicts.filter(([first, swapped]) => first === swapped).length / n;
  return { rate, ...wilson(rate, n, level), n };
}
