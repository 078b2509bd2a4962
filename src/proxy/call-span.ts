import { sha256Hex } from '../kernel/hash.ts';
import { isObject } from '../kernel/json.ts';
import { GEN_AI, OPERATION, OWN } from '../telemetry/attribute-names.ts';
import { writeOtlpLine } from '../telemetry/otlp-json.ts';
import type { Attributes, SpanRecord } from '../telemetry/span.ts';
import type { CallEntry } from './ledger.ts';
import type { TraceParent } from './trace-parent.ts';

export interface ProxiedCall {
  readonly entry: CallEntry;
  readonly session: string;
  readonly traceParent: TraceParent | undefined;
  /** On the clock of the session, in microseconds. */
  readonly startUs: number;
  readonly endUs: number;
  /** Body of the answer, where it is known. */
  readonly answer: unknown;
}

export interface SpanFile {
  /** Milliseconds of Unix time at which the session's clock stood at 0. */
  readonly epochMs: number;
  readonly version: string;
}

const OPERATIONS: Readonly<Record<string, string>> = {
  'chat.completions': OPERATION.chat,
  responses: OPERATION.chat,
  embeddings: 'embeddings',
};

/**
 * A proxied request as a line of OTLP JSON: a child of the caller's span, or without one a root; requests of one run then share a trace.
 * Its times are those of this machine, so that it lies inside the caller's span; what it takes on modelled time is an attribute. Neither
 * prompts nor answers are in it.
 */
export function callSpanLine(call: ProxiedCall, { epochMs, version }: SpanFile): string {
  const { entry, traceParent, session } = call;
  const run = `${session}/${entry.scenario}/${entry.run}/${entry.pattern}/${entry.trial}`;
  const span: SpanRecord = {
    path: `proxy/${session}/call#${entry.n}`,
    parentPath: null,
    name: `${OPERATIONS[entry.api] ?? 'text_completion'} ${entry.model}`.trim(),
    kind: 'client',
    startUs: call.startUs,
    endUs: Math.max(call.startUs, call.endUs),
    attributes: attributesOf(call),
    events: [],
    error: errorOf(entry),
    after: [],
    links: [],
  };
  return writeOtlpLine(
    {
      traceId: traceParent?.traceId ?? sha256Hex(run).slice(0, 32),
      parentSpanId: traceParent?.spanId,
      resource: { [GEN_AI.serviceName]: 'patternbench-proxy', [OWN.runId]: session },
      spans: [span],
    },
    { epochMs, version },
  );
}

function attributesOf({ entry, answer }: ProxiedCall): Attributes {
  const attributes: Attributes = {
    [GEN_AI.operationName]: OPERATIONS[entry.api] ?? 'text_completion',
    [GEN_AI.providerName]: 'openai',
    [GEN_AI.requestModel]: entry.model,
    [GEN_AI.httpResponseStatusCode]: entry.status,
    [OWN.scenarioId]: entry.scenario,
    [OWN.patternName]: entry.pattern,
    [OWN.runTrial]: entry.trial,
    [OWN.runMode]: entry.mode,
    'patternbench.proxy.run': entry.run,
    'patternbench.modelled.start_ms': entry.startMs,
    'patternbench.modelled.end_ms': entry.endMs ?? entry.startMs,
  };
  if (entry.agent !== '') attributes[GEN_AI.agentName] = entry.agent;
  if (entry.fixture !== null) attributes[OWN.replayFixtureId] = entry.fixture;
  if (entry.provenance !== null) attributes[OWN.provenance] = entry.provenance;
  return { ...attributes, ...usageOf(answer) };
}

function usageOf(answer: unknown): Attributes {
  if (!isObject(answer)) return {};
  const { usage, model } = answer;
  const attributes: Attributes = typeof model === 'string' ? { [GEN_AI.responseModel]: model } : {};
  if (!isObject(usage)) return attributes;
  const [input, output] = [usage['prompt_tokens'] ?? usage['input_tokens'], usage['completion_tokens'] ?? usage['output_tokens']];
  if (typeof input === 'number') attributes[GEN_AI.inputTokens] = input;
  if (typeof output === 'number') attributes[GEN_AI.outputTokens] = output;
  return attributes;
}

function errorOf({ end, status }: CallEntry): SpanRecord['error'] {
  switch (end) {
    case 'miss':
      return { type: 'fixture_miss', message: 'nothing is recorded for this request' };
    case 'aborted':
      return { type: 'cancelled', message: 'the client went away' };
    case 'error':
      return { type: String(status), message: `the answer has the status ${status}` };
    case 'ok':
    case 'open':
      return undefined;
  }
}
