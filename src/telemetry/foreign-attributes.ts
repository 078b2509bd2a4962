import type { AttributeValue, Attributes, SpanRecord } from './span.ts';

/** What other people's instrumentation calls the things that we read, in order of preference (checked against their sources, 2026-11). */
const NAMES = {
  input: [
    'gen_ai.usage.input_tokens',
    'gen_ai.client.inference.usage.input_tokens',
    'gen_ai.usage.prompt_tokens',
    'llm.token_count.prompt',
    'llm.usage.prompt_tokens',
    'ai.usage.inputTokens',
    'ai.usage.promptTokens',
    'prompt_tokens',
  ],
  output: [
    'gen_ai.usage.output_tokens',
    'gen_ai.client.inference.usage.output_tokens',
    'gen_ai.usage.completion_tokens',
    'llm.token_count.completion',
    'llm.usage.completion_tokens',
    'ai.usage.outputTokens',
    'ai.usage.completionTokens',
    'completion_tokens',
  ],
  cacheRead: [
    'gen_ai.usage.cache_read.input_tokens',
    'gen_ai.usage.cache_read_input_tokens',
    'llm.token_count.prompt_details.cache_read',
    'ai.usage.cachedInputTokens',
  ],
  cacheWrite: [
    'gen_ai.usage.cache_write.input_tokens',
    'gen_ai.usage.cache_creation.input_tokens',
    'gen_ai.usage.cache_creation_input_tokens',
    'llm.token_count.prompt_details.cache_write',
  ],
  reasoning: [
    'gen_ai.usage.reasoning.output_tokens',
    'gen_ai.usage.reasoning_tokens',
    'llm.token_count.completion_details.reasoning',
    'ai.usage.reasoningTokens',
  ],
  cost: ['patternbench.cost.usd', 'operation.cost', 'llm.cost.total', 'gen_ai.usage.cost'],
  model: [
    'gen_ai.response.model',
    'gen_ai.request.model',
    'llm.model_name',
    'embedding.model_name',
    'llm.request.model',
    'ai.response.model',
    'ai.model.id',
  ],
  provider: ['gen_ai.provider.name', 'gen_ai.system', 'llm.provider', 'llm.system', 'ai.model.provider'],
  agent: ['gen_ai.agent.name', 'agent.name'],
  tool: ['gen_ai.tool.name', 'tool.name', 'ai.toolCall.name'],
  workflow: ['gen_ai.workflow.name', 'traceloop.workflow.name', 'langsmith.trace.name'],
} as const;

/** Totals that we never read, since they are sums of others; they must not stay where somebody could add them up. */
const ONLY_TOTALS = ['gen_ai.usage.total_tokens', 'llm.token_count.total', 'llm.usage.total_tokens', 'ai.usage.totalTokens'];

const AMOUNTS: ReadonlySet<string> = new Set<string>([
  ...NAMES.input,
  ...NAMES.output,
  ...NAMES.cacheRead,
  ...NAMES.cacheWrite,
  ...NAMES.reasoning,
  ...NAMES.cost,
  ...ONLY_TOTALS,
]);

/** The attributes of a span without any amount of tokens or money. */
export const withoutAmounts = (attributes: Readonly<Attributes>): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => !AMOUNTS.has(name)));

/** The text of the first name that is there. */
export function textOf(span: SpanRecord, what: 'model' | 'provider' | 'agent' | 'tool' | 'workflow'): string | undefined {
  return NAMES[what]
    .map((name) => span.attributes[name])
    .find((value): value is string => typeof value === 'string' && value !== '');
}

/** Tokens and money as a span tells them; undefined where it does not, which is never 0. */
export interface ForeignAmounts {
  readonly input: number | undefined;
  readonly output: number | undefined;
  readonly cacheRead: number | undefined;
  readonly cacheWrite: number | undefined;
  readonly reasoning: number | undefined;
  readonly cost: number | undefined;
}

