import type { TrialRecord } from '../schema/trial-record.ts';

/**
 * What a trial counts for under a scorer: its score when it completed, 0 when it failed or hit a limit (a pattern that does not finish did not do the
 * job), null when it is unscored, or was cancelled or suspended from outside.
 */
export function scoreOf(trial: TrialRecord, scorer: string): number | null {
  switch (trial.outcome.status) {
    case 'completed':
      return trial.scores[scorer] ?? null;
    case 'failed':
    case 'limit':
      return 0;
    case 'cancelled':
    case 'suspended':
      return null;
  }
}

/** The code of a planned trial that has no record. It counts as a failure; it took no time and no money that anybody knows of. */
export const MISSING = 'missing_trial';

export const isMissing = ({ outcome }: TrialRecord): boolean => outcome.status === 'failed' && outcome.code === MISSING;

/** Whether a trial ran to an end of its own: what was cancelled or suspended says nothing about the pattern. */
export const attempted = (trial: TrialRecord): boolean =>
  trial.outcome.status !== 'cancelled' && trial.outcome.status !== 'suspended' && !isMissing(trial);

/** The scores that count, by sample in order of appearance; samples without any are left out. */
export function scoresBySample(trials: readonly TrialRecord[], scorer: string): Map<string, number[]> {
  const samples = new Map<string, number[]>();
  for (const trial of trials) {
    const score = scoreOf(trial, scorer);
    if (score === null) continue;
    const scores = samples.get(trial.sample);
    if (scores) scores.push(score);
    else samples.set(trial.sample, [score]);
  }
  return samples;
}
