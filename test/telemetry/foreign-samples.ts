// data table: small traces in the words of other people's instrumentation, written for these tests.

interface Draft {
  readonly id: string;
  readonly parent?: string;
  readonly name: string;
  /** Milliseconds from the start of the trace. */
  readonly ms: readonly [start: number, end: number];
  readonly attributes?: Readonly<Record<string, string | number>>;
  readonly failed?: string;
}

const idOf = (name: string, digits: number) => Buffer.from(name).toString('hex').padEnd(digits, '0').slice(0, digits);
const START = 1_790_000_000_000_000_000n;
const nanos = (ms: number) => String(START + BigInt(ms) * 1_000_000n);
const list = (attributes: Readonly<Record<string, string | number>>) =>
  Object.entries(attributes).map(([key, value]) => ({
    key,
    value:
      typeof value === 'string' ? { stringValue: value } : Number.isInteger(value) ? { intValue: value } : { doubleValue: value },
  }));

export interface Source {
  readonly service?: string;
  readonly scope?: string;
  readonly trace?: string;
}

/** A document of OTLP JSON. */
export const otlp = (spans: readonly Draft[], { service = 'shop', scope = 'scope', trace = 'trace' }: Source = {}): string =>
  JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: list({ 'service.name': service }) },
        scopeSpans: [
          {
            scope: { name: scope },
            spans: spans.map(({ id, parent, name, ms: [start, end], attributes = {}, failed }) => ({
              traceId: idOf(trace, 32),
              spanId: idOf(id, 16),
              ...(parent === undefined ? {} : { parentSpanId: idOf(parent, 16) }),
              name,
              kind: 1,
              startTimeUnixNano: nanos(start),
              endTimeUnixNano: nanos(end),
              attributes: list(attributes),
              status: failed === undefined ? {} : { code: 2, message: failed },
            })),
          },
        ],
      },
    ],
  });

const usage = (input: number, output: number) => ({ 'gen_ai.usage.input_tokens': input, 'gen_ai.usage.output_tokens': output });

/** AI SDK 7: the agent tells 300 tokens, which are the 100 and 200 of its two calls. */
export const AI_SDK_7: readonly Draft[] = [
  {
    id: 'a',
    name: 'invoke_agent helper',
    ms: [0, 900],
    attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'helper', ...usage(240, 60) },
  },
  { id: 's1', parent: 'a', name: 'step 1', ms: [0, 400], attributes: { 'gen_ai.operation.name': 'agent_step' } },
  {
    id: 'c1',
    parent: 's1',
    name: 'chat gpt-4o',
    ms: [0, 300],
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      ...usage(80, 20),
    },
  },
  {
    id: 't',
    parent: 's1',
    name: 'execute_tool search',
    ms: [300, 400],
    attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'search' },
  },
  { id: 's2', parent: 'a', name: 'step 2', ms: [400, 900], attributes: { 'gen_ai.operation.name': 'agent_step' } },
  {
    id: 'c2',
    parent: 's2',
    name: 'chat gpt-4o',
    ms: [400, 900],
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      ...usage(160, 40),
    },
  },
];

/** AI SDK 5: `ai.generateText` tells sums in names of its own and in those of the conventions. */
export const AI_SDK_5: readonly Draft[] = [
  {
    id: 'g',
    name: 'ai.generateText',
    ms: [0, 900],
    attributes: {
      'ai.operationId': 'ai.generateText',
      'ai.telemetry.functionId': 'helper',
      'ai.usage.promptTokens': 240,
      'ai.usage.completionTokens': 60,
    },
  },
  {
    id: 'd1',
    parent: 'g',
    name: 'ai.generateText.doGenerate',
    ms: [0, 300],
    attributes: {
      'ai.operationId': 'ai.generateText.doGenerate',
      'gen_ai.system': 'openai',
      'ai.model.id': 'gpt-4o',
      'ai.usage.promptTokens': 80,
      'ai.usage.completionTokens': 20,
      ...usage(80, 20),
    },
  },
  {
    id: 'tc',
    parent: 'g',
    name: 'ai.toolCall',
    ms: [300, 400],
    attributes: { 'ai.operationId': 'ai.toolCall', 'ai.toolCall.name': 'search' },
  },
  {
    id: 'd2',
    parent: 'g',
    name: 'ai.generateText.doGenerate',
    ms: [400, 900],
    attributes: {
      'ai.operationId': 'ai.generateText.doGenerate',
      'gen_ai.system': 'openai',
      'ai.model.id': 'gpt-4o',
      'ai.usage.promptTokens': 160,
      'ai.usage.completionTokens': 40,
    },
  },
];

