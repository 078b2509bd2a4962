import { tCritical, zCritical } from './interval.ts';
import { mean, sum } from './mean.ts';

/** Scores by sample: one entry per sample, each with the scores of its trials (at least one). */
export type Clusters = readonly (readonly number[])[];

/** The mean of every sample over its trials: the unit of replication is the sample, not the trial. */
export const sampleMeans = (clusters: Clusters): number[] => clusters.map(mean);

/**
 * The cluster-robust standard error of the mean over all rows, with the small-sample factor C / (C - 1) that Inspect adds to the formula of
 * Miller, "Adding error bars to evals" (arXiv 2411.00640). With equally many trials per sample it is sd(sample means) / sqrt(samples).
 * NaN below two clusters.
 */
export function clusteredStandardError(clusters: Clusters): number {
  const count = clusters.length;
  if (count < 2) return Number.NaN;
  const rows = clusters.flat();
  const centre = mean(rows);
  const squares = clusters.map((cluster) => sum(cluster.map((value) => value - centre)) ** 2);
  return Math.sqrt((count / (count - 1)) * sum(squares)) / rows.length;
}

/**
 * How many times larger the variance of a rate is than if all rows were independent: (clustered SE)^2 over p(1 - p) / rows, within [1, trials
 * of a sample]. When all rows agree the trials of a sample say nothing new: the upper end. Only for scores of 0 and 1.
 */
export function designEffect(clusters: Clusters): number {
  const most = Math.max(1, ...clusters.map((cluster) => cluster.length));
  const rows = clusters.flat();
  const rate = mean(rows);
  const naive = (rate * (1 - rate)) / rows.length;
  if (naive === 0 || clusters.length < 2) return most;
  return Math.min(most, Math.max(1, clusteredStandardError(clusters) ** 2 / naive));
}

/**
 * The rows that independent trials would have needed for the same certainty, shrunk by (z / t)^2 because the design effect is itself estimated
 * from few samples. 0 below two samples: nothing is known about samples from one of them.
 */
export function effectiveSampleSize(clusters: Clusters, level = 0.95): number {
  if (clusters.length < 2) return 0;
  const shrink = zCritical(level) / tCritical(level, clusters.length - 1);
  return (clusters.flat().length / designEffect(clusters)) * shrink ** 2;
}
