import type { Group } from '../schema/run-record.ts';
import type { TrialRecord } from '../schema/trial-record.ts';
import type { Clusters } from '../stats/cluster.ts';
import { attempted, scoresBySample } from '../stats/trial-score.ts';

/** The trials of one cell of a scenario. */
export const trialsOfCell = (trials: readonly TrialRecord[], cell: Pick<Group, 'scenario' | 'adapter' | 'pattern'>) =>
  trials.filter((trial) => trial.scenario === cell.scenario && trial.adapter === cell.adapter && trial.pattern === cell.pattern);

/** Both sides of a comparison on the samples that both have, in the order of the first side. */
export interface Paired {
  readonly samples: readonly string[];
  readonly a: Clusters;
  readonly b: Clusters;
}

/** The scores of two cells, paired by sample. */
export const pairedScores = (a: readonly TrialRecord[], b: readonly TrialRecord[], scorer: string): Paired =>
  paired(scoresBySample(a, scorer), scoresBySample(b, scorer));

/** An amount (tokens, USD, milliseconds) of two cells over attempted trials, paired by sample; null where any of it is unknown. */
export function pairedAmounts(
  a: readonly TrialRecord[],
  b: readonly TrialRecord[],
  amount: (trial: TrialRecord) => number | null,
): Paired | null {
  const left = amountsBySample(a, amount);
  const right = amountsBySample(b, amount);
  return left && right && paired(left, right);
}

function amountsBySample(trials: readonly TrialRecord[], amount: (trial: TrialRecord) => number | null) {
  const samples = new Map<string, number[]>();
  for (const trial of trials.filter(attempted)) {
    const value = amount(trial);
    if (value === null) return null;
    const values = samples.get(trial.sample);
    if (values) values.push(value);
    else samples.set(trial.sample, [value]);
  }
  return samples;
}

function paired(a: ReadonlyMap<string, readonly number[]>, b: ReadonlyMap<string, readonly number[]>): Paired {
  const samples = [...a.keys()].filter((sample) => b.has(sample));
  const rows = (side: ReadonlyMap<string, readonly number[]>) => samples.map((sample) => side.get(sample) ?? []);
  return { samples, a: rows(a), b: rows(b) };
}
