import { type Clusters, designEffect, effectiveSampleSize, sampleMeans } from './cluster.ts';
import { type Interval, clipped, tCritical, zCritical } from './interval.ts';
import { mean, standardDeviation } from './mean.ts';
import { wilson } from './wilson.ts';

export interface ScoreEstimate extends Interval {
  /** The mean of sample means: every sample weighs the same. */
  readonly mean: number;
  /** Samples. */
  readonly n: number;
  /** Which interval this is, at which level, in words. */
  readonly method: string;
}

/**
 * The mean of scores in [0, 1] with its interval. Scores that are all 0 or 1 are a rate: Wilson on the effective sample size. Other scores: Student's
 * t on the sample means, clipped; when these do not differ at all, Wilson with every sample counted once, never an interval of width zero.
 * Null without scores.
 */
export function scoreEstimate(clusters: Clusters, level = 0.95): ScoreEstimate | null {
  if (clusters.length === 0) return null;
  const means = sampleMeans(clusters);
  const n = means.length;
  const centre = Math.min(1, Math.max(0, mean(means)));
  const percent = `${level * 100}%`;
  if (n === 1)
    return { mean: centre, low: 0, high: 1, n, method: `no interval across samples from one sample: [0, 1], ${percent}` };
  if (clusters.flat().every((score) => score === 0 || score === 1)) {
    const size = effectiveSampleSize(clusters, level);
    const method = `Wilson, ${percent}, effective n = ${size.toFixed(1)} (design effect ${designEffect(clusters).toFixed(2)})`;
    return { mean: centre, ...wilson(centre, size, level), n, method };
  }
  const sd = standardDeviation(means);
  const t = tCritical(level, n - 1);
  if (sd === 0) {
    const size = n * (zCritical(level) / t) ** 2;
    return {
      mean: centre,
      ...wilson(centre, size, level),
      n,
      method: `Wilson, ${percent}, effective n = ${size.toFixed(1)} (all samples alike)`,
    };
  }
  const half = (t * sd) / Math.sqrt(n);
  const interval = clipped({ low: centre - half, high: centre + half }, 0, 1);
  return { mean: centre, ...interval, n, method: `Student's t on ${n} sample means, clipped, ${percent}` };
}
