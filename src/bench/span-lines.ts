import { canonicalJson } from '../kernel/canonical-json.ts';
import type { RunRecord } from '../schema/run-record.ts';
import { NATIVE } from '../schema/trial-record.ts';
import { GEN_AI, OWN } from '../telemetry/attribute-names.ts';
import { writeOtlpLine } from '../telemetry/otlp-json.ts';
import { traceIdOf } from '../telemetry/span-ids.ts';
import type { SpanRecord } from '../telemetry/span.ts';
import type { RunFacts } from './compose-record.ts';
import type { RunPlan } from './plan.ts';
import type { FinishedTrial } from './trial.ts';
import { TOOL_VERSION } from './version.ts';

const write = (traceId: string, resource: Readonly<Record<string, string | number>>, spans: readonly SpanRecord[]): string =>
  writeOtlpLine({ traceId, resource: { [GEN_AI.serviceName]: 'patternbench', ...resource }, spans }, { version: TOOL_VERSION });

/**
 * The first line of spans.jsonl: what was planned (expected cells and trials, reasons of n/a, fingerprint, price table), so that a reader of
 * the spans alone knows what should be there and what is missing.
 */
export function planLine(plan: RunPlan, facts: RunFacts): string {
  const traceId = traceIdOf({
    scenario: plan.scenarios.map(({ name }) => name).join('+'),
    adapter: NATIVE,
    pattern: 'plan',
    sample: '',
    trial: 0,
    resume: 0,
    settings: canonicalJson(facts.fingerprint),
    seed: facts.seed,
  });
  const cells = plan.cells.map(({ scenario, pattern, settings, notApplicable }) => ({
    scenario: scenario.name,
    adapter: NATIVE,
    pattern,
    settings,
    trials: plan.trials.filter(({ cell }) => cell.scenario === scenario && cell.pattern === pattern).length,
    ...(notApplicable === undefined ? {} : { notApplicable }),
  }));
  const span: SpanRecord = {
    path: '',
    parentPath: null,
    name: 'plan',
    kind: 'internal',
    startUs: 0,
    endUs: 0,
    attributes: {
      [OWN.stepType]: 'plan',
      [OWN.runId]: facts.runId,
      [OWN.runMode]: facts.mode,
      [OWN.runSeed]: facts.seed,
      [OWN.priceVersion]: facts.priceTable,
      'patternbench.plan.cells': canonicalJson(cells),
      'patternbench.fingerprint': canonicalJson(facts.fingerprint),
    },
    events: [],
    error: undefined,
    after: [],
    links: [],
  };
  return write(traceId, { [OWN.runId]: facts.runId }, [span]);
}

/** The line of one trial. What people search for in a viewer stands in the resource too, as a search matches one span at a time. */
export function trialLine(runId: RunRecord['runId'], { plan, traceId, spans }: FinishedTrial): string {
  const { cell, sample, trial } = plan;
  return write(
    traceId(),
    {
      [OWN.runId]: runId,
      [OWN.scenarioId]: cell.scenario.name,
      [OWN.patternName]: cell.pattern,
      [OWN.sampleId]: sample.id,
      [OWN.runTrial]: trial,
    },
    spans,
  );
}
