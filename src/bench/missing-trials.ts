import type { PlanFacts } from '../schema/plan-facts.ts';
import type { ScenarioSummary } from '../schema/run-record.ts';
import type { TrialRecord } from '../schema/trial-record.ts';
import { MISSING } from '../stats/trial-score.ts';

/**
 * A stand-in for every planned trial that has no record: it failed, and used nothing. Leaving it out would raise a rate by what went wrong. Samples that no
 * record names stand in under names of their own.
 */
export function missingTrials(plan: Pick<PlanFacts, 'scenarios' | 'cells'>, trials: readonly TrialRecord[]): TrialRecord[] {
  return plan.scenarios.flatMap((scenario) => {
    const own = trials.filter((trial) => trial.scenario === scenario.name);
    const cells = plan.cells.filter(
      (cell) => cell.scenario === scenario.name && cell.trials === scenario.samples * scenario.trials,
    );
    if (cells.length === 0 || own.length === 0) return [];
    const samples = samplesOf(own, scenario);
    return cells.flatMap(({ adapter, pattern }) => {
      const cell = own.filter((trial) => trial.adapter === adapter && trial.pattern === pattern);
      if (cell.length >= samples.length * scenario.trials) return [];
      const known = new Set(cell.map(({ sample, trial }) => `${trial}/${sample}`));
      return samples.flatMap((sample) =>
        Array.from({ length: scenario.trials }, (_, trial) => trial)
          .filter((trial) => !known.has(`${trial}/${sample}`))
          .map((trial) => standIn({ scenario: scenario.name, adapter, pattern, sample, trial })),
      );
    });
  });
}

function samplesOf(trials: readonly TrialRecord[], { samples }: ScenarioSummary): string[] {
  const known = [...new Set(trials.map(({ sample }) => sample))];
  return [...known, ...Array.from({ length: samples - known.length }, (_, i) => `missing sample ${i + 1}`)];
}

const standIn = (of: Pick<TrialRecord, 'scenario' | 'adapter' | 'pattern' | 'sample' | 'trial'>): TrialRecord => ({
  ...of,
  traceId: '',
  outcome: { status: 'failed', code: MISSING, message: 'planned, and not in the record' },
  output: null,
  scores: {},
  why: {},
  passed: false,
  latencyMs: 0,
  costUsd: null,
  inputTokens: 0,
  outputTokens: 0,
  cachedInputTokens: 0,
  usageMissing: 0,
  llmCalls: 0,
  toolCalls: 0,
  parallelism: null,
  agents: {},
  criticalPath: [],
  stop: MISSING,
  routed: null,
  provenance: {},
  findings: [],
});
