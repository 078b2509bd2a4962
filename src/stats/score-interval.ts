import { type Clusters, designEffect, effectiveSampleSize, sampleMeans } from './cluster.ts';
import { type Interval, clipped, tCritical, zCritical } from './interval.ts';
import { mean, standardDeviation } from './mean.ts';
import { clopperPearson } from './clopper-pearson.ts';
import { wilson } from './wilson.ts';

export interface ScoreEstimate extends Interval {
  /** The mean of sample means: every sample weighs the same. */
  readonly mean: number;
  /** Samples. */
  readonly n: number;
  /** Which interval this is, at which level, in words. */
  readonly method: string;
}

/** Wilson's interval by default; `clopper-pearson` covers at least its level, and is wider. */
export interface ScoreOptions {
  readonly level?: number;
  readonly rate?: 'wilson' | 'clopper-pearson';
}

const RATES = { wilson, 'clopper-pearson': clopperPearson } as const;
const NAMES = { wilson: 'Wilson', 'clopper-pearson': 'Clopper-Pearson' } as const;

/**
 * The mean of scores in [0, 1] with its interval, made for a rate on the effective sample size. Of scores that are all 0 or 1 that size lies between the
 * samples and all trials (`effectiveSampleSize`). Of other scores it is m(1 - m) / SE^2, shrunk alike: what as many independent passes or failures would
 * have told; near the ends of the scale this holds the truth more often than Student's t does (reports/coverage.md). Samples that do not differ at all
 * count once each, so an interval never has width zero. Null without scores.
 */
export function scoreEstimate(clusters: Clusters, { level = 0.95, rate = 'wilson' }: ScoreOptions = {}): ScoreEstimate | null {
  if (clusters.length === 0) return null;
  const means = sampleMeans(clusters);
  const n = means.length;
  const centre = Math.min(1, Math.max(0, mean(means)));
  const percent = `${level * 100}%`;
  if (n === 1)
    return { mean: centre, low: 0, high: 1, n, method: `no interval across samples from one sample: [0, 1], ${percent}` };
  const isRate = clusters.flat().every((score) => score === 0 || score === 1);
  const size = isRate ? effectiveSampleSize(clusters, level) : effectiveSizeOfMeans(means, level);
  const because = isRate ? `design effect ${designEffect(clusters).toFixed(2)}` : `${n} sample means`;
  const method = `${NAMES[rate]}, ${percent}, effective n = ${size.toFixed(1)} (${because})`;
  return { mean: centre, ...RATES[rate](centre, size, level), n, method };
}

/** The passes and failures that would tell as much of a rate as these means tell of theirs: never fewer than there are samples, but for the shrinking. */
function effectiveSizeOfMeans(means: readonly number[], level: number): number {
  const n = means.length;
  const centre = mean(means);
  const squaredError = standardDeviation(means) ** 2 / n;
  const size = squaredError > 0 ? Math.max(n, (centre * (1 - centre)) / squaredError) : n;
  return size * (zCritical(level) / tCritical(level, n - 1)) ** 2;
}

/** Student's t on the sample means, clipped to [0, 1]: the textbook interval, beside which the one above is simulated. NaN ends below two samples. */
export function tInterval(clusters: Clusters, level = 0.95): Interval {
  const means = sampleMeans(clusters);
  const half = (tCritical(level, means.length - 1) * standardDeviation(means)) / Math.sqrt(means.length);
  return clipped({ low: mean(means) - half, high: mean(means) + half }, 0, 1);
}
