import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { OtlpTrace } from '../../src/telemetry/otlp-json.ts';
import { parseOtlpLine } from '../../src/telemetry/otlp-parse.ts';
import { type PushRequest, pushSpans } from '../../src/telemetry/otlp-push.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
import { sampleTrace } from './random-trace.ts';

interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly startTimeUnixNano: string;
}
interface Sent {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[] }[];
}

/** A collector on loopback that answers as it is told and keeps what it got. */
async function collector(answer: (response: ServerResponse, request: IncomingMessage) => void) {
  const bodies: string[] = [];
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url ?? '');
    void text(request).then(
      (body) => {
        bodies.push(body);
        answer(response, request);
      },
      () => undefined,
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { url, bodies, paths, close, [Symbol.asyncDispose]: close };
}

const ok = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
const traces = (count: number): OtlpTrace[] =>
  Array.from({ length: count }, (_, i) => ({
    traceId: `${'c'.repeat(28)}${i.toString(16).padStart(4, '0')}`,
    resource: { 'patternbench.run.id': 'run-1' },
    spans: sampleTrace(),
  }));
const push = async (url: string, extra: Partial<PushRequest> = {}) => {
  const begin = performance.now();
  const result = await pushSpans({
    url,
    traces: traces(1),
    rebaseToEpochMs: 1_800_000_000_000,
    salt: 'x',
    version: '0.1.0',
    ...extra,
  });
  return { ...result, tookMs: performance.now() - begin };
};
const spansIn = (body: string) =>
  (JSON.parse(body) as Sent).resourceSpans.flatMap((resource) => resource.scopeSpans.flatMap((scope) => scope.spans));

