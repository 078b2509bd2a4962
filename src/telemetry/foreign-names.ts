import { PatternbenchError } from '../kernel/errors.ts';
import { GEN_AI, OPERATION, OWN } from './attribute-names.ts';
import {
  amountsOf,
  type ForeignAmounts,
  type ForeignOperation,
  frameworkOf,
  operationOf,
  textOf,
  withoutAmounts,
} from './foreign-attributes.ts';
import { adopted } from './foreign-tree.ts';
import type { Attributes, SpanRecord } from './span.ts';
import { type SpanTree, treeOf } from './span-tree.ts';

export interface NormalisedTrace {
  /** ai-sdk, openinference, traceloop, langsmith or opentelemetry. */
  readonly framework: string;
  /** With one root (path ''), our names, and amounts on the innermost calls to models only. */
  readonly spans: readonly SpanRecord[];
  /** What a reader of the totals must know: what is missing, what was not counted, what does not add up. */
  readonly notes: readonly string[];
}

export interface ForeignSource {
  /** Instrumentation scopes of the spans, which tell some frameworks. */
  readonly scopes?: readonly string[];
  /** USD of a call whose span tells no cost, or null. */
  readonly costOf?: (
    model: string,
    usage: { readonly inputTokens: number; readonly outputTokens: number; readonly cachedInputTokens: number },
  ) => number | null;
}

/**
 * Spans of any instrumentation that we know, with our attribute names, ready for totals, critical path and waterfall. Tokens and cost stay on
 * the innermost call that tells them: sums on agents, steps and workflows around calls are compared and then left out, or they would count
 * twice. A call that tells no usage is marked so. Usage told only by a container becomes one call of its own, and is noted.
 * Throws `invalid_record` for an empty list.
 */
export function normaliseForeign(spans: readonly SpanRecord[], source: ForeignSource = {}): NormalisedTrace {
  if (spans.length === 0) throw new PatternbenchError('invalid_record', 'a trace without spans');
  const framework = frameworkOf(spans, source.scopes);
  const { spans: whole, notes } = adopted(spans, textOf);
  const tree = treeOf(whole);
  const reading: Reading = { tree, source, notes: [...notes], operations: new Map(), amounts: new Map() };
  for (const span of tree.spans) {
    reading.operations.set(span, operationOf(span));
    reading.amounts.set(span, amountsOf(span));
  }
  const normal = tree.spans.flatMap((span) => normalised(reading, span));
  const missing = normal.filter((span) => span.attributes[OWN.usageMissing] === true).length;
  if (missing > 0)
    reading.notes.push(`${missing} calls to models tell no usage: their tokens and cost are missing from the totals`);
  return { framework, spans: normal, notes: reading.notes };
}

interface Reading {
  readonly tree: SpanTree;
  readonly source: ForeignSource;
  readonly notes: string[];
  readonly operations: Map<SpanRecord, ForeignOperation>;
  readonly amounts: Map<SpanRecord, ForeignAmounts>;
}

function normalised(reading: Reading, span: SpanRecord): SpanRecord[] {
  const operation = reading.operations.get(span)!;
  const amounts = reading.amounts.get(span)!;
  const below = descendants(reading.tree, span);
  const calls = below.filter((other) => isModel(reading.operations.get(other)!));
  const attributes = withoutAmounts(span.attributes);
  delete attributes[GEN_AI.operationName];
  const agent = agentName(span, operation);
  if (agent !== undefined) attributes[GEN_AI.agentName] = agent;
  const plain: SpanRecord = { ...span, kind: 'internal', attributes };
  if (isModel(operation) && calls.length === 0) {
    describeCall(reading, span, { attributes, amounts, operation });
    return [{ ...plain, kind: 'client' }];
  }
  if (calls.length > 0) compare(reading, span, { amounts, calls });
  describeContainer(reading, span, { attributes, operation });
  const lonely = tellsUsage(amounts) && calls.length === 0 && !below.some((other) => tellsUsage(reading.amounts.get(other)!));
  return lonely ? [plain, soleCall(reading, span, amounts)] : [plain];
}

const isModel = (operation: ForeignOperation): boolean => operation === 'chat' || operation === 'embeddings';

const tellsUsage = ({ input, output }: ForeignAmounts): boolean => input !== undefined || output !== undefined;

function descendants(tree: SpanTree, span: SpanRecord): SpanRecord[] {
  const found = [...(tree.children.get(span.path) ?? [])];
  for (const one of found) found.push(...(tree.children.get(one.path) ?? []));
  return found;
}

function agentName(span: SpanRecord, operation: ForeignOperation): string | undefined {
  const named = textOf(span, 'agent');
  if (named !== undefined || operation !== 'invoke_agent') return named;
  const entity = span.attributes['traceloop.entity.name'] ?? span.attributes['ai.telemetry.functionId'];
  return typeof entity === 'string' ? entity : span.name.replace(/^invoke_agent ?/, '') || 'agent';
}

