import type { PlanFacts } from '../schema/plan-facts.ts';
import type { Finding, RunRecord, ScenarioSummary } from '../schema/run-record.ts';
import type { TrialRecord } from '../schema/trial-record.ts';
import { comparisonsOf } from './comparisons.ts';
import { groupsOf } from './groups.ts';
import { missingTrials } from './missing-trials.ts';
import { recommend } from './recommend.ts';
import { runFindings } from './run-findings.ts';

/**
 * What a run says, from what was planned, its trials and what was found in them: all of it stands in spans.jsonl, so a run and a report of its spans go
 * through here alike.
 * A run that lacks planned trials is not complete, and what it lacks counts as failed.
 */
export function composeRecord(plan: PlanFacts, trials: readonly TrialRecord[], findings: readonly Finding[]): RunRecord {
  const scenarios = plan.scenarios.map((scenario) => summaryOf(scenario, trials));
  const counted = [...trials, ...missingTrials(plan, trials)];
  const groups = scenarios.flatMap((summary) =>
    groupsOf(
      counted,
      summary,
      plan.cells.filter((cell) => cell.scenario === summary.name),
    ),
  );
  const comparisons = scenarios.flatMap((summary) => comparisonsOf(counted, summary));
  const planned = plan.cells.reduce((sum, cell) => sum + cell.trials, 0);
  return {
    version: 1,
    runId: plan.runId,
    tool: plan.tool,
    mode: plan.mode,
    clock: plan.clock,
    seed: plan.seed,
    fingerprint: plan.fingerprint,
    provenance: provenanceOf(trials),
    priceTable: plan.priceTable,
    scenarios,
    groups,
    comparisons,
    recommendations: recommend({ scenarios, groups, comparisons }, counted),
    ...runFindings(findings),
    complete: trials.length === planned && !trials.some(brokenByInfrastructure),
  };
}

/** Failures that say nothing of a pattern: the endpoint, the machine or we ourselves broke down. */
const INFRASTRUCTURE = new Set([
  'model_error',
  'malformed_response',
  'virtual_deadlock',
  'unheld_io',
  'broken_invariant',
  'network_blocked',
  'fixture_miss',
  'divergence',
  'unknown_effect',
]);

/** Whether a trial ended in a failure that is not the pattern's, or not at all: it counts as a failure, and makes the run incomplete. */
export const brokenByInfrastructure = ({ outcome }: TrialRecord): boolean =>
  outcome.status === 'cancelled' ||
  outcome.status === 'suspended' ||
  (outcome.status === 'failed' && INFRASTRUCTURE.has(outcome.code));

/** How far a ranking hangs on declared error rates is of interest only where a simulated model answered. */
function summaryOf(scenario: ScenarioSummary, trials: readonly TrialRecord[]): ScenarioSummary {
  const simulated = trials.some((trial) => trial.scenario === scenario.name && (trial.provenance['simulated'] ?? 0) > 0);
  return { ...scenario, sensitivity: simulated ? scenario.sensitivity : null };
}

/** Model calls by where their answers came from, those of judges too: a score by a simulated judge is as little a measurement. */
function provenanceOf(trials: readonly TrialRecord[]): RunRecord['provenance'] {
  const calls = (kind: string) =>
    trials.reduce((sum, trial) => sum + (trial.provenance[kind] ?? 0) + (trial.judgeProvenance?.[kind] ?? 0), 0);
  return {
    recorded: calls('real'),
    simulated: calls('simulated') + calls('scripted'),
    imported: calls('imported') + calls('derived') + calls('edited'),
  };
}
