import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { type Clusters, sampleMeans } from './cluster.ts';
import { zCritical } from './interval.ts';
import { mean, variance } from './mean.ts';

/** What the power of a paired comparison hangs on; variances of scores. */
export interface PowerInputs {
  /** Variance, over samples, of the true difference. */
  readonly between: number;
  /** Variance within a sample over its trials, divided by the trials: of both sides, added up. */
  readonly within: number;
}

export interface PowerOptions {
  /** Of the two-sided test; 0.95 = 5 % false alarms. */
  readonly level?: number;
  /** Chance of seeing the difference. */
  readonly power?: number;
}

const factor = ({ level = 0.95, power = 0.8 }: PowerOptions) => zCritical(level) + normalQuantile(power, 0, 1);

/** The smallest true difference that `n` samples show with the given power: Miller, arXiv 2411.00640, section on power analysis. Same unit as the scores. */
export const minimumDetectableDifference = (inputs: PowerInputs, n: number, options: PowerOptions = {}): number =>
  factor(options) * Math.sqrt((inputs.between + inputs.within) / n);

/** The samples needed to see `difference`: the same formula solved for n, not rounded. */
export const samplesNeeded = (inputs: PowerInputs, difference: number, options: PowerOptions = {}): number =>
  (factor(options) ** 2 * (inputs.between + inputs.within)) / difference ** 2;

/**
 * The power inputs as the paired scores show them: `within` from the spread of trials, `between` = what the variance of the differences has beyond that,
 * never below 0. With one trial a sample, the spread of trials is part of `between`. Needs two samples or more (else NaN).
 */
export function powerInputsOf(a: Clusters, b: Clusters): PowerInputs {
  const meansOfB = sampleMeans(b);
  const differences = sampleMeans(a).map((value, i) => value - (meansOfB[i] as number));
  const within = withinVariance(a) + withinVariance(b);
  return { between: Math.max(0, variance(differences) - within), within };
}

const withinVariance = (clusters: Clusters) =>
  mean(clusters.map((trials) => (trials.length < 2 ? 0 : variance(trials) / trials.length)));
