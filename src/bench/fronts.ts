import { seededRandom } from '../kernel/random.ts';
import type { FrontAxis } from '../schema/guidance.ts';
import type { Group, ScenarioSummary } from '../schema/run-record.ts';
import type { TrialRecord } from '../schema/trial-record.ts';
import { resamplesOf } from '../stats/bootstrap.ts';
import { type Candidate, frontMembership, meanExpense, medianExpense } from '../stats/front.ts';
import { mean } from '../stats/mean.ts';
import { attempted, scoresBySample } from '../stats/trial-score.ts';
import { cellName } from './comparisons.ts';
import { fixed } from './fixed.ts';
import { trialsOfCell } from './paired-trials.ts';

/** One axis that quality is held against: what a trial costs on it, and what becomes of the trials of each sample. */
interface Axis {
  readonly axis: FrontAxis['axis'];
  readonly amount: (trial: TrialRecord) => number | null;
  readonly expense: (samples: readonly (readonly number[])[]) => Candidate['expense'];
}

const AXES: readonly Axis[] = [
  { axis: 'costUsd', amount: ({ costUsd }) => costUsd, expense: (samples) => meanExpense(samples.map(mean)) },
  { axis: 'latencyMs', amount: ({ latencyMs }) => latencyMs, expense: medianExpense },
];

interface Side {
  readonly name: string;
  readonly scores: ReadonlyMap<string, readonly number[]>;
  readonly amounts: ReadonlyMap<string, readonly number[]>;
}

/**
 * The Pareto fronts of a scenario, quality against USD per task and against the median time, over the patterns that are scored, on the samples that all of
 * them have. A pattern without a price is on no front of cost. No front where fewer than two patterns are left.
 */
export function frontsOf(trials: readonly TrialRecord[], scenario: ScenarioSummary, groups: readonly Group[]): FrontAxis[] {
  return AXES.flatMap((axis) => {
    const sides = groups.flatMap((group) => sideOf(trialsOfCell(trials, group), cellName(group), { scenario, axis }) ?? []);
    const [first, ...rest] = sides;
    const has = ({ scores, amounts }: Side, sample: string) => scores.has(sample) && amounts.has(sample);
    const samples = [...(first?.scores.keys() ?? [])].filter((sample) => sides.every((side) => has(side, sample)));
    return rest.length === 0 || samples.length === 0 ? [] : [frontOf(sides, samples, { scenario, axis })];
  });
}

interface Of {
  readonly scenario: ScenarioSummary;
  readonly axis: Axis;
}

function sideOf(trials: readonly TrialRecord[], name: string, { scenario, axis }: Of): Side | null {
  const scores = scoresBySample(trials, scenario.primary);
  const amounts = new Map<string, number[]>();
  for (const trial of trials.filter(attempted)) {
    const amount = axis.amount(trial);
    if (amount === null) return null;
    amounts.set(trial.sample, [...(amounts.get(trial.sample) ?? []), amount]);
  }
  return scores.size === 0 || amounts.size === 0 ? null : { name, scores, amounts };
}

function frontOf(sides: readonly Side[], samples: readonly string[], { scenario, axis }: Of): FrontAxis {
  const candidates = sides.map(({ scores, amounts }): Candidate => ({
    quality: samples.map((sample) => mean(scores.get(sample)!)),
    expense: axis.expense(samples.map((sample) => amounts.get(sample)!)),
  }));
  const found = frontMembership(candidates, seededRandom(`front/${scenario.name}/${axis.axis}`));
  const once = samples.map(() => 1);
  const told = sides.map(({ name }, i) => ({
    pattern: name,
    isOn: found[i]!.isOn,
    probability: found[i]!.probability === null ? null : fixed(found[i]!.probability, 4),
    expense: candidates[i]!.expense(once),
  }));
  const plain = ({ pattern, probability }: (typeof told)[number]) => ({ pattern, probability });
  return {
    axis: axis.axis,
    members: told
      .filter(({ isOn }) => isOn)
      .toSorted((a, b) => a.expense - b.expense)
      .map(plain),
    others: told
      .filter(({ isOn }) => !isOn)
      .toSorted((a, b) => (b.probability ?? 0) - (a.probability ?? 0))
      .map(plain),
    method: `bootstrap over ${samples.length} samples, ${resamplesOf(samples.length)} resamples`,
  };
}