export function amountsOf({ attributes }: SpanRecord): ForeignAmounts {
  const first = (names: readonly string[]) =>
    names.map((name) => numberOf(attributes[name])).find((value) => value !== undefined);
  const detail = jsonOf(attributes['gen_ai.usage.input_token_details']);
  return {
    input: first(NAMES.input),
    output: first(NAMES.output),
    cacheRead: first(NAMES.cacheRead) ?? numberOf(detail['cache_read']),
    cacheWrite: first(NAMES.cacheWrite) ?? numberOf(detail['cache_creation']),
    reasoning: first(NAMES.reasoning),
    cost: first(NAMES.cost),
  };
}

/** Some write numbers as text. Less than nothing, and what is no number, is taken for not told. */
function numberOf(value: unknown): number | undefined {
  const number =
    typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}

function jsonOf(value: AttributeValue | undefined): Record<string, AttributeValue> {
  try {
    const parsed: unknown = typeof value === 'string' ? JSON.parse(value) : undefined;
    return parsed !== null && typeof parsed === 'object' ? (parsed as Record<string, AttributeValue>) : {};
  } catch {
    return {};
  }
}

/** What a foreign span does, in the words of `gen_ai.operation.name`; `step` is everything that is none of these. */
export type ForeignOperation = 'chat' | 'embeddings' | 'invoke_agent' | 'invoke_workflow' | 'execute_tool' | 'step';

const OPERATIONS: Readonly<Record<string, ForeignOperation>> = {
  // GenAI conventions, old and new
  chat: 'chat',
  text_completion: 'chat',
  generate_content: 'chat',
  embeddings: 'embeddings',
  invoke_agent: 'invoke_agent',
  invoke_workflow: 'invoke_workflow',
  execute_tool: 'execute_tool',
  // llm.request.type of Traceloop, and span kinds of OpenInference, Traceloop, LangSmith
  completion: 'chat',
  embedding: 'embeddings',
  llm: 'chat',
  agent: 'invoke_agent',
  workflow: 'invoke_workflow',
  tool: 'execute_tool',
};

/** Span kinds before operations: LangSmith calls the filling in of a prompt an operation `chat`. */
const KINDS = [
  'openinference.span.kind',
  'traceloop.span.kind',
  'langsmith.span.kind',
  'gen_ai.operation.name',
  'llm.request.type',
];

const NAMED = /^(chat|text_completion|generate_content|embeddings|invoke_agent|invoke_workflow|execute_tool)(?: |$)/;

export function operationOf(span: SpanRecord): ForeignOperation {
  const kind = KINDS.map((name) => span.attributes[name]).find((value) => typeof value === 'string');
  if (kind !== undefined) return own(OPERATIONS, String(kind).toLowerCase()) ?? 'step';
  if (span.attributes['mcp.method.name'] === 'tools/call') return 'execute_tool';
  const id = span.attributes['ai.operationId'] ?? /^ai\.[\w.]+/.exec(span.name)?.[0];
  if (typeof id === 'string') return aiSdkOperation(id);
  const prefix = NAMED.exec(span.name)?.[1];
  return prefix === undefined ? 'step' : OPERATIONS[prefix]!;
}

/** The AI SDK up to 6: `ai.generateText.doGenerate` asks the model, `ai.generateText` around it carries the sums. */
function aiSdkOperation(id: string): ForeignOperation {
  if (id === 'ai.toolCall') return 'execute_tool';
  if (/\.do(?:Generate|Stream)$/.test(id)) return 'chat';
  return id.endsWith('.doEmbed') ? 'embeddings' : 'step';
}

const own = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;

/** Which instrumentation wrote these spans: the name that stands as `adapter` in records. */
export function frameworkOf(spans: readonly SpanRecord[], scopes: readonly string[] = []): string {
  const has = (prefix: string) => spans.some(({ attributes }) => Object.keys(attributes).some((name) => name.startsWith(prefix)));
  if (has('ai.') || scopes.includes('ai') || scopes.includes('@ai-sdk/otel')) return 'ai-sdk';
  if (has('openinference.')) return 'openinference';
  if (has('traceloop.')) return 'traceloop';
  if (has('langsmith.')) return 'langsmith';
  return 'opentelemetry';
}