interface CallFacts {
  readonly attributes: Attributes;
  readonly amounts: ForeignAmounts;
  readonly operation: ForeignOperation;
}

function describeCall({ source, notes }: Reading, span: SpanRecord, { attributes, amounts, operation }: CallFacts): void {
  const model = textOf(span, 'model') ?? 'unknown';
  const provider = textOf(span, 'provider') ?? '_OTHER';
  attributes[GEN_AI.operationName] = operation;
  attributes[GEN_AI.providerName] = provider;
  attributes[GEN_AI.requestModel] ??= model;
  attributes[GEN_AI.responseModel] ??= model;
  attributes[OWN.provenance] = 'imported';
  if (!tellsUsage(amounts)) {
    if (!span.error) attributes[OWN.usageMissing] = true;
    return;
  }
  const { cacheRead = 0, cacheWrite = 0, output = 0, reasoning } = amounts;
  let { input = 0 } = amounts;
  // Anthropic counts cached tokens beside the input, the conventions count them within it.
  if (/anthropic/i.test(provider) && input < cacheRead + cacheWrite) {
    input += cacheRead + cacheWrite;
    notes.push(`"${span.name}": ${cacheRead + cacheWrite} cached tokens were added to its input, which did not hold them`);
  }
  attributes[GEN_AI.inputTokens] = input;
  attributes[GEN_AI.outputTokens] = output;
  if (amounts.cacheRead !== undefined) attributes[GEN_AI.cacheReadInputTokens] = cacheRead;
  if (reasoning !== undefined) attributes[GEN_AI.reasoningOutputTokens] = reasoning;
  const usd =
    amounts.cost ?? source.costOf?.(model, { inputTokens: input, outputTokens: output, cachedInputTokens: cacheRead }) ?? null;
  if (usd !== null) attributes[OWN.costUsd] = usd;
}

interface ContainerFacts {
  readonly attributes: Attributes;
  readonly operation: ForeignOperation;
}

function describeContainer({ tree, operations }: Reading, span: SpanRecord, { attributes, operation }: ContainerFacts): void {
  if (operation === 'invoke_agent') attributes[GEN_AI.operationName] = OPERATION.invokeAgent;
  if (span === tree.root) {
    attributes[GEN_AI.operationName] = OPERATION.invokeWorkflow;
    attributes[GEN_AI.workflowName] = textOf(span, 'workflow') ?? span.name;
    return;
  }
  if (operation === 'invoke_workflow') attributes[GEN_AI.operationName] = OPERATION.invokeWorkflow;
  if (operation !== 'execute_tool') return;
  const name = toolName(span);
  const parent = tree.byPath.get(span.parentPath ?? '');
  // MCP instrumentation opens a span of its own inside the call of the same tool: that is one call.
  if (parent && operations.get(parent) === 'execute_tool' && toolName(parent) === name) return;
  attributes[GEN_AI.operationName] = OPERATION.executeTool;
  attributes[GEN_AI.toolName] = name;
}

function toolName(span: SpanRecord): string {
  const entity = textOf(span, 'tool') ?? span.attributes['traceloop.entity.name'];
  return typeof entity === 'string' ? entity : span.name.replace(/^(?:execute_tool|tools\/call) /, '').replace(/\.tool$/, '');
}

/** A sum on a container is checked against the calls below it, and then not counted. */
function compare(
  { amounts: all, notes }: Reading,
  span: SpanRecord,
  { amounts, calls }: { amounts: ForeignAmounts; calls: readonly SpanRecord[] },
): void {
  if (!tellsUsage(amounts)) return;
  const told = (amounts.input ?? 0) + (amounts.output ?? 0);
  const parents = new Set(calls.map(({ parentPath }) => parentPath));
  const leaves = calls.filter(({ path }) => !parents.has(path)).map((call) => all.get(call)!);
  if (!leaves.every(tellsUsage)) return;
  const summed = leaves.reduce((sum, { input = 0, output = 0 }) => sum + input + output, 0);
  if (told !== summed) notes.push(`"${span.name}" tells ${told} tokens, the calls below it ${summed}: the calls were counted`);
}

/** Tokens that only a container tells stand on a call below it, which takes its whole time: how many calls these were is not known. */
function soleCall(reading: Reading, span: SpanRecord, amounts: ForeignAmounts): SpanRecord {
  const attributes: Attributes = {};
  describeCall(reading, span, { attributes, amounts, operation: 'chat' });
  reading.notes.push(`"${span.name}" tells usage, and no call below it does: it was counted as one call`);
  return {
    ...span,
    path: `${span.path}/usage`,
    parentPath: span.path,
    name: `chat ${String(attributes[GEN_AI.requestModel])}`,
    kind: 'client',
    attributes,
    events: [],
    after: [],
    links: [],
  };
}
