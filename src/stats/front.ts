import type { Random } from '../kernel/random.ts';
import { eachResample } from './bootstrap.ts';

/** One candidate by sample: more quality is better, less expense is. */
export interface Candidate {
  /** Mean score of each sample. */
  readonly quality: readonly number[];
  /** Expense of the candidate when the samples are drawn so often. */
  readonly expense: (counts: ArrayLike<number>) => number;
}

export interface FrontMembership {
  /** Whether it is on the front of the samples as they are. */
  readonly isOn: boolean;
  /** Share of resamples in which it is; null below two samples. */
  readonly probability: number | null;
}

/**
 * The Pareto front: candidates than which no other is at least as good and at least as cheap, and better in one of the two. The probability of being on it
 * is that of a bootstrap over samples in which all candidates see the same draw.
 */
export function frontMembership(candidates: readonly Candidate[], random: Random): FrontMembership[] {
  const n = candidates[0]?.quality.length ?? 0;
  const once = new Uint16Array(n).fill(1);
  const measured = onFront(candidates, once);
  if (n < 2) return measured.map((isOn) => ({ isOn, probability: null }));
  const times = candidates.map(() => 0);
  let draws = 0;
  eachResample(n, random, (counts) => {
    draws++;
    onFront(candidates, counts).forEach((isOn, i) => isOn && times[i]!++);
  });
  return measured.map((isOn, i) => ({ isOn, probability: times[i]! / draws }));
}

/** Sums that differ in their last bits only are equal. */
const EVEN = 1e-9;

function onFront(candidates: readonly Candidate[], counts: ArrayLike<number>): boolean[] {
  const points = candidates.map(({ quality, expense }) => {
    let total = 0;
    for (let i = 0; i < quality.length; i++) total += counts[i]! * quality[i]!;
    return { quality: total, expense: expense(counts) };
  });
  return points.map((own) => !points.some((other) => dominates(other, own)));
}

interface Point {
  readonly quality: number;
  readonly expense: number;
}

function dominates(a: Point, b: Point): boolean {
  const slack = EVEN * Math.max(a.expense, b.expense);
  if (a.quality < b.quality - EVEN || a.expense > b.expense + slack) return false;
  return a.quality > b.quality + EVEN || a.expense < b.expense - slack;
}

/** The mean of the samples' values, each counted as often as it was drawn. */
export const meanExpense =
  (values: readonly number[]) =>
  (counts: ArrayLike<number>): number => {
    let [total, drawn] = [0, 0];
    for (let i = 0; i < values.length; i++) {
      total += counts[i]! * values[i]!;
      drawn += counts[i]!;
    }
    return total / drawn;
  };

/** The median (type 7) of all values of the samples, each sample counted as often as it was drawn. */
export function medianExpense(samples: readonly (readonly number[])[]): (counts: ArrayLike<number>) => number {
  const sorted = samples
    .flatMap((values, sample) => values.map((value) => ({ value, sample })))
    .sort((a, b) => a.value - b.value);
  return (counts) => {
    let size = 0;
    for (const { sample } of sorted) size += counts[sample]!;
    const middle = (size - 1) / 2;
    let [seen, low] = [0, Number.NaN];
    for (const { value, sample } of sorted) {
      seen += counts[sample]!;
      if (Number.isNaN(low) && seen > Math.floor(middle)) low = value;
      if (seen > Math.ceil(middle)) return (low + value) / 2;
    }
    return low;
  };
}
