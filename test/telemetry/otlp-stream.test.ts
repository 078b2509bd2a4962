import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { parseOtlpLine } from '../../src/telemetry/otlp-parse.ts';
import { openSpanStream } from '../../src/telemetry/otlp-stream.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
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
const END_MS = 1_800_000_000_000;
const open = (url: string) => openSpanStream({ url, salt: 's', version: '0' });
const idsIn = (body: string) =>
  [...body.matchAll(/"traceId":"(\w+)","spanId":"(\w+)"/g)].map(([, trace, span]) => `${trace}${span}`);

describe('a stream of spans', () => {
  it('sends a trial when it ends, whole and sound, before the run is over', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    await using server = await collector((response) => {
      ok(response);
      resolve(server.bodies[0]!);
    });
    const stream = await open(server.url);
    await stream.add(traceOf(1), END_MS);
    const arrived = parseOtlpLine(await promise);
    expect(checkTrace(arrived.spans)).toEqual([]);
    expect(arrived.spans.map(({ path }) => path).sort()).toEqual(
      sampleTrace()
        .map(({ path }) => path)
        .sort(),
    );
    const own = new Map(sampleTrace().map((span) => [span.path, span]));
    for (const span of arrived.spans) {
      const { name, kind, parentPath, attributes } = own.get(span.path)!;
      expect(span).toMatchObject({ name, kind, parentPath, attributes });
    }
    expect(await stream.close()).toMatchObject({
      ended: 6,
      exported: 6,
      rejected: 0,
      traces: [{ traceId: traceOf(1).traceId, exportedId: arrived.traceId }],
    });
  });

  it('loses nothing of many trials at once, and holds the run back when the collector is behind', async () => {
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
    for (let i = 0; i < 2000; i++) {
      await stream.add(traceOf(i), END_MS);
      if (i === 1000) expect(count).toBeGreaterThan(1000);
    }
    const { ended, exported, rejected, traces } = await stream.close();
    expect({ ended, exported, rejected, traces: traces.length, count, ids: ids.size }).toEqual({
      ended: 12_000,
      exported: 12_000,
      rejected: 0,
      traces: 2000,
      count: 12_000,
      ids: 12_000,
    });
  });

  it.each([
    ['refuses', (response: ServerResponse) => void response.writeHead(400).end(), 2000],
    ['hangs', () => undefined, 8000],
  ])('accounts for every span with a reason when the collector %s, and lets the run go on', async (_, answer, boundMs) => {
    await using server = await collector(answer);
    const begin = performance.now();
    const stream = await open(server.url);
    for (let i = 0; i < 1000; i++) await stream.add(traceOf(i), END_MS);
    const result = await stream.close();
    expect(result).toMatchObject({ ended: 6000, exported: 0, rejected: 6000, traces: [] });
    expect(result.notice).toMatch(
      /^traces were not sent to http:\/\/127\.0\.0\.1:\d+ \(.+\): 6000 of 6000 spans are missing there$/,
    );
    expect(server.bodies.length).toBeLessThanOrEqual(6);
    expect(performance.now() - begin).toBeLessThan(boundMs);
  });

  it('tells which trials arrived whole when a collector fails in between', async () => {
    await using server = await collector((response, count) =>
      count === 2 ? void response.writeHead(400).end() : void ok(response),
    );
    const stream = await open(server.url);
    for (let i = 0; i < 300; i++) await stream.add(traceOf(i), END_MS);
    const { ended, exported, rejected, traces } = await stream.close();
    expect(exported + rejected).toBe(ended);
    expect(rejected).toBeGreaterThan(0);
    expect(exported).toBeGreaterThan(0);
    expect(traces.length * 6).toBeLessThanOrEqual(exported);
  });

  it('costs nothing where nobody listens', async () => {
    const stream = await open('http://127.0.0.1:9');
    await stream.add(traceOf(1), END_MS);
    expect(await stream.close()).toMatchObject({
      ended: 6,
      exported: 0,
      rejected: 6,
      notice: expect.stringMatching(/nothing listens there|ECONNREFUSED/) as string,
    });
  });
});
