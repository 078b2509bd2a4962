import type { Place } from '../kernel/errors.ts';
import { NATIVE, outcome, type TrialRecord, trialRecord } from '../schema/trial-record.ts';
import type { z } from '../schema/zod.ts';
import { OWN } from '../telemetry/attribute-names.ts';
import { coordinationOf } from '../telemetry/coordination.ts';
import type { OtlpTrace } from '../telemetry/otlp-json.ts';
import type { AttributeValue } from '../telemetry/span.ts';
import { replayedAnswers } from '../telemetry/replayed-answers.ts';
import { totalsOf, type TrialTotals } from '../telemetry/trial-totals.ts';
import { judgesOf } from './judges-of.ts';
import { readJson } from './read-json.ts';

export interface RecordSource {
  /** The totals of the very spans, where the caller has them already. */
  readonly totals?: TrialTotals;
  readonly place?: Place;
}

/**
 * A trial's record from its spans alone: what it was and how it was judged stands on the root, every number is a total of the spans. A run
 * makes its records with it, and so does a report of the spans that the run left. Throws `invalid_record` for a root that is none of ours.
 */
export function trialRecordOf({ traceId, spans }: Pick<OtlpTrace, 'traceId' | 'spans'>, source: RecordSource = {}): TrialRecord {
  const totals = source.totals ?? totalsOf(spans);
  const { attributes } = spans.find((span) => span.parentPath === null)!;
  const place = source.place ?? {};
  const text = (name: string): string => textOf(attributes[name]);
  const json = <T>(schema: z.ZodType<T>, name: string): T => readJson(schema, text(name) || 'null', { place, what: name });
  const passed = attributes[OWN.passed];
  const output = attributes[OWN.output];
  return {
    scenario: text(OWN.scenarioId),
    adapter: text(OWN.adapter) || NATIVE,
    pattern: text(OWN.patternName),
    sample: text(OWN.sampleId),
    trial: Number(attributes[OWN.runTrial] ?? 0),
    traceId,
    outcome: json(outcome, OWN.outcome),
    output: output === undefined ? null : textOf(output),
    scores: json(trialRecord.shape.scores, OWN.scores),
    why: json(trialRecord.shape.why, OWN.why),
    passed: typeof passed === 'boolean' ? passed : null,
    latencyMs: totals.latencyMs,
    costUsd: totals.costUsd,
    inputTokens: totals.inputTokens,
    outputTokens: totals.outputTokens,
    cachedInputTokens: totals.cachedInputTokens,
    usageMissing: totals.usageMissing,
    llmCalls: totals.llmCalls,
    toolCalls: totals.toolCalls,
    parallelism: totals.parallelism,
    agents: totals.agents,
    criticalPath: totals.criticalPath.map(({ agent, kind, ms }) => ({ agent, kind, ms })),
    stop: text(OWN.stop),
    routed: totals.routed === null ? null : [...totals.routed],
    provenance: totals.provenance,
    findings: [],
    coordination: coordinationIn(spans),
    ...judgesOf(spans),
    answers: replayedAnswers(spans),
  };
}

function coordinationIn(spans: OtlpTrace['spans']): TrialRecord['coordination'] {
  const { messages, steps } = coordinationOf(spans);
  return { messages, steps: [...steps] };
}

const textOf = (value: AttributeValue | undefined): string => (typeof value === 'string' ? value : String(value ?? ''));
