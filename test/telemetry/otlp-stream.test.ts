import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { parseOtlpLine } from '../../src/telemetry/otlp-parse.ts';
import { openSpanStream } from '../../src/telemetry/otlp-stream.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
import { playLive } from './play-live.ts';
import { sampleTrace } from './random-trace.ts';

async function collector(answer: (response: ServerResponse, count: number) => void) {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then(
      (body) => answer(response, bodies.push(body)),
      () => undefined,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const ok = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
const traceOf = (i: number) => ({
  traceId: `${'d'.repeat(28)}${i.toString(16).padStart(4, '0')}`,
  resource: {},
  spans: sampleTrace(),
});
const START_MS = 1_800_000_000_000;
const open = async (url: string) => {
  const stream = await openSpanStream({ url, salt: 's', version: '0' });
  const begin = (i: number) => stream.open({ ...traceOf(i), startMs: START_MS, clean: (span) => span });
  return {
    ...stream,
    begin,
    /** A whole trial, as the run hands it in. */
    add: async (i: number) => {
      await stream.room();
      for (const _ of playLive(sampleTrace(), begin(i)));
    },
  };
};
const idsIn = (body: string) =>
  [...body.matchAll(/"traceId":"(\w+)","spanId":"(\w+)"/g)].map(([, trace, span]) => `${trace}${span}`);

describe('a stream of spans', () => {
  it('sends each span when it ends, while its trial goes on', async () => {
    let arrival = Promise.withResolvers<string[]>();
    const seen: string[] = [];
    await using server = await collector((response) => {
      ok(response);
      seen.push(...idsIn(server.bodies.at(-1)!));
      arrival.resolve(seen);
    });
    const stream = await open(server.url);
    let ended = 0;
    for (const span of playLive(sampleTrace(), stream.begin(1))) {
      if (span.parentPath === null) break;
      while (seen.length <= ended) {
        await arrival.promise;
        arrival = Promise.withResolvers();
      }
      expect(new Set(seen).size).toBe(++ended);
    }
    expect(ended).toBe(5);
    const { exported, rejected, traces } = await stream.close();
    // Its root never came, so nobody is told to look at it.
    expect({ exported, rejected, traces }).toEqual({ exported: 5, rejected: 0, traces: [] });
  });

  it('delivers a trial whole and sound', async () => {
    await using server = await collector((response) => ok(response));
    const stream = await open(server.url);
    await stream.add(1);
    const result = await stream.close();
    const resourceSpans = server.bodies.flatMap((body) => (JSON.parse(body) as { resourceSpans: object[] }).resourceSpans);
    const arrived = parseOtlpLine(JSON.stringify({ resourceSpans }));
    expect(result).toMatchObject({
      ended: 6,
      exported: 6,
      rejected: 0,
      traces: [{ traceId: traceOf(1).traceId, exportedId: arrived.traceId }],
    });
    expect(checkTrace(arrived.spans)).toEqual([]);
    expect(arrived.spans).toHaveLength(6);
    const own = new Map(sampleTrace().map((span) => [span.path, span]));
    for (const span of arrived.spans) {
      const { name, kind, parentPath, attributes } = own.get(span.path)!;
      expect(span).toMatchObject({ name, kind, parentPath, attributes });
    }
  });

  it('loses nothing of a burst of 50,000 spans, and holds the run back when the collector is behind', async () => {
    const ids = new Set<string>();
    let count = 0;
    await using server = await collector((response) => {
      for (const id of idsIn(server.bodies.at(-1)!)) {
        ids.add(id);
        count++;
      }
      ok(response);
    });
    const stream = await open(server.url);
    // 50,004 spans.
    for (let i = 0; i < 8334; i++) {
      await stream.add(i);
      if (i === 1000) expect(count).toBeGreaterThan(1000);
    }
    const { ended, exported, rejected, traces } = await stream.close();
    expect({ ended, exported, rejected, traces: traces.length, count, ids: ids.size }).toEqual({
      ended: 50_004,
      exported: 50_004,
      rejected: 0,
      traces: 8334,
      count: 50_004,
      ids: 50_004,
    });
  });

  it.concurrent.each([
    ['refuses', (response: ServerResponse) => void response.writeHead(400).end(), 2000],
    ['is unavailable', (response: ServerResponse) => void response.writeHead(503).end(), 8000],
    ['asks for minutes', (response: ServerResponse) => void response.writeHead(429, { 'retry-after': '120' }).end(), 8000],
    ['hangs', () => undefined, 8000],
  ])('accounts for every span with a reason when the collector %s, and lets the run go on', async (_, answer, boundMs) => {
    await using server = await collector(answer);
    const begin = performance.now();
    const stream = await open(server.url);
    for (let i = 0; i < 1000; i++) await stream.add(i);
    const result = await stream.close();
    expect(result).toMatchObject({ ended: 6000, exported: 0, rejected: 6000, traces: [] });
    expect(result.notice).toMatch(
      /^traces were not sent to http:\/\/127\.0\.0\.1:\d+ \(.+\): 6000 of 6000 spans are missing there$/,
    );
    // Three batches, and what the exporter tries again within the time of one.
    expect(server.bodies.length).toBeLessThanOrEqual(12);
    expect(performance.now() - begin).toBeLessThan(boundMs);
  });

  it('waits as long as a busy collector asks, if that is short, and loses nothing', async () => {
    await using server = await collector((response, count) =>
      count === 1 ? void response.writeHead(429, { 'retry-after': '1' }).end() : void ok(response),
    );
    const stream = await open(server.url);
    for (let i = 0; i < 100; i++) await stream.add(i);
    expect(await stream.close()).toMatchObject({ ended: 600, exported: 600, rejected: 0 });
  });

  it('sends again what a collector did not answer for, and loses nothing', async () => {
    await using server = await collector((response, count) => (count === 1 ? undefined : void ok(response)));
    const stream = await open(server.url);
    for (let i = 0; i < 100; i++) await stream.add(i);
    expect(await stream.close()).toMatchObject({ ended: 600, exported: 600, rejected: 0 });
  });

  it('tells which trials arrived whole when a collector fails in between', async () => {
    await using server = await collector((response, count) =>
      count === 2 ? void response.writeHead(400).end() : void ok(response),
    );
    const stream = await open(server.url);
    for (let i = 0; i < 300; i++) await stream.add(i);
    const { ended, exported, rejected, traces } = await stream.close();
    expect(exported + rejected).toBe(ended);
    expect(rejected).toBeGreaterThan(0);
    expect(exported).toBeGreaterThan(0);
    expect(traces.length * 6).toBeLessThanOrEqual(exported);
  });

  it('costs nothing where nobody listens', async () => {
    const stream = await open('http://127.0.0.1:9');
    await stream.add(1);
    expect(await stream.close()).toMatchObject({
      ended: 6,
      exported: 0,
      rejected: 6,
      notice: expect.stringMatching(/nothing listens there|ECONNREFUSED/) as string,
    });
  });
});
