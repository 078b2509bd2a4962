import type { TrialRecord } from '../../schema/trial-record.ts';
import { mean } from '../../stats/mean.ts';
import { scoresBySample } from '../../stats/trial-score.ts';

/** One sample under two patterns. */
export interface Flip {
  readonly sample: string;
  /** Mean score of the pattern less that of the baseline. */
  readonly difference: number;
  /** "1/3 -> 3/3" in passed trials, or mean scores where these are equal; the baseline first. */
  readonly change: string;
}

/** Every sample that both patterns have, the largest difference first (in either direction), ties in order of the samples. */
export function flipsOf(own: readonly TrialRecord[], baseline: readonly TrialRecord[], scorer: string): Flip[] {
  const theirs = scoresBySample(baseline, scorer);
  const flips = [...scoresBySample(own, scorer)].flatMap(([sample, scores]): Flip[] => {
    const other = theirs.get(sample);
    if (!other) return [];
    const before = passedOf(baseline, sample);
    const after = passedOf(own, sample);
    const change = before === after ? `${mean(other).toFixed(2)} -> ${mean(scores).toFixed(2)}` : `${before} -> ${after}`;
    return [{ sample, difference: mean(scores) - mean(other), change }];
  });
  return flips.toSorted((a, b) => Math.abs(b.difference) - Math.abs(a.difference));
}

function passedOf(trials: readonly TrialRecord[], sample: string): string {
  const own = trials.filter((trial) => trial.sample === sample);
  return `${own.filter((trial) => trial.passed === true).length}/${own.length}`;
}
