import { messageOf, PatternbenchError } from '../../kernel/errors.ts';
import { isObject } from '../../kernel/json.ts';
import { GEN_AI, OPERATION, OWN } from '../../telemetry/attribute-names.ts';
import type { PriceTable } from '../../telemetry/cost.ts';
import { parseOtlpLine } from '../../telemetry/otlp-parse.ts';
import type { Attributes, AttributeValue, SpanRecord } from '../../telemetry/span.ts';
import { agentOf, NOBODY } from '../../telemetry/span-role.ts';
import { treeOf } from '../../telemetry/span-tree.ts';

type Json = Readonly<Record<string, unknown>>;

/** A trace that another tool wrote, in our words, without its root's place being known to be one of ours. */
export interface ForeignTrace {
  readonly traceId: string;
  /** Names of instrumentation scopes, by which a framework shows. */
  readonly scopes: readonly string[];
  /** Below a root of their own (path ''): times in microseconds from the first start. */
  readonly spans: readonly SpanRecord[];
}

const MOST_SPANS = 100_000;

/**
 * The traces of a file of OTLP JSON lines, whichever exporter wrote it: spans of a trace may stand in several lines, roots may be missing or
 * several. Attributes of OpenInference and OpenLLMetry are read as those of the semantic conventions. Throws `invalid_record` with file and line.
 */
export function foreignTraces(
  text: string,
  { file, prices }: { readonly file: string; readonly prices: PriceTable },
): ForeignTrace[] {
  const traces = new Map<string, { readonly spans: Json[]; readonly scopes: Set<string> }>();
  let count = 0;
  for (const [at, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    for (const { span, scope } of spansIn(line, { file, line: at + 1 })) {
      if (++count > MOST_SPANS) throw refusal(`more than ${MOST_SPANS} spans`, { file, line: at + 1 });
      const id = String(span['traceId']);
      const trace = traces.get(id) ?? { spans: [], scopes: new Set<string>() };
      trace.spans.push(span);
      trace.scopes.add(scope);
      traces.set(id, trace);
    }
  }
  return [...traces].map(([traceId, { spans, scopes }]) => ({
    traceId,
    scopes: [...scopes].sort(),
    spans: named(widened(rooted(traceId, spans, file).map((span) => inOurWords(span, prices, dayOf(spans))))),
  }));
}

interface Line {
  readonly file: string;
  readonly line: number;
}

const refusal = (what: string, place: Line, cause?: unknown): PatternbenchError =>
  new PatternbenchError('invalid_record', what, {
    place,
    cause,
    remedy: 'give a file of OTLP JSON lines, as the file exporter of an OpenTelemetry collector writes it',
  });

function spansIn(line: string, place: Line): { readonly span: Json; readonly scope: string }[] {
  let data: unknown;
  try {
    data = JSON.parse(line);
  } catch (cause) {
    throw refusal(`this is no line of JSON: ${messageOf(cause)}`, place, cause);
  }
  if (!isObject(data) || !Array.isArray(data['resourceSpans'])) throw refusal('this is no line of OTLP JSON', place);
  return listOf(data['resourceSpans'])
    .flatMap((resource) => listOf(resource['scopeSpans']))
    .flatMap((scopeSpans) => {
      const scope = isObject(scopeSpans['scope']) ? scopeSpans['scope']['name'] : undefined;
      return listOf(scopeSpans['spans']).map((span) => ({ span, scope: typeof scope === 'string' ? scope : '' }));
    });
}

const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** Nanoseconds as the mapping of protobuf to JSON writes them: as text, or as a number. What is neither is refused later, with its place. */
const nanosIn = (value: unknown): bigint =>
  (typeof value === 'string' && /^\d{1,20}$/.test(value)) || (typeof value === 'number' && Number.isInteger(value) && value >= 0)
    ? BigInt(value)
    : 0n;

const ROOT_ID = '0000000000000001';

/** The spans below a root of our own, since a foreign trace may have none or several; those whose parent is elsewhere hang below it too. */
function rooted(traceId: string, spans: readonly Json[], file: string): SpanRecord[] {
  const ids = new Set(spans.map((span) => span['spanId']));
  const nanos = (name: string) => spans.map((span) => nanosIn(span[name]));
  const least = (values: readonly bigint[]) => values.reduce((a, b) => (b < a ? b : a));
  const most = (values: readonly bigint[]) => values.reduce((a, b) => (b > a ? b : a));
  const root = {
    traceId,
    spanId: ROOT_ID,
    name: OPERATION.invokeWorkflow,
    startTimeUnixNano: String(least(nanos('startTimeUnixNano'))),
    endTimeUnixNano: String(most(nanos('endTimeUnixNano'))),
  };
  const hung = spans.map((span) => {
    const { parentSpanId: parent, ...rest } = span;
    return { ...rest, parentSpanId: typeof parent === 'string' && parent !== '' && ids.has(parent) ? parent : ROOT_ID };
  });
  const text = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ scope: { name: 'foreign' }, spans: [root, ...hung] }] }] });
  return [...parseOtlpLine(text, { place: { file } }).spans];
}

