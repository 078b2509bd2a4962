import { describe, expect, it } from 'vitest';
import { type Metric, metricsCollector } from '../../src/telemetry/metrics.ts';
import { sampleTrace } from './random-trace.ts';

const collected = (...traces: ReturnType<typeof sampleTrace>[]): Metric[] => {
  const collector = metricsCollector();
  for (const trace of traces) collector.add(trace);
  return collector.metrics();
};
const named = (metrics: readonly Metric[], name: string) => metrics.find((metric) => metric.name === name)!;

describe('metrics from spans', () => {
  const metrics = collected(sampleTrace());

  it('have the names, units and buckets of the conventions', () => {
    const duration = named(metrics, 'gen_ai.client.operation.duration');
    expect(duration).toMatchObject({
      kind: 'histogram',
      unit: 's',
      bounds: [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
    });
    expect(duration.series).toHaveLength(1);
    // 1.5 s and 1 s.
    expect(duration.series[0]).toMatchObject({
      count: 2,
      sum: 2.5,
      min: 1,
      max: 1.5,
      counts: [0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0],
    });
    expect(duration.series[0]!.labels).toEqual({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o',
    });
    const tokens = named(metrics, 'gen_ai.client.token.usage');
    expect(tokens).toMatchObject({ unit: '{token}' });
    expect((tokens as { bounds?: number[] }).bounds).toEqual([
      1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864,
    ]);
    expect(tokens.series.map(({ labels, ...rest }) => [labels['gen_ai.token.type'], 'sum' in rest ? rest.sum : 0])).toEqual([
      ['input', 300],
      ['output', 80],
    ]);
    expect(named(metrics, 'gen_ai.workflow.duration').series).toMatchObject([
      { count: 1, sum: 2.7, labels: { 'gen_ai.workflow.name': 'sequential' } },
    ]);
  });

  it('count tasks by how they ended, their time, and how many ran at a time', () => {
    const failing = sampleTrace().map((span) =>
      span.path === 'agent:writer#0' ? { ...span, startUs: 1_000_000, error: { type: 'timeout', message: '' } } : span,
    );
    const both = collected(sampleTrace(), failing);
    expect(
      named(both, 'orchestration.tasks.total').series.map(({ labels, ...rest }) => [
        labels['gen_ai.agent.name'],
        labels['status'],
        rest,
      ]),
    ).toEqual([
      ['researcher', 'completed', { value: 2 }],
      ['writer', 'completed', { value: 1 }],
      ['writer', 'failed', { value: 1 }],
    ]);
    expect(named(both, 'orchestration.tasks.duration').series[0]).toMatchObject({ count: 2, sum: 3 });
    // One after the other in the first trace, overlapping in the second.
    expect(named(metrics, 'orchestration.tasks.active').series).toMatchObject([{ value: 1 }]);
    expect(named(both, 'orchestration.tasks.active').series).toMatchObject([{ value: 2 }]);
  });

  it('label a failed call, and leave a call without usage out of the tokens', () => {
    const trace = sampleTrace().map((span) => {
      if (!span.path.startsWith('agent:writer#0/model')) return span;
      const { 'gen_ai.usage.input_tokens': _in, 'gen_ai.usage.output_tokens': _out, ...attributes } = span.attributes;
      return { ...span, attributes, error: { type: 'model_error', message: '' } };
    });
    const failed = collected(trace);
    expect(named(failed, 'gen_ai.client.operation.duration').series.map(({ labels }) => labels['error.type'])).toEqual([
      'model_error',
      undefined,
    ]);
    expect(named(failed, 'gen_ai.client.token.usage').series.map((one) => ('count' in one ? one.count : 0))).toEqual([1, 1]);
  });

  it('are the same bytes in whatever order trials come', () => {
    const slow = sampleTrace().map((span) => ({ ...span, endUs: Math.round(span.endUs * 1.1) }));
    expect(JSON.stringify(collected(slow, sampleTrace()))).toBe(JSON.stringify(collected(sampleTrace(), slow)));
  });

  it('are none of nothing', () => expect(collected()).toEqual([]));
});
