import { findingTotalsOf } from '../../contracts/finding-totals.ts';
import type {
  Comparison,
  Finding,
  FindingTotal,
  Group,
  Recommendation,
  RunRecord,
  ScenarioSummary,
} from '../../schema/run-record.ts';
import type { TrialRecord } from '../../schema/trial-record.ts';
import { groupName } from './figures.ts';

/** What the records say of one scenario. */
export interface ScenarioView {
  readonly scenario: ScenarioSummary;
  /** Best first; what is unscored after that, what is not applicable last. */
  readonly groups: readonly Group[];
  readonly comparisons: readonly Comparison[];
  readonly recommendation: Recommendation | undefined;
  readonly trials: readonly TrialRecord[];
  /** The heaviest of each kind and pattern, and all of them counted. */
  readonly findings: readonly Finding[];
  readonly findingTotals: readonly FindingTotal[];
  /** Quality of the baseline, where it has one. */
  readonly baselineMean: number | undefined;
}

/** The part of a run that belongs to a scenario. */
export function viewOf(run: RunRecord, trials: readonly TrialRecord[], scenario: ScenarioSummary): ScenarioView {
  const of = <Item extends { readonly scenario: string }>(items: readonly Item[]) =>
    items.filter((item) => item.scenario === scenario.name);
  const groups = of(run.groups).toSorted((a, b) => rank(b) - rank(a));
  return {
    scenario,
    groups,
    comparisons: of(run.comparisons),
    recommendation: run.recommendations?.find((one) => one.scenario === scenario.name),
    trials: of(trials),
    findings: of(run.findings),
    findingTotals: of(findingTotalsOf(run)),
    baselineMean: groups.find((group) => groupName(group) === scenario.baseline)?.quality?.mean,
  };
}

const rank = (group: Group) => (group.notApplicable === undefined ? (group.quality?.mean ?? -1) : -2);

/** The comparison of a pattern with the baseline in a metric. */
export const comparisonOf = (view: ScenarioView, name: string, metric: string): Comparison | undefined =>
  view.comparisons.find((one) => one.a === name && one.metric === metric);

/** The trials of a pattern, by the name it has in comparisons. */
export const trialsOf = (view: ScenarioView, name: string): TrialRecord[] =>
  view.trials.filter((trial) => groupName(trial) === name);