const firstOf = (attributes: Attributes, ...names: readonly string[]): AttributeValue | undefined => {
  const name = names.find((each) => attributes[each] !== undefined);
  return name === undefined ? undefined : attributes[name];
};

const numberOf = (value: AttributeValue | undefined): number | undefined => {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : undefined;
};

const KINDS: Readonly<Record<string, string>> = {
  llm: OPERATION.chat,
  chat: OPERATION.chat,
  completion: 'text_completion',
  embedding: 'embeddings',
  agent: OPERATION.invokeAgent,
  tool: OPERATION.executeTool,
};

/** What a span stands for, by the conventions or by the kinds of OpenInference and OpenLLMetry. */
function operationOf({ attributes }: SpanRecord): string | undefined {
  const told = attributes[GEN_AI.operationName];
  if (told === OPERATION.invokeWorkflow) return undefined;
  if (typeof told === 'string') return told;
  const kind = firstOf(attributes, 'openinference.span.kind', 'traceloop.span.kind', 'llm.request.type');
  return typeof kind === 'string' ? KINDS[kind.toLowerCase()] : undefined;
}

/** A span with the attributes that our reports read; of all others nothing is kept, since they may hold anything. */
function inOurWords(span: SpanRecord, prices: PriceTable, day: string): SpanRecord {
  const { attributes } = span;
  const operation = span.parentPath === null ? OPERATION.invokeWorkflow : operationOf(span);
  const agent = firstOf(
    attributes,
    GEN_AI.agentName,
    'agent.name',
    'agent_name',
    'graph.node.id',
    ...(operation === OPERATION.invokeAgent ? ['traceloop.entity.name'] : []),
  );
  const own: Attributes = operation === undefined ? {} : { [GEN_AI.operationName]: operation };
  if (operation !== undefined && (typeof agent === 'string' || operation === OPERATION.invokeAgent))
    own[GEN_AI.agentName] = String(agent ?? span.name);
  if (operation === OPERATION.executeTool)
    own[GEN_AI.toolName] = String(firstOf(attributes, GEN_AI.toolName, 'tool.name', 'traceloop.entity.name') ?? span.name);
  const isModel =
    operation !== undefined && [OPERATION.chat, 'text_completion', 'generate_content', 'embeddings'].includes(operation);
  return {
    ...span,
    kind: isModel ? 'client' : 'internal',
    // Paths of foreign spans are their ids; what made one start is told by time alone.
    attributes: isModel ? { ...own, ...callAttributes(span, prices, day) } : own,
    events: [],
    links: [],
  };
}

