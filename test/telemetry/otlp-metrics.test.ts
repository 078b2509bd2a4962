import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { metricsCollector } from '../../src/telemetry/metrics.ts';
import { pushMetrics } from '../../src/telemetry/otlp-metrics.ts';
import { sampleTrace } from './random-trace.ts';

async function collector(answer: (response: ServerResponse, count: number) => void) {
  const asked: { readonly path: string; readonly type: string | undefined; readonly body: string }[] = [];
  const server = createServer((request, response) => {
    void text(request).then(
      (body) => answer(response, asked.push({ path: request.url ?? '', type: request.headers['content-type'], body })),
      () => undefined,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const ok = (response: ServerResponse) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
const metrics = () => {
  const own = metricsCollector();
  own.add(sampleTrace());
  return own.metrics();
};
const push = async (url: string) => {
  const begin = performance.now();
  const told = await pushMetrics({ url, metrics: metrics(), runId: 'run-1', atMs: 1_800_000_000_000, version: '0' });
  return { ...told, tookMs: performance.now() - begin };
};

interface Body {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: readonly object[] };
    readonly scopeMetrics: readonly { readonly metrics: readonly { readonly name: string; readonly unit: string }[] }[];
  }[];
}

describe.concurrent('OBS2: metrics that are sent', () => {
  it('arrive as OTLP JSON, with names, units, buckets and labels', async () => {
    await using server = await collector(ok);
    const { sent } = await push(server.url);
    const [{ path, type, body }] = server.asked as [(typeof server.asked)[number]];
    expect([path, type]).toEqual(['/v1/metrics', 'application/json']);
    const [resourceMetrics] = (JSON.parse(body) as Body).resourceMetrics;
    expect(resourceMetrics!.resource.attributes).toEqual([
      { key: 'patternbench.run.id', value: { stringValue: 'run-1' } },
      { key: 'service.name', value: { stringValue: 'patternbench' } },
    ]);
    const written = resourceMetrics!.scopeMetrics[0]!.metrics;
    expect(written.map(({ name, unit }) => [name, unit])).toEqual([
      ['gen_ai.client.operation.duration', 's'],
      ['gen_ai.client.token.usage', '{token}'],
      ['gen_ai.workflow.duration', 's'],
      ['orchestration.tasks.duration', 's'],
      ['orchestration.tasks.total', '{task}'],
      ['orchestration.tasks.active', '{task}'],
    ]);
    const time = { startTimeUnixNano: '1800000000000000000', timeUnixNano: '1800000000000000000' };
    expect(written[0]).toMatchObject({
      histogram: {
        aggregationTemporality: 2,
        dataPoints: [
          {
            ...time,
            count: '2',
            sum: 2.5,
            min: 1,
            max: 1.5,
            bucketCounts: ['0', '0', '0', '0', '0', '0', '0', '1', '1', '0', '0', '0', '0', '0', '0'],
          },
        ],
      },
    });
    const task = (agent: string) => [
      { key: 'gen_ai.agent.name', value: { stringValue: agent } },
      { key: 'patternbench.pattern.name', value: { stringValue: 'sequential' } },
      { key: 'status', value: { stringValue: 'completed' } },
    ];
    expect(written[4]).toMatchObject({
      sum: {
        aggregationTemporality: 2,
        isMonotonic: true,
        dataPoints: [
          { ...time, asInt: '1', attributes: task('researcher') },
          { ...time, asInt: '1', attributes: task('writer') },
        ],
      },
    });
    expect(written[5]).toMatchObject({ gauge: { dataPoints: [{ ...time, asInt: '1' }] } });
    expect(sent).toBe(1 + 2 + 1 + 2 + 2 + 1);
  });

  it('go to the full address where that is given', async () => {
    await using server = await collector(ok);
    await push(`${server.url}/api/v1/otlp/v1/metrics`);
    expect(server.asked[0]!.path).toBe('/api/v1/otlp/v1/metrics');
  });

  it('are sent once more to a collector that is busy for a moment', async () => {
    await using server = await collector((response, count) =>
      count === 1 ? void response.writeHead(429, { 'retry-after': '0' }).end() : ok(response),
    );
    expect(await push(server.url)).toMatchObject({ sent: 9 });
    expect(server.asked).toHaveLength(2);
  });

  it.each([
    ['refuses', (response: ServerResponse) => void response.writeHead(404).end(), 'it answered 404'],
    ['stays unavailable', (response: ServerResponse) => void response.writeHead(503).end(), 'it answered 503'],
    [
      'asks for minutes',
      (response: ServerResponse) => void response.writeHead(429, { 'retry-after': '99' }).end(),
      'it answered 429',
    ],
    ['hangs', () => undefined, 'no answer within 1600 ms'],
    [
      'leads elsewhere',
      (response: ServerResponse) => void response.writeHead(307, { location: 'http://127.0.0.1:9/' }).end(),
      '',
    ],
  ])('cost little where the collector %s, and say so in a line', async (_, answer, reason) => {
    await using server = await collector(answer);
    const { sent, notice, tookMs } = await push(server.url);
    expect(sent).toBe(0);
    expect(notice).toMatch(/^metrics were not sent to http:\/\/127\.0\.0\.1:\d+ \(.+\)$/);
    expect(notice).toContain(reason);
    expect(tookMs).toBeLessThan(2_500);
  });

  it.each(['http://127.0.0.1:9', 'not a url', 'ftp://127.0.0.1'])('never throw: %s', async (url) => {
    expect(await push(url)).toMatchObject({ sent: 0, notice: expect.stringContaining('metrics were not sent') as string });
  });
});
