import { describe, expect, it } from 'vitest';
import { normaliseForeign } from '../../src/telemetry/foreign-names.ts';
import { parseForeignTraces } from '../../src/telemetry/otlp-parse.ts';
import { structuralProblems, treeOf } from '../../src/telemetry/span-tree.ts';
import { totalsOf } from '../../src/telemetry/trial-totals.ts';
import { AI_SDK_5, AI_SDK_7, LANGSMITH, OPENINFERENCE, otlp, TRACELOOP } from './foreign-samples.ts';

const read = (...spans: Parameters<typeof otlp>) => {
  const [trace] = parseForeignTraces(otlp(...spans));
  const normal = normaliseForeign(trace!.spans, { scopes: trace!.scopes });
  expect(structuralProblems(treeOf(normal.spans))).toEqual([]);
  return { ...normal, totals: totalsOf(normal.spans) };
};

/** What a reader gets who adds up every number that looks like usage. */
const naiveSum = (document: string): number =>
  [
    ...document.matchAll(
      /"key":"[\w.]*(?:input_tokens|output_tokens|prompt_tokens|completion_tokens|promptTokens|completionTokens|count\.prompt|count\.completion)","value":\{"intValue":(\d+)\}/g,
    ),
  ]
    .map(([, count]) => Number(count))
    .reduce((a, b) => a + b, 0);

