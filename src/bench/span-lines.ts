import { canonicalJson } from '../kernel/canonical-json.ts';
import type { Place } from '../kernel/errors.ts';
import { type PlanFacts, planFacts } from '../schema/plan-facts.ts';
import type { RunRecord } from '../schema/run-record.ts';
import { NATIVE } from '../schema/trial-record.ts';
import { GEN_AI, OWN, STEP } from '../telemetry/attribute-names.ts';
import { type OtlpTrace, writeOtlpLine } from '../telemetry/otlp-json.ts';
import { traceIdOf } from '../telemetry/span-ids.ts';
import type { SpanRecord } from '../telemetry/span.ts';
import type { TrialPlan } from './plan.ts';
import { readJson } from './read-json.ts';
import type { FinishedTrial } from './trial.ts';
import { TOOL_VERSION } from './version.ts';

/**
 * The first line of spans.jsonl: what was planned (expected cells and trials, reasons of n/a, fingerprint, price table), so that a reader of
 * the spans alone knows what should be there and what is missing.
 */
export function planLine(plan: PlanFacts): string {
  const traceId = traceIdOf({
    scenario: plan.scenarios.map(({ name }) => name).join('+'),
    adapter: NATIVE,
    pattern: 'plan',
    sample: '',
    trial: 0,
    resume: 0,
    settings: canonicalJson(plan.fingerprint),
    seed: plan.seed,
  });
  const span: SpanRecord = {
    path: '',
    parentPath: null,
    name: 'plan',
    kind: 'internal',
    startUs: 0,
    endUs: 0,
    attributes: {
      [OWN.stepType]: STEP.plan,
      [OWN.runId]: plan.runId,
      [OWN.runMode]: plan.mode,
      [OWN.runSeed]: plan.seed,
      [OWN.priceVersion]: plan.priceTable,
      [OWN.plan]: canonicalJson(plan),
    },
    events: [],
    error: undefined,
    after: [],
    links: [],
  };
  const resource = { [GEN_AI.serviceName]: 'patternbench', [OWN.runId]: plan.runId };
  return writeOtlpLine({ traceId, resource, spans: [span] }, { version: TOOL_VERSION });
}

/** What was planned, if this is the plan's line; throws `invalid_record` when it is one that cannot be understood. */
export function planOfTrace({ spans }: OtlpTrace, place: Place): PlanFacts | undefined {
  const [span] = spans;
  if (spans.length !== 1 || span!.attributes[OWN.stepType] !== STEP.plan) return undefined;
  return readJson(planFacts, String(span!.attributes[OWN.plan] ?? 'null'), { place, what: 'the plan of a run' });
}

/** The trace of one trial. What people search for in a viewer stands in the resource too, as a search matches one span at a time. */
const trialTrace = (runId: RunRecord['runId'], { plan, traceId, spans }: FinishedTrial): OtlpTrace => ({
  traceId: traceId(),
  resource: trialResource(runId, plan),
  spans,
});

export const trialResource = (runId: RunRecord['runId'], { cell, sample, trial }: TrialPlan): OtlpTrace['resource'] => ({
  [GEN_AI.serviceName]: 'patternbench',
  [OWN.runId]: runId,
  [OWN.scenarioId]: cell.scenario.name,
  [OWN.patternName]: cell.pattern,
  [OWN.sampleId]: sample.id,
  [OWN.runTrial]: trial,
});

/** The line of one trial. */
export const trialLine = (runId: RunRecord['runId'], finished: FinishedTrial): string =>
  writeOtlpLine(trialTrace(runId, finished), { version: TOOL_VERSION });
