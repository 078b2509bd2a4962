import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { journeyProject, type JourneyProject } from '../support/journey.ts';

interface Otlp {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly { readonly traceId: string }[] }[];
  }[];
}

const spansOf = (text: string) =>
  (JSON.parse(text) as Otlp).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));

const RUN = ['run', '-s', 'starter', '--quiet'];

let project: JourneyProject;
let plain: Awaited<ReturnType<JourneyProject['type']>>;
let written: readonly { readonly traceId: string }[];
beforeAll(async () => {
  project = await journeyProject('starter');
  plain = await project.type(RUN);
  const lines = (await project.read('reports', (await project.runs())[0]!, 'spans.jsonl')).trimEnd().split('\n');
  // The first line is the plan.
  written = lines.slice(1).flatMap(spansOf);
});
afterAll(() => project[Symbol.asyncDispose]());

describe('somebody who sends the traces to a collector', () => {
  it('where none listens, loses a moment and gets one line', async () => {
    const told = await project.type([...RUN, '--otlp', 'http://127.0.0.1:9']);
    expect(told).toMatchObject({ code: 0, out: plain.out, stack: false });
    expect(told.err).toMatch(/^traces were not sent to http:\/\/127\.0\.0\.1:9 \(.*\): \d+ of \d+ spans are missing there\n$/);
    expect(told.ms - plain.ms).toBeLessThan(2000);
  });

  it('finds every span of every trial there, and the metrics where they are asked for', async () => {
    const received: { readonly traceId: string }[] = [];
    const metrics: string[] = [];
    const server = createServer((request, reply) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (request.url === '/v1/metrics') metrics.push(Buffer.concat(chunks).toString());
        if (request.url === '/v1/traces') received.push(...spansOf(Buffer.concat(chunks).toString()));
        reply.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const told = await project.type(RUN, {
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: url },
      });
      expect(told).toMatchObject({ code: 0, out: plain.out });
      expect(told.err.split('\n')[0]).toBe(`${written.length} spans sent to ${url}`);
      expect(told.err).toMatch(/^in Jaeger: http:\/\/127\.0\.0\.1:16686\/search\?/m);
    } finally {
      server.close();
      server.closeAllConnections();
    }
    expect(received).toHaveLength(written.length);
    expect(metrics).toHaveLength(1);
    expect(metrics[0]).toContain('"orchestration.tasks.total"');
    const traces = (spans: typeof received | typeof written) => new Set(spans.map(({ traceId }) => traceId)).size;
    expect(traces(written)).toBeGreaterThan(100);
    expect(traces(received)).toBe(traces(written));
  });
});
