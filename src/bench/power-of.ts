import type { ScenarioSummary } from '../schema/run-record.ts';
import type { TrialRecord } from '../schema/trial-record.ts';
import type { PowerOptions } from '../stats/mde.ts';
import { type PlanInputs, planInputsOf, samplesToSee, smallestSeen } from '../stats/power-plan.ts';
import { cellName } from './comparisons.ts';
import { pairedScores } from './paired-trials.ts';

export interface PowerQuestion extends PowerOptions {
  /** In score, 0 to 1. */
  readonly difference: number;
  /** Trials a sample for which the samples are told. */
  readonly trials: readonly number[];
}

/** What a pattern needs to be told from the baseline of its scenario. */
export interface PatternPower {
  readonly pattern: string;
  /** Samples that both have a score for. */
  readonly samples: number;
  /** The smallest true difference that this run could have seen; null where its scores do not say how they vary. */
  readonly smallest: number | null;
  /** Samples needed to see the difference, by trials a sample, in the order asked; null as above. */
  readonly needed: readonly (number | null)[];
}

/** Every pattern of a scenario but its baseline, in order of appearance, as the trials of a saved run show it. Empty without trials of the baseline. */
export function powerOf(trials: readonly TrialRecord[], scenario: ScenarioSummary, question: PowerQuestion): PatternPower[] {
  const own = trials.filter((trial) => trial.scenario === scenario.name);
  const cells = Map.groupBy(own, cellName);
  const baseline = cells.get(scenario.baseline);
  if (!baseline) return [];
  return [...cells].flatMap(([pattern, cell]) => {
    if (pattern === scenario.baseline) return [];
    const { a, b, samples } = pairedScores(cell, baseline, scenario.primary);
    const inputs = planInputsOf(a, b);
    return { pattern, samples: samples.length, ...answers(inputs, samples.length, { ...question, ran: scenario.trials }) };
  });
}

/** Scores that never vary leave no variance to plan with: that is not a difference of 0 points. */
function answers(inputs: PlanInputs | null, samples: number, question: PowerQuestion & { readonly ran: number }) {
  if (!inputs || inputs.between + inputs.perTrial === 0) return { smallest: null, needed: question.trials.map(() => null) };
  const { difference, ran } = question;
  return {
    smallest: smallestSeen(inputs, { samples, trials: Math.max(1, ran) }, question),
    needed: question.trials.map((trials) => samplesToSee(inputs, { difference, trials }, question)),
  };
}