describe('OBS2: traces of others are counted once', () => {
  it.each([
    ['AI SDK 7', AI_SDK_7, 'ai', 'ai-sdk', 600],
    ['AI SDK 5', AI_SDK_5, 'ai', 'ai-sdk', 700],
    ['Traceloop', TRACELOOP, 'traceloop', 'traceloop', 416],
    ['OpenInference', OPENINFERENCE, 'openinference', 'openinference', 900],
    ['LangSmith', LANGSMITH, 'langsmith', 'langsmith', 600],
  ] as const)('%s: 300 tokens, two calls, one tool', (_, spans, scope, framework, naive) => {
    expect(naiveSum(otlp(spans))).toBe(naive);
    const { totals, framework: found, notes } = read(spans, { scope });
    expect(found).toBe(framework);
    expect(totals).toMatchObject({
      inputTokens: 240,
      outputTokens: 60,
      llmCalls: 2,
      toolCalls: 1,
      usageMissing: 0,
      latencyMs: 900,
    });
    expect(totals.toolCallList).toMatchObject([{ name: 'search' }]);
    expect(notes).toEqual([]);
  });

  it.each([
    [TRACELOOP, 'helper'],
    [OPENINFERENCE, 'helper'],
    [AI_SDK_7, 'helper'],
  ])('knows whose calls they were, and what was cached', (spans, agent) => {
    const { totals } = read(spans);
    expect(totals.agentOrder).toEqual([agent]);
    expect(totals.agents[agent]).toMatchObject({ calls: 2, inputTokens: 240 });
  });

  it('reads cached tokens by all their names, and costs that are told', () => {
    for (const spans of [TRACELOOP, OPENINFERENCE, LANGSMITH]) expect(read(spans).totals.cachedInputTokens).toBe(16);
    expect(read(OPENINFERENCE).totals.costUsd).toBeCloseTo(0.003, 12);
    expect(read(TRACELOOP).totals.costUsd).toBeNull();
  });

  const call = (attributes: Record<string, string | number>, id = 'c') => ({
    id,
    parent: 'r',
    name: 'chat m',
    ms: [0, 10] as const,
    attributes: { 'gen_ai.operation.name': 'chat', ...attributes },
  });
  const root = (attributes: Record<string, string | number> = {}) => ({ id: 'r', name: 'job', ms: [0, 20] as const, attributes });

  it('flags a call without usage, and never takes it for 0 or from the container', () => {
    const { totals, notes } = read([
      root({ 'gen_ai.usage.input_tokens': 50 }),
      call({ 'gen_ai.usage.input_tokens': 5, 'gen_ai.usage.output_tokens': 1 }),
      call({}, 'd'),
    ]);
    expect(totals).toMatchObject({ usageMissing: 1, inputTokens: 5, llmCalls: 2 });
    expect(notes).toEqual([expect.stringContaining('1 calls to models tell no usage')]);
  });

  it('takes the input of Anthropic for what it is: without the cached tokens', () => {
    const { totals, notes } = read([
      root(),
      call({
        'gen_ai.system': 'anthropic',
        'gen_ai.usage.input_tokens': 5,
        'gen_ai.usage.output_tokens': 1,
        'gen_ai.usage.cache_read_input_tokens': 90,
        'gen_ai.usage.cache_creation_input_tokens': 10,
      }),
    ]);
    expect(totals).toMatchObject({ inputTokens: 105, cachedInputTokens: 90 });
    expect(notes).toHaveLength(1);
  });

  it('says where a sum does not add up, and counts the calls', () => {
    const { totals, notes } = read([
      root({ 'gen_ai.usage.input_tokens': 50, 'gen_ai.usage.output_tokens': 1 }),
      call({ 'gen_ai.usage.input_tokens': 5, 'gen_ai.usage.output_tokens': 1 }),
    ]);
    expect(totals.inputTokens).toBe(5);
    expect(notes).toEqual(['"job" tells 51 tokens, the calls below it 6: the calls were counted']);
  });

  it('loses no usage that only a container tells: the innermost counts, once', () => {
    const told = { 'gen_ai.usage.input_tokens': 50, 'gen_ai.usage.output_tokens': 7 };
    const { totals, notes } = read([
      root(told),
      {
        id: 'a',
        parent: 'r',
        name: 'invoke_agent x',
        ms: [0, 9],
        attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'x', ...told },
      },
    ]);
    expect(totals).toMatchObject({ inputTokens: 50, outputTokens: 7, llmCalls: 1 });
    expect(totals.agents['x']).toMatchObject({ calls: 1, inputTokens: 50 });
    expect(notes).toHaveLength(1);
  });

  it('counts a tool that MCP instrumentation shows twice once', () => {
    const { totals } = read([
      root(),
      { id: 't', parent: 'r', name: 'execute_tool search', ms: [0, 9] },
      {
        id: 'm',
        parent: 't',
        name: 'tools/call search',
        ms: [1, 8],
        attributes: { 'mcp.method.name': 'tools/call', 'gen_ai.tool.name': 'search' },
      },
    ]);
    expect(totals.toolCalls).toBe(1);
  });

  it('keeps orphans, several roots and unfinished spans, and says so', () => {
    const usage = { 'gen_ai.usage.input_tokens': 1, 'gen_ai.usage.output_tokens': 1 };
    const { totals, notes } = read([
      call(usage, 'a'),
      { ...call(usage, 'b'), parent: 'a' },
      { id: 'x', name: 'other', ms: [5, 2] },
      { id: 'y', name: 'another', ms: [5, 6] },
    ]);
    expect(totals).toMatchObject({ llmCalls: 1, inputTokens: 1 });
    expect(notes.join('\n')).toMatch(
      /1 spans have a parent that is not in this file[\s\S]*2 roots[\s\S]*1 spans were never ended/,
    );
  });

  it('does not read beyond safe names in hostile attributes', () => {
    const { totals } = read([
      root({ 'gen_ai.operation.name': 'constructor' }),
      call({ 'gen_ai.usage.input_tokens': 'NaN', 'gen_ai.usage.output_tokens': -3, 'openinference.span.kind': '__proto__' }),
    ]);
    expect(totals).toMatchObject({ llmCalls: 0, inputTokens: 0 });
  });
});

describe('parseForeignTraces', () => {
  it('puts together a trace that a collector has cut into lines, and keeps traces apart', () => {
    const lines = [otlp(AI_SDK_7.slice(3)), otlp(TRACELOOP, { trace: 'other' }), otlp(AI_SDK_7.slice(0, 3))].join('\n');
    const traces = parseForeignTraces(lines);
    expect(traces.map(({ spans }) => spans.length)).toEqual([AI_SDK_7.length, TRACELOOP.length]);
    expect(totalsOf(normaliseForeign(traces[0]!.spans).spans)).toMatchObject({ inputTokens: 240, outputTokens: 60 });
  });

  it('reads a document of many lines, and names the line of what is broken', () => {
    expect(parseForeignTraces(JSON.stringify(JSON.parse(otlp(AI_SDK_7)), null, 2))).toHaveLength(1);
    expect(() => parseForeignTraces(`${otlp(AI_SDK_7)}\n{"resourceSpans":`, { file: 'x.jsonl' })).toThrow('not a line of JSON');
  });
});
