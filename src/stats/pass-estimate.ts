import { type Interval, tCritical, zCritical } from './interval.ts';
import { mean, variance } from './mean.ts';
import { type PassCount, passAtK, passHatK } from './pass-hat-k.ts';
import { wilson } from './wilson.ts';

export interface PassEstimate extends Interval {
  readonly value: number;
  /** Samples. */
  readonly n: number;
  readonly method: string;
}

/** `all`: pass^k, all of k trials pass. `any`: pass@k, at least one does. */
const CHANCES = { all: passHatK, any: passAtK } as const;

/**
 * pass^k or pass@k as the mean over samples of the unbiased estimate, with its interval. Where k is the number of trials it is a share of samples: Wilson
 * on the samples. Below that: Wilson on the effective sample size n(1 - n) / SE^2 of the samples' values, which lies between the samples and the
 * blocks of k trials that there are, shrunk by (z / t)^2 as the variance is itself estimated. Null without samples, and for a k beyond the fewest trials.
 */
export function passEstimate(
  counts: readonly PassCount[],
  { k, of, level = 0.95 }: { readonly k: number; readonly of: keyof typeof CHANCES; readonly level?: number },
): PassEstimate | null {
  const values = counts.map((count) => CHANCES[of](count, k));
  const n = values.length;
  if (n === 0 || values.some(Number.isNaN)) return null;
  const value = Math.min(1, Math.max(0, mean(values)));
  const percent = `${level * 100}%`;
  if (n === 1) return { value, low: 0, high: 1, n, method: `no interval across samples from one sample: [0, 1], ${percent}` };
  if (counts.every(({ trials }) => trials === k))
    return { value, ...wilson(value, n, level), n, method: `Wilson on ${n} samples, ${percent}` };
  const blocks = counts.reduce((sum, { trials }) => sum + trials / k, 0);
  const squaredError = variance(values) / n;
  const size = squaredError > 0 ? Math.min(blocks, Math.max(n, (value * (1 - value)) / squaredError)) : n;
  const effective = size * (zCritical(level) / tCritical(level, n - 1)) ** 2;
  return { value, ...wilson(value, effective, level), n, method: `Wilson, ${percent}, effective n = ${effective.toFixed(1)}` };
}
