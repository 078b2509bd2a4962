import type { TrialRecord } from '../../schema/trial-record.ts';
import { flipsOf } from './flips.ts';
import { subjectOf } from './notes.ts';
import { type ScenarioView, trialsOf } from './scenario-view.ts';

/** A trial worth reading, and why. */
export interface Pick {
  readonly trial: TrialRecord;
  readonly why: string;
}

/** The trials that explain the largest difference, and one that failed. */
export function picksOf(view: ScenarioView): Pick[] {
  const name = subjectOf(view);
  const { baseline, primary } = view.scenario;
  const picks: Pick[] = [];
  const [flip] = name === undefined ? [] : flipsOf(trialsOf(view, name), trialsOf(view, baseline), primary);
  if (name !== undefined && flip && flip.difference !== 0) {
    const better = flip.difference > 0;
    const of = (pattern: string) => trialsOf(view, pattern).filter((trial) => trial.sample === flip.sample);
    picks.push(...worth(of(name), better, `${flip.sample} under ${name}; from ${baseline} to ${name}: ${flip.change}`));
    picks.push(...worth(of(baseline), !better, `the same sample under ${baseline}`));
  }
  const failed = view.trials.find(({ outcome }) => outcome.status === 'failed' || outcome.status === 'limit');
  if (failed)
    picks.push({
      trial: failed,
      why: `a trial of ${failed.pattern} that ${failed.outcome.status === 'limit' ? 'hit a limit' : 'failed'}`,
    });
  return picks;
}

/** The first of the trials that passed (or that did not), or else the first. */
function worth(trials: readonly TrialRecord[], passed: boolean, why: string): Pick[] {
  const trial = trials.find((candidate) => (candidate.passed === true) === passed) ?? trials[0];
  return trial ? [{ trial, why }] : [];
}
