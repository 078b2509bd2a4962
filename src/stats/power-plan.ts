import { type Clusters, sampleMeans } from './cluster.ts';
import { mean, variance } from './mean.ts';
import { minimumDetectableDifference, type PowerOptions, samplesNeeded } from './mde.ts';

/** What the power of a paired comparison hangs on, with the trials of a sample still open. */
export interface PlanInputs {
  /** Variance, over samples, of the true difference. */
  readonly between: number;
  /** Variance of one trial within a sample, both sides added up. */
  readonly perTrial: number;
}

/**
 * The plan inputs as paired scores show them (Miller, arXiv 2411.00640, section on power analysis): `perTrial` is the mean variance within a sample of
 * either side, added up; `between` is what the variance of the differences has beyond that, never below 0. Null below two samples, and with one trial a
 * sample on either side, where the two cannot be told apart.
 */
export function planInputsOf(a: Clusters, b: Clusters): PlanInputs | null {
  if (a.length < 2 || [...a, ...b].some((trials) => trials.length < 2)) return null;
  const meansOfB = sampleMeans(b);
  const differences = sampleMeans(a).map((value, i) => value - (meansOfB[i] as number));
  const within = (clusters: Clusters, of: (trials: readonly number[]) => number) => mean(clusters.map(of));
  const noise = [a, b].reduce((sum, side) => sum + within(side, (trials) => variance(trials) / trials.length), 0);
  const perTrial = [a, b].reduce((sum, side) => sum + within(side, variance), 0);
  return { between: Math.max(0, variance(differences) - noise), perTrial };
}

const atTrials = ({ between, perTrial }: PlanInputs, trials: number) => ({ between, within: perTrial / trials });

/** Samples needed to see `difference` with so many trials a sample and side, rounded up; at least 2. */
export const samplesToSee = (
  inputs: PlanInputs,
  { difference, trials }: { readonly difference: number; readonly trials: number },
  options: PowerOptions = {},
): number => Math.max(2, Math.ceil(samplesNeeded(atTrials(inputs, trials), difference, options) - 1e-9));

/** The smallest true difference that so many samples and trials show. */
export const smallestSeen = (
  inputs: PlanInputs,
  { samples, trials }: { readonly samples: number; readonly trials: number },
  options: PowerOptions = {},
): number => minimumDetectableDifference(atTrials(inputs, trials), samples, options);
