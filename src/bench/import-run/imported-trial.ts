import type { ImportedInteraction } from '../../fixtures/importing/import-interactions.ts';
import { answerOf } from '../../fixtures/said.ts';
import { canonicalJson } from '../../kernel/canonical-json.ts';
import type { Finding } from '../../schema/run-record.ts';
import type { Outcome, TrialRecord } from '../../schema/trial-record.ts';
import { EVENT, GEN_AI, OPERATION, OWN } from '../../telemetry/attribute-names.ts';
import type { PriceTable } from '../../telemetry/cost.ts';
import { traceIdOf } from '../../telemetry/span-ids.ts';
import type { SpanRecord } from '../../telemetry/span.ts';
import { totalsOf } from '../../telemetry/trial-totals.ts';
import type { ForeignTrace } from './foreign-trace.ts';
import { recordedTrace } from './recorded-trace.ts';

/** How an imported run is called in the records. */
export interface ImportedName {
  readonly scenario: string;
  readonly adapter: string;
  readonly pattern: string;
}

export interface ImportedTrial {
  readonly record: TrialRecord;
  readonly spans: readonly SpanRecord[];
  /** What was seen in its spans; absent until somebody has looked. */
  readonly findings?: readonly Finding[];
}

/** The scorer whose score an imported trial has none of. */
export const UNJUDGED = 'quality';

const WHY = 'an imported run was not judged here';

/** One recording as a trial: its sample is the recording. */
export function trialOfRecording(
  imports: readonly ImportedInteraction[],
  { name, sample, prices }: { readonly name: ImportedName; readonly sample: string; readonly prices: PriceTable },
): ImportedTrial {
  const spans = recordedTrace(imports, prices);
  const said = imports
    .filter(({ interaction: { line } }) => line.api !== 'embeddings')
    .map(({ interaction }) => answerOf(interaction));
  const last = said.at(-1);
  const failure =
    last?.failed === true ? { code: 'model_error', message: `the last answer was an error (${last.end})` } : undefined;
  const timeSource = imports.every(({ timing }) => timing === 'measured') ? 'wall' : 'virtual';
  return trialOf(spans, { name, sample, failure, output: last && !last.failed ? last.text : null, timeSource });
}

/** One trace of another tool as a trial. What was said in it is not read. */
export function trialOfTrace(trace: ForeignTrace, name: ImportedName): ImportedTrial {
  const root = trace.spans.find((span) => span.parentPath === null)!;
  const outermost = trace.spans.find((span) => span.parentPath === root.path && span.error);
  const failure = outermost?.error
    ? { code: 'foreign_error', message: outermost.error.message || 'the outermost span failed' }
    : undefined;
  const below = trace.spans.filter((span) => span !== root);
  return trialOf(below, { name, sample: trace.traceId, failure, output: null, timeSource: 'wall' });
}

interface TrialFacts {
  readonly name: ImportedName;
  readonly sample: string;
  readonly failure: { readonly code: string; readonly message: string } | undefined;
  readonly output: string | null;
  readonly timeSource: 'wall' | 'virtual';
}

function trialOf(below: readonly SpanRecord[], { name, sample, failure, output, timeSource }: TrialFacts): ImportedTrial {
  const outcome: Outcome = failure ? { status: 'failed', ...failure } : { status: 'completed' };
  const stop = failure ? failure.code : 'imported';
  const scores = failure ? {} : { [UNJUDGED]: null };
  const why: Record<string, string> = failure ? {} : { [UNJUDGED]: WHY };
  const endUs = Math.max(0, ...below.map((span) => span.endUs));
  const root: SpanRecord = {
    path: '',
    parentPath: null,
    name: `${OPERATION.invokeWorkflow} ${name.pattern}`,
    kind: 'internal',
    startUs: 0,
    endUs,
    attributes: {
      [GEN_AI.operationName]: OPERATION.invokeWorkflow,
      [GEN_AI.workflowName]: name.pattern,
      [OWN.scenarioId]: name.scenario,
      [OWN.adapter]: name.adapter,
      [OWN.patternName]: name.pattern,
      [OWN.sampleId]: sample,
      [OWN.runTrial]: 0,
      [OWN.runSeed]: 0,
      [OWN.timeSource]: timeSource,
      [OWN.stop]: stop,
      [OWN.outcome]: canonicalJson(outcome),
      [OWN.scores]: canonicalJson(scores),
      [OWN.why]: canonicalJson(why),
      ...(output === null ? {} : { [OWN.output]: output }),
    },
    events: Object.keys(scores).map((scorer) => ({
      name: EVENT.evaluation,
      atUs: endUs,
      attributes: { [GEN_AI.evaluationName]: scorer, [GEN_AI.evaluationLabel]: 'unscored' },
    })),
    error: failure && { type: failure.code, message: failure.message },
    after: [],
    links: [],
  };
  const spans = [root, ...below];
  const totals = totalsOf(spans);
  const traceId = traceIdOf({ ...name, settings: 'imported', sample, trial: 0, seed: 0, resume: 0 });
  const record: TrialRecord = {
    ...name,
    sample,
    trial: 0,
    traceId,
    outcome,
    output,
    scores,
    why,
    passed: failure ? false : null,
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
    stop,
    routed: totals.routed === null ? null : [...totals.routed],
    provenance: totals.provenance,
    findings: [],
  };
  return { record, spans };
}
