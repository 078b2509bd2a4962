import type { ScenarioSummary } from '../../src/schema/run-record.ts';
import { NATIVE, type TrialRecord } from '../../src/schema/trial-record.ts';

/** A whole trial record from the few facts that a test is about; a completed trial passes from a `quality` of 1. */
export function trialRecordOf(facts: Partial<TrialRecord> & { readonly quality?: number | null }): TrialRecord {
  const { quality = 1, ...rest } = facts;
  return {
    scenario: 'desk',
    adapter: NATIVE,
    pattern: 'single',
    sample: 's01',
    trial: 0,
    traceId: '0'.repeat(32),
    outcome: { status: 'completed' },
    output: 'done',
    scores: { facts: quality },
    why: {},
    passed: quality === null ? null : quality >= 1,
    latencyMs: 1000,
    costUsd: 0.01,
    inputTokens: 900,
    outputTokens: 100,
    cachedInputTokens: 0,
    usageMissing: 0,
    llmCalls: 1,
    toolCalls: 0,
    parallelism: 1,
    agents: {},
    criticalPath: [],
    stop: 'done',
    routed: null,
    provenance: { simulated: 1 },
    findings: [],
    ...rest,
  };
}

/** A scenario summary around the facts of a test: baseline `single`, primary scorer `facts`. */
export const scenarioSummaryOf = (facts: Partial<ScenarioSummary> = {}): ScenarioSummary => ({
  name: 'desk',
  description: 'A support desk',
  baseline: 'single',
  primary: 'facts',
  passThreshold: 1,
  trials: 3,
  samples: 8,
  labels: {},
  sensitivity: null,
  ...facts,
});
