import type { RunRecord, ScenarioSummary } from '../schema/run-record.ts';
import type { Scenario } from '../schema/scenario.ts';
import { NATIVE, type TrialRecord } from '../schema/trial-record.ts';
import { comparisonsOf } from './comparisons.ts';
import { groupsOf } from './groups.ts';
import type { RunPlan } from './plan.ts';
import { recommend } from './recommend.ts';
import { TOOL_VERSION } from './version.ts';

export interface RunFacts {
  readonly runId: string;
  readonly mode: RunRecord['mode'];
  readonly clock: RunRecord['clock'];
  readonly seed: number;
  readonly fingerprint: RunRecord['fingerprint'];
  readonly priceTable: string;
  /** By scenario: how far its ranking hangs on the declared error rates of the simulated model. */
  readonly sensitivity: Readonly<Record<string, string>>;
}

/** What a run says, from its plan and its trials. */
export function composeRecord(plan: RunPlan, trials: readonly TrialRecord[], facts: RunFacts): RunRecord {
  const scenarios = plan.scenarios.map((scenario) => summaryOf(scenario, { plan, trials, facts }));
  const groups = scenarios.flatMap((summary) =>
    groupsOf(
      trials,
      summary,
      plan.cells
        .filter((cell) => cell.scenario.name === summary.name)
        .map(({ pattern, context, notApplicable }) => ({
          adapter: NATIVE,
          pattern,
          context,
          ...(notApplicable === undefined ? {} : { notApplicable }),
        })),
    ),
  );
  const comparisons = scenarios.flatMap((summary) => comparisonsOf(trials, summary));
  return {
    version: 1,
    runId: facts.runId,
    tool: `patternbench ${TOOL_VERSION}`,
    mode: facts.mode,
    clock: facts.clock,
    seed: facts.seed,
    fingerprint: facts.fingerprint,
    provenance: provenanceOf(trials),
    priceTable: facts.priceTable,
    scenarios,
    groups,
    comparisons,
    recommendations: recommend({ scenarios, groups, comparisons }, trials),
    findings: [],
    complete: !trials.some(brokenByInfrastructure),
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

interface Ran {
  readonly plan: RunPlan;
  readonly trials: readonly TrialRecord[];
  readonly facts: RunFacts;
}

function summaryOf(scenario: Scenario, { plan, trials, facts }: Ran): ScenarioSummary {
  const own = plan.trials.filter(({ cell }) => cell.scenario === scenario);
  const simulated = trials.some((trial) => trial.scenario === scenario.name && (trial.provenance['simulated'] ?? 0) > 0);
  return {
    name: scenario.name,
    description: scenario.description,
    baseline: scenario.baseline,
    primary: scenario.primary,
    passThreshold: scenario.passThreshold,
    trials: new Set(own.map(({ trial }) => trial)).size,
    samples: new Set(own.map(({ sample }) => sample.id)).size,
    labels: scenario.labels,
    sensitivity: simulated ? (facts.sensitivity[scenario.name] ?? null) : null,
  };
}

/** Model calls by where their answers came from. */
function provenanceOf(trials: readonly TrialRecord[]): RunRecord['provenance'] {
  const calls = (kind: string) => trials.reduce((sum, trial) => sum + (trial.provenance[kind] ?? 0), 0);
  return {
    recorded: calls('real'),
    simulated: calls('simulated') + calls('scripted'),
    imported: calls('imported') + calls('derived') + calls('edited'),
  };
}
