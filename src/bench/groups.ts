import type { Group, ScenarioSummary } from '../schema/run-record.ts';
import type { TrialRecord } from '../schema/trial-record.ts';
import { mean, sum } from '../stats/mean.ts';
import { passHatKs } from '../stats/pass-hat-k.ts';
import { quantile } from '../stats/quantile.ts';
import { scoreEstimate } from '../stats/score-interval.ts';
import { attempted, isMissing, scoreOf, scoresBySample } from '../stats/trial-score.ts';
import { fixed } from './fixed.ts';
import { consistencyOf, coordinationOfGroup, type GroupTrials, intervalsOf, passAtKs } from './group-figures.ts';
import { judgesOfTrials } from './judges-of.ts';

/** A pattern that the plan holds for a scenario, with the reason when it cannot run there. */
export interface PlannedCell {
  readonly adapter: string;
  readonly pattern: string;
  readonly notApplicable?: string | undefined;
  /** What its agents see of what happened before them. */
  readonly context?: Group['context'] | undefined;
}

/**
 * One group a planned cell, in plan order, from the trials of one scenario. Scores: failed trials and those at a limit count as 0 and stay in the
 * denominator, as do planned ones without a record (missing-trials.ts); unscored, cancelled and suspended ones are kept apart and counted in `unscored`. Time and money are those of attempted trials
 * (neither cancelled nor suspended), failures included; anything unpriced makes a cost null, never 0.
 */
export function groupsOf(trials: readonly TrialRecord[], scenario: ScenarioSummary, cells: readonly PlannedCell[]): Group[] {
  const own = trials.filter((trial) => trial.scenario === scenario.name);
  const sides = cells.map((cell) => {
    const trials = own.filter((trial) => trial.adapter === cell.adapter && trial.pattern === cell.pattern);
    return { group: groupOf(trials, scenario, cell), trials: groupTrialsOf(trials, scenario, cell) };
  });
  const groups = sides.map(({ group }) => group);
  return sides.map(({ group, trials }) => {
    const base = sides.find((side) => side.group === baselineOf(group, groups, scenario.baseline));
    const told = { ...group, tokenOverhead: overheadOf(group, base?.group) };
    return { ...told, ...furtherFigures(told, trials, base?.trials) };
  });
}

function groupTrialsOf(trials: readonly TrialRecord[], scenario: ScenarioSummary, cell: PlannedCell): GroupTrials {
  return {
    name: `${scenario.name}/${cell.adapter}/${cell.pattern}`,
    tried: trials.filter(attempted),
    passCounts: passCounts(trials, scenario.primary),
    scores: [...scoresBySample(trials, scenario.primary).values()],
    hasPassed,
  };
}

/** What a group that ran says beyond its means: how sure they are, how alike its trials, what working together cost. */
function furtherFigures(group: Group, trials: GroupTrials, baseline: GroupTrials | undefined): Partial<Group> {
  if (trials.tried.length === 0) return {};
  const consistency = consistencyOf(trials);
  const coordination = coordinationOfGroup(trials, baseline);
  return {
    passAtK: passAtKs(trials),
    intervals: intervalsOf(trials, group, baseline),
    ...(consistency ? { consistency } : {}),
    ...(coordination ? { coordination } : {}),
  };
}