/** OpenLLMetry around LangChain: a model span of the framework around that of the client, both with the usage. */
export const TRACELOOP: readonly Draft[] = [
  {
    id: 'w',
    name: 'support.workflow',
    ms: [0, 900],
    attributes: {
      'traceloop.span.kind': 'workflow',
      'traceloop.entity.name': 'support',
      'traceloop.workflow.name': 'support',
      'llm.usage.total_tokens': 300,
    },
  },
  {
    id: 'ag',
    parent: 'w',
    name: 'helper.agent',
    ms: [0, 900],
    attributes: { 'traceloop.span.kind': 'agent', 'traceloop.entity.name': 'helper' },
  },
  {
    id: 'lc',
    parent: 'ag',
    name: 'ChatOpenAI.chat',
    ms: [0, 400],
    attributes: {
      'gen_ai.system': 'OpenAI',
      'llm.request.type': 'chat',
      'gen_ai.usage.prompt_tokens': 80,
      'gen_ai.usage.completion_tokens': 20,
    },
  },
  {
    id: 'oc',
    parent: 'lc',
    name: 'openai.chat',
    ms: [10, 390],
    attributes: {
      'gen_ai.system': 'OpenAI',
      'llm.request.type': 'chat',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.usage.prompt_tokens': 80,
      'gen_ai.usage.completion_tokens': 20,
      'gen_ai.usage.cache_read_input_tokens': 16,
      'llm.usage.total_tokens': 100,
    },
  },
  {
    id: 'to',
    parent: 'ag',
    name: 'search.tool',
    ms: [400, 450],
    attributes: { 'traceloop.span.kind': 'tool', 'traceloop.entity.name': 'search' },
  },
  {
    id: 'oc2',
    parent: 'ag',
    name: 'openai.chat',
    ms: [450, 900],
    attributes: {
      'gen_ai.system': 'OpenAI',
      'llm.request.type': 'chat',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.usage.prompt_tokens': 160,
      'gen_ai.usage.completion_tokens': 40,
    },
  },
];

/** OpenInference: another vocabulary; the chain and the agent repeat the sums, as some instrumentations do. */
export const OPENINFERENCE: readonly Draft[] = [
  {
    id: 'ch',
    name: 'RunnableSequence',
    ms: [0, 900],
    attributes: {
      'openinference.span.kind': 'CHAIN',
      'llm.token_count.prompt': 240,
      'llm.token_count.completion': 60,
      'llm.token_count.total': 300,
    },
  },
  {
    id: 'oa',
    parent: 'ch',
    name: 'helper',
    ms: [0, 900],
    attributes: {
      'openinference.span.kind': 'AGENT',
      'agent.name': 'helper',
      'llm.token_count.prompt': 240,
      'llm.token_count.completion': 60,
    },
  },
  {
    id: 'l1',
    parent: 'oa',
    name: 'ChatCompletion',
    ms: [0, 300],
    attributes: {
      'openinference.span.kind': 'LLM',
      'llm.model_name': 'gpt-4o',
      'llm.provider': 'openai',
      'llm.token_count.prompt': 80,
      'llm.token_count.completion': 20,
      'llm.token_count.prompt_details.cache_read': 16,
      'llm.cost.total': 0.001,
    },
  },
  {
    id: 'ot',
    parent: 'oa',
    name: 'search',
    ms: [300, 400],
    attributes: { 'openinference.span.kind': 'TOOL', 'tool.name': 'search' },
  },
  {
    id: 'l2',
    parent: 'oa',
    name: 'ChatCompletion',
    ms: [400, 900],
    attributes: {
      'openinference.span.kind': 'LLM',
      'llm.model_name': 'gpt-4o',
      'llm.provider': 'openai',
      'llm.token_count.prompt': 160,
      'llm.token_count.completion': 40,
      'llm.cost.total': 0.002,
    },
  },
];

/** LangSmith: filling in a prompt is called an operation `chat` too. */
export const LANGSMITH: readonly Draft[] = [
  {
    id: 'lr',
    name: 'AgentExecutor',
    ms: [0, 900],
    attributes: { 'langsmith.span.kind': 'chain', 'langsmith.trace.name': 'support', ...usage(240, 60) },
  },
  {
    id: 'lp',
    parent: 'lr',
    name: 'ChatPromptTemplate',
    ms: [0, 1],
    attributes: { 'langsmith.span.kind': 'prompt', 'gen_ai.operation.name': 'chat' },
  },
  {
    id: 'm1',
    parent: 'lr',
    name: 'ChatOpenAI',
    ms: [1, 300],
    attributes: {
      'langsmith.span.kind': 'llm',
      'gen_ai.operation.name': 'chat',
      'gen_ai.system': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.usage.input_token_details': '{"cache_read":16}',
      ...usage(80, 20),
    },
  },
  {
    id: 'lt',
    parent: 'lr',
    name: 'search',
    ms: [300, 400],
    attributes: { 'langsmith.span.kind': 'tool', 'gen_ai.tool.name': 'search' },
  },
  {
    id: 'm2',
    parent: 'lr',
    name: 'ChatOpenAI',
    ms: [400, 900],
    attributes: {
      'langsmith.span.kind': 'llm',
      'gen_ai.operation.name': 'chat',
      'gen_ai.system': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      ...usage(160, 40),
    },
  },
];
