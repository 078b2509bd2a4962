import type { PlanFacts } from '../schema/plan-facts.ts';
import type { ScenarioSummary } from '../schema/run-record.ts';
import type { Scenario } from '../schema/scenario.ts';
import { NATIVE } from '../schema/trial-record.ts';
import { questionsOf } from './fingerprint.ts';
import type { RunPlan } from './plan.ts';
import { TOOL_VERSION } from './version.ts';

/** What a run is told beside its plan. */
export interface RunFacts extends Pick<PlanFacts, 'runId' | 'mode' | 'clock' | 'seed' | 'fingerprint' | 'priceTable'> {
  /** By scenario: how far its ranking hangs on the declared error rates of the simulated model. */
  readonly sensitivity: Readonly<Record<string, string>>;
}

/** A plan as data: all that its reports need beside the spans of its trials. */
export function planFactsOf(plan: RunPlan, { sensitivity, ...facts }: RunFacts): PlanFacts {
  const findings = plan.scenarios.flatMap(({ name, findings: set }) => (set ? [[name, set] as const] : []));
  return {
    version: 1,
    tool: `patternbench ${TOOL_VERSION}`,
    ...facts,
    questions: questionsOf(plan.scenarios),
    scenarios: plan.scenarios.map((scenario) => summaryOf(plan, scenario, sensitivity[scenario.name] ?? null)),
    cells: plan.cells.map(({ scenario, pattern, settings, context, notApplicable }) => ({
      scenario: scenario.name,
      adapter: NATIVE,
      pattern,
      settings,
      context,
      trials: plan.trials.filter(({ cell }) => cell.scenario === scenario && cell.pattern === pattern).length,
      ...(notApplicable === undefined ? {} : { notApplicable }),
    })),
    ...(findings.length > 0 ? { findings: Object.fromEntries(findings) as NonNullable<PlanFacts['findings']> } : {}),
  };
}

function summaryOf(plan: RunPlan, scenario: Scenario, sensitivity: string | null): ScenarioSummary {
  const own = plan.trials.filter(({ cell }) => cell.scenario === scenario);
  const { name, description, baseline, primary, passThreshold, labels } = scenario;
  return {
    name,
    description,
    baseline,
    primary,
    passThreshold,
    trials: new Set(own.map(({ trial }) => trial)).size,
    samples: new Set(own.map(({ sample }) => sample.id)).size,
    labels,
    sensitivity,
  };
}