function callAttributes({ attributes }: SpanRecord, prices: PriceTable, day: string): Attributes {
  const model = String(
    firstOf(attributes, GEN_AI.requestModel, 'llm.model_name', 'llm.request.model', GEN_AI.responseModel) ?? 'unknown',
  );
  const served = String(firstOf(attributes, GEN_AI.responseModel, 'llm.response.model', 'llm.model_name') ?? model);
  const input = numberOf(
    firstOf(attributes, GEN_AI.inputTokens, 'gen_ai.usage.prompt_tokens', 'llm.token_count.prompt', 'llm.usage.prompt_tokens'),
  );
  const output = numberOf(
    firstOf(
      attributes,
      GEN_AI.outputTokens,
      'gen_ai.usage.completion_tokens',
      'llm.token_count.completion',
      'llm.usage.completion_tokens',
    ),
  );
  const cached = numberOf(
    firstOf(
      attributes,
      GEN_AI.cacheReadInputTokens,
      'gen_ai.usage.cache_read_input_tokens',
      'llm.token_count.prompt_details.cache_read',
    ),
  );
  const facts: Attributes = {
    [GEN_AI.providerName]: String(
      firstOf(attributes, GEN_AI.providerName, 'gen_ai.system', 'llm.provider', 'llm.system') ?? 'unknown',
    ),
    [GEN_AI.requestModel]: model,
    [GEN_AI.responseModel]: served,
    [OWN.provenance]: 'imported',
    [OWN.timing]: 'measured',
  };
  if (input === undefined && output === undefined) return { ...facts, [OWN.usageMissing]: true };
  const usage = { inputTokens: input ?? 0, outputTokens: output ?? 0, cachedInputTokens: cached ?? 0, reasoningTokens: 0 };
  const cost = prices.costOf(served, usage, day) ?? prices.costOf(model, usage, day);
  return {
    ...facts,
    [GEN_AI.inputTokens]: usage.inputTokens,
    [GEN_AI.outputTokens]: usage.outputTokens,
    [GEN_AI.cacheReadInputTokens]: usage.cachedInputTokens,
    ...(cost ? { [OWN.costUsd]: cost.usd, [OWN.priceVersion]: prices.version, [OWN.pricedOn]: day } : {}),
  };
}

/** Spans with the name of the agent that they were the work of, where they do not say it themselves: that of the nearest span above. */
function named(spans: readonly SpanRecord[]): SpanRecord[] {
  const tree = treeOf(spans);
  return spans.map((span) => {
    const operation = span.attributes[GEN_AI.operationName];
    if (operation === undefined || span.parentPath === null || span.attributes[GEN_AI.agentName] !== undefined) return span;
    return { ...span, attributes: { ...span.attributes, [GEN_AI.agentName]: agentOf(tree, span) ?? NOBODY } };
  });
}

/** The day of a trace, whose prices apply. */
function dayOf(spans: readonly Json[]): string {
  const ms = Number(nanosIn(spans[0]?.['startTimeUnixNano'])) / 1e6;
  return new Date(ms > 0 && ms < Date.UTC(2100, 0) ? ms : 0).toISOString().slice(0, 10);
}

/** Spans with every parent as long as what it contains: in foreign traces a child may outlive its parent. */
function widened(spans: readonly SpanRecord[]): SpanRecord[] {
  const byPath = new Map(spans.map((span) => [span.path, span]));
  const reach = new Map(spans.map((span) => [span.path, { startUs: span.startUs, endUs: Math.max(span.endUs, span.startUs) }]));
  for (const span of spans) {
    const own = reach.get(span.path)!;
    let above = span.parentPath;
    // A file may hold spans whose parents form a circle; counting hops ends the walk.
    for (let hops = 0; above !== null && hops < byPath.size; hops++) {
      const around = reach.get(above);
      if (!around || (around.startUs <= own.startUs && around.endUs >= own.endUs)) break;
      around.startUs = Math.min(around.startUs, own.startUs);
      around.endUs = Math.max(around.endUs, own.endUs);
      above = byPath.get(above)?.parentPath ?? null;
    }
  }
  return spans.map((span) => ({ ...span, ...reach.get(span.path)! }));
}