describe.concurrent('pushSpans', () => {
  it('delivers a trace that is whole, sound and marked as another one', async () => {
    await using server = await collector(ok);
    const { tookMs: _, ...result } = await push(server.url);
    expect(server.paths).toEqual(['/v1/traces']);
    expect(result).toEqual({
      exported: 6,
      rejected: 0,
      traces: [{ traceId: traces(1)[0]!.traceId, exportedId: expect.stringMatching(/^[0-9a-f]{32}$/) as string }],
    });
    const arrived = parseOtlpLine(server.bodies[0]!);
    expect(arrived.traceId).toBe(result.traces[0]!.exportedId);
    expect(checkTrace(arrived.spans)).toEqual([]);
    const byPath = new Map(arrived.spans.map((span) => [span.path, span]));
    for (const span of sampleTrace()) {
      const { endUs: _end, startUs: _start, parentPath, name, kind, after, attributes } = span;
      expect(byPath.get(span.path)).toMatchObject({ parentPath, name, kind, after, attributes });
      for (const before of after) expect(byPath.get(before)!.endUs).toBeLessThan(byPath.get(span.path)!.startUs);
    }
    const services = (JSON.parse(server.bodies[0]!) as { resourceSpans: { resource: { attributes: unknown[] } }[] })
      .resourceSpans;
    expect(services).toHaveLength(3);
  });

  it('sends the same bytes for the same request', async () => {
    await using server = await collector(ok);
    await push(server.url);
    await push(server.url);
    expect(server.bodies[0]).toBe(server.bodies[1]);
  });

  it('sends many spans in order, at most 512 at a time, and loses none', async () => {
    await using server = await collector(ok);
    const result = await push(server.url, { traces: traces(300) });
    expect(result).toMatchObject({ exported: 1800, rejected: 0 });
    expect(result.traces).toHaveLength(300);
    const sizes = server.bodies.map((body) => spansIn(body).length);
    expect(sizes).toEqual([512, 512, 512, 264]);
    const ids = server.bodies.flatMap((body) => spansIn(body).map((span) => span.traceId + span.spanId));
    expect(new Set(ids).size).toBe(1800);
  });

  it('says in one line what a refusing collector did not take, and stops at the first refusal', async () => {
    let requests = 0;
    await using server = await collector((response) =>
      ++requests === 1 ? ok(response) : response.writeHead(400).end('no\nthanks'),
    );
    const result = await push(server.url, { traces: traces(300) });
    expect(result).toMatchObject({ exported: 512, rejected: 1288 });
    expect(result.traces).toHaveLength(85);
    expect(result.notice).toContain('1288 of 1800 spans');
    expect(result.notice).not.toContain('\n');
    expect(requests).toBe(2);
    expect(result.tookMs).toBeLessThan(2000);
  });

  it('loses nothing of a burst of 50,000 spans', async () => {
    const ids = new Set<string>();
    let count = 0;
    await using server = await collector((response) => {
      // Bodies are let go at once: what counts is which spans came, and that each came once.
      for (const span of spansIn(server.bodies.shift()!)) {
        ids.add(span.traceId + span.spanId);
        count++;
      }
      ok(response);
    });
    const many = traces(8334);
    const result = await push(server.url, { traces: many });
    expect(result).toMatchObject({ exported: 50_004, rejected: 0 });
    expect([count, ids.size]).toEqual([50_004, 50_004]);
  });

  it('waits as long as a busy collector asks, if that is short, and then delivers', async () => {
    let requests = 0;
    await using server = await collector((response) =>
      ++requests === 1 ? response.writeHead(429, { 'retry-after': '1' }).end() : ok(response),
    );
    const result = await push(server.url);
    expect(result).toMatchObject({ exported: 6, rejected: 0 });
    expect([requests, new Set(server.bodies).size]).toEqual([2, 1]);
    expect(result.tookMs).toBeLessThan(2400);
  });

  it('does not wait for a collector that asks for minutes', async () => {
    await using server = await collector((response) => response.writeHead(429, { 'retry-after': '120' }).end());
    const result = await push(server.url);
    expect(result).toMatchObject({ exported: 0, rejected: 6, notice: expect.stringContaining('6 of 6') as string });
    expect(result.tookMs).toBeLessThan(2400);
  });

  it('accounts for every span, whatever the collector does', async () => {
    for (const status of [200, 400, 404, 413, 500]) {
      await using server = await collector((response) => response.writeHead(status).end());
      const { exported, rejected, notice } = await push(server.url, { traces: traces(100) });
      expect(exported + rejected).toBe(600);
      expect(notice === undefined).toBe(rejected === 0);
    }
  });

  it('gives up on a collector that stays unavailable', async () => {
    await using server = await collector((response) => response.writeHead(503).end());
    const result = await push(server.url);
    expect(result).toMatchObject({ exported: 0, rejected: 6, traces: [] });
    expect(result.tookMs).toBeLessThan(2400);
  });

  it('gives up on a collector that never answers', async () => {
    await using server = await collector(() => undefined);
    const result = await push(server.url);
    expect(result).toMatchObject({ exported: 0, rejected: 6, traces: [] });
    expect(result.notice).toMatch(/^traces were not sent to http:\/\/127\.0\.0\.1:\d+ \(.+\): 6 of 6 spans are missing there$/);
    expect(result.tookMs).toBeLessThan(2400);
  });

  it('costs next to nothing when nobody listens', async () => {
    const server = await collector(ok);
    await server.close();
    const result = await push(server.url);
    expect(result).toMatchObject({ exported: 0, rejected: 6, traces: [] });
    expect(result.notice).toContain('nothing listens there');
    expect(result.tookMs).toBeLessThan(1000);
  });

  it.each(['not a url', 'ftp://127.0.0.1', 'http://127.0.0.1:1'])('returns a notice instead of throwing: %s', async (url) => {
    expect(await push(url)).toMatchObject({
      exported: 0,
      rejected: 6,
      notice: expect.stringContaining('traces were not sent') as string,
    });
  });

  it('does not repeat the secrets of an address', async () => {
    const result = await push('http://user:hunter2@127.0.0.1:1/v1/traces?token=hunter2');
    expect(result.notice).not.toContain('hunter2');
  });

  it('sends nothing of a broken trace, and says so', async () => {
    await using server = await collector(ok);
    const broken = { ...traces(1)[0]!, spans: sampleTrace().slice(1) };
    expect(await push(server.url, { traces: [broken] })).toMatchObject({
      exported: 0,
      notice: expect.stringContaining('root span') as string,
    });
  });

  it('stops when it is cancelled', async () => {
    const cancel = new AbortController();
    await using server = await collector(() => cancel.abort(new Error('cancelled by the user')));
    const result = await push(server.url, { signal: cancel.signal });
    expect(result).toMatchObject({ exported: 0, notice: expect.stringContaining('cancelled by the user') as string });
    expect(result.tookMs).toBeLessThan(1400);
    expect(await push(server.url, { signal: cancel.signal })).toMatchObject({ exported: 0 });
  });
});
