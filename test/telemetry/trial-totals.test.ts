import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeOtlpLine } from '../../src/telemetry/otlp-json.ts';
import { parseOtlpLine } from '../../src/telemetry/otlp-parse.ts';
import { totalsOf } from '../../src/telemetry/trial-totals.ts';
import { randomTrace, sampleTrace, spanOf } from './random-trace.ts';

const edited = (path: string, attributes: Record<string, string | number | boolean | readonly string[] | undefined>) =>
  sampleTrace().map((span) => {
    if (span.path !== path) return span;
    const merged = Object.entries({ ...span.attributes, ...attributes }).filter(([, value]) => value !== undefined);
    return { ...span, attributes: Object.fromEntries(merged) as typeof span.attributes };
  });
const CHAT = 'agent:writer#0/model:chat#0';

describe('totalsOf', () => {
  it('tells a trial from its spans alone', () => {
    const { criticalPath, ...totals } = totalsOf(sampleTrace());
    expect(totals).toEqual({
      latencyMs: 2700,
      inputTokens: 300,
      outputTokens: 80,
      cachedInputTokens: 40,
      usageMissing: 0,
      llmCalls: 2,
      toolCalls: 1,
      costUsd: 0.75,
      pricedShare: 1,
      parallelism: 1,
      agents: {
        researcher: { calls: 1, inputTokens: 100, outputTokens: 50, costUsd: 0.25, criticalMs: 1500 },
        writer: { calls: 1, inputTokens: 200, outputTokens: 30, costUsd: 0.5, criticalMs: 1200 },
      },
      agentOrder: ['researcher', 'writer'],
      toolCallList: [{ agent: 'writer', name: 'search' }],
      routed: null,
      provenance: { simulated: 2 },
    });
    expect(criticalPath).toHaveLength(3);
  });

  it('says the same of the trace read back from its file', () => {
    fc.assert(
      fc.property(randomTrace, (spans) => {
        const line = writeOtlpLine({ traceId: 'ab'.repeat(16), resource: {}, spans }, { version: '1' });
        expect(totalsOf(parseOtlpLine(line).spans)).toEqual(totalsOf(spans));
      }),
      { numRuns: 100 },
    );
  });

  it('never takes a call without a price for free', () => {
    const totals = totalsOf(edited(CHAT, { 'patternbench.cost.usd': undefined }));
    expect(totals).toMatchObject({
      costUsd: null,
      pricedShare: 0.5,
      agents: { researcher: { costUsd: 0.25 }, writer: { costUsd: null } },
    });
  });

  it('counts calls without usage, which add neither tokens nor a price', () => {
    const without = {
      'gen_ai.usage.input_tokens': undefined,
      'gen_ai.usage.output_tokens': undefined,
      'patternbench.cost.usd': undefined,
    };
    const totals = totalsOf(edited(CHAT, { ...without, 'patternbench.usage.missing': true }));
    expect(totals).toMatchObject({ usageMissing: 1, inputTokens: 100, costUsd: 0.25, pricedShare: 0.5, llmCalls: 2 });
  });

  it('counts tokens of failed calls', () => {
    const failed = sampleTrace().map((span) =>
      span.path === CHAT ? { ...span, error: { type: 'malformed_response', message: '' } } : span,
    );
    expect(totalsOf(failed)).toMatchObject({ inputTokens: 300, costUsd: 0.75, llmCalls: 2 });
  });

  it('does not count what containers repeat: usage on agents, a call around a call', () => {
    const aggregate = edited('agent:writer#0', { 'gen_ai.usage.input_tokens': 999, 'patternbench.cost.usd': 9 });
    expect(totalsOf(aggregate)).toMatchObject({ inputTokens: 300, costUsd: 0.75 });
    const outer = { 'gen_ai.operation.name': 'chat', 'gen_ai.usage.input_tokens': 999 };
    expect(totalsOf(edited('agent:writer#0', outer))).toMatchObject({ inputTokens: 300, llmCalls: 2 });
  });

  it('counts no hand-off as a tool, and no agent behind a tool twice in parallelism', () => {
    expect(totalsOf(edited('agent:writer#0/tool:search#0', { 'gen_ai.tool.name': 'transfer_to_editor' }))).toMatchObject({
      toolCalls: 0,
      toolCallList: [],
    });
    const behindTool = [
      ...sampleTrace(),
      spanOf({
        path: 'x',
        parentPath: 'agent:writer#0/tool:search#0',
        startUs: 1_500_000,
        endUs: 1_700_000,
        attributes: { 'gen_ai.operation.name': 'chat' },
      }),
    ];
    expect(totalsOf(behindTool).parallelism).toBe(1);
  });

  it('lists whom routers chose, one or several', () => {
    const trace = edited('agent:researcher#0', { 'patternbench.route.choice': 'writer' });
    trace.push(
      spanOf({ path: 'route', startUs: 2_000_000, endUs: 2_000_000, attributes: { 'patternbench.route.choice': ['a', 'b'] } }),
    );
    expect(totalsOf(trace).routed).toEqual(['writer', 'a', 'b']);
  });

  it('has no parallelism for a trial that took no time', () => {
    expect(totalsOf([spanOf({ path: '', startUs: 0, endUs: 0 })])).toMatchObject({
      parallelism: null,
      costUsd: 0,
      pricedShare: 1,
      agents: {},
    });
  });
});