function groupOf(counted: readonly TrialRecord[], scenario: ScenarioSummary, cell: PlannedCell): Group {
  const trials = counted.filter((trial) => !isMissing(trial));
  const tried = trials.filter(attempted);
  const clusters = [...scoresBySample(counted, scenario.primary).values()];
  const quality = scoreEstimate(clusters);
  return {
    scenario: scenario.name,
    adapter: cell.adapter,
    pattern: cell.pattern,
    samples: new Set(trials.map((trial) => trial.sample)).size,
    trials: trials.length,
    quality: quality && { ...quality, mean: fixed(quality.mean), low: fixed(quality.low), high: fixed(quality.high) },
    passHatK: passHatKs(passCounts(counted, scenario.primary)).map((value) => fixed(value)),
    latencyMs: latencyOf(tried),
    ...costOf(tried, scenario.primary),
    inputTokens: total(trials, (trial) => trial.inputTokens),
    outputTokens: total(trials, (trial) => trial.outputTokens),
    cachedInputTokens: total(trials, (trial) => trial.cachedInputTokens),
    tokenOverhead: null,
    llmCalls: total(trials, (trial) => trial.llmCalls),
    toolCalls: total(trials, (trial) => trial.toolCalls),
    parallelism: meanOf(tried.flatMap((trial) => trial.parallelism ?? [])),
    errors: trials.filter((trial) => trial.outcome.status === 'failed').length,
    limits: trials.filter((trial) => trial.outcome.status === 'limit').length,
    unscored: trials.filter((trial) => scoreOf(trial, scenario.primary) === null).length,
    ...(counted.length > trials.length ? { missing: counted.length - trials.length } : {}),
    ...(cell.context === undefined ? {} : { context: cell.context }),
    ...(cell.notApplicable === undefined ? {} : { notApplicable: cell.notApplicable }),
    ...judgesOfTrials(trials),
  };
}

const total = (trials: readonly TrialRecord[], of: (trial: TrialRecord) => number) => sum(trials.map(of));

const meanOf = (values: readonly number[]) => (values.length === 0 ? null : fixed(mean(values)));

/** Passing needs an end of its own: a failure never passes, whatever it had said by then. */
const hasPassed = (trial: TrialRecord) => trial.outcome.status === 'completed' && trial.passed === true;

function passCounts(trials: readonly TrialRecord[], scorer: string) {
  const counts = new Map<string, { trials: number; passed: number }>();
  for (const trial of trials) {
    if (scoreOf(trial, scorer) === null) continue;
    const count = counts.get(trial.sample) ?? { trials: 0, passed: 0 };
    counts.set(trial.sample, { trials: count.trials + 1, passed: count.passed + (hasPassed(trial) ? 1 : 0) });
  }
  return [...counts.values()];
}

function latencyOf(trials: readonly TrialRecord[]): Group['latencyMs'] {
  const times = trials.map((trial) => trial.latencyMs);
  const n = times.length;
  if (n === 0) return { p50: 0, p95: 0, max: 0, n };
  return { p50: fixed(quantile(times, 0.5), 3), p95: fixed(quantile(times, 0.95), 3), max: fixed(Math.max(...times), 3), n };
}

function costOf(trials: readonly TrialRecord[], scorer: string) {
  const prices = trials.flatMap((trial) => trial.costUsd ?? []);
  const scored = trials.some((trial) => scoreOf(trial, scorer) !== null);
  const successes = trials.filter(hasPassed).length;
  const priced = trials.length > 0 && prices.length === trials.length;
  return {
    costUsdPer1kTasks: priced ? fixed(1000 * mean(prices)) : null,
    costUsdPerSuccess: priced && scored && successes > 0 ? fixed(sum(prices) / successes) : null,
    pricedShare: trials.length === 0 ? 0 : fixed(prices.length / trials.length),
  };
}

/** The group of the baseline: of the same adapter where it has one. */
function baselineOf(group: Group, groups: readonly Group[], baseline: string): Group | undefined {
  const candidates = groups.filter((other) => other.pattern === baseline);
  return candidates.find((other) => other.adapter === group.adapter) ?? candidates[0];
}

/** Total tokens over those of the baseline, minus 1; null without a baseline that used tokens. */
function overheadOf(group: Group, base: Group | undefined): number | null {
  const baseTokens = base === undefined ? 0 : base.inputTokens + base.outputTokens;
  if (baseTokens === 0 || group.trials === 0) return null;
  return fixed((group.inputTokens + group.outputTokens) / baseTokens - 1);
}
