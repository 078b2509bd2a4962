import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { realClock } from '../../src/kernel/real-clock.ts';
import { deliver, type Delivered } from '../../src/proxy/deliver.ts';
import { DONE } from '../support/misbehaving-server.ts';

/** A server that delivers one answer; what came of it, and whether the end had been told of. */
async function delivering(response: () => Response) {
  let told = 0;
  const { promise, resolve } = Promise.withResolvers<Delivered>();
  const server = createServer((_request, reply) => {
    const gone = new AbortController();
    reply.once('close', () => gone.abort(new Error('gone')));
    void deliver({
      response: response(),
      reply,
      headers: { 'x-own': '1' },
      signal: gone.signal,
      clock: realClock(),
      onLast: () => told++,
    }).then(resolve);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    told: () => told,
    delivered: promise,
    [Symbol.dispose]: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A body in pieces; it stays open when `then` is `open`, and breaks off when it is `break`. */
const body = (pieces: readonly string[], then: 'end' | 'open' | 'break'): ReadableStream<Uint8Array<ArrayBuffer>> => {
  const rest = [...pieces];
  return new ReadableStream(
    {
      pull: (controller) => {
        const piece = rest.shift();
        if (piece !== undefined) return controller.enqueue(new TextEncoder().encode(piece));
        if (then === 'end') return controller.close();
        if (then === 'break') return controller.error(new TypeError('terminated'));
        return new Promise(() => {});
      },
    },
    { highWaterMark: 0 },
  );
};

const events = (pieces: readonly string[], then: 'end' | 'open' | 'break') => () =>
  new Response(body(pieces, then), {
    headers: { 'content-type': 'text/event-stream', 'set-cookie': 'a=b', 'x-fixture-id': 'k#0#0' },
  });

const EVENT = ': at 20\ndata: {"a":1}\n\n';

describe('the delivery of an answer', () => {
  it('is whole for a client that leaves when it has read [DONE], and was told of before that', async () => {
    using server = await delivering(events([EVENT, `: at 60\n${DONE}`], 'open'));
    const stop = new AbortController();
    const reader = (await fetch(server.url, { signal: stop.signal })).body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes(DONE)) text += (await reader.read()).value;
    expect(server.told()).toBe(1);
    stop.abort();
    expect(await server.delivered).toEqual({ end: 'whole', lastMs: 60 });
  });

  it('is aborted for one that leaves sooner, and says how far it came', async () => {
    using server = await delivering(events([EVENT, EVENT.replace('20', '30')], 'open'));
    const stop = new AbortController();
    const reader = (await fetch(server.url, { signal: stop.signal })).body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('at 30')) text += (await reader.read()).value;
    stop.abort();
    expect(await server.delivered).toEqual({ end: 'aborted', lastMs: 30 });
    expect(server.told()).toBe(0);
  });

  it('breaks off where its body does, after what came before', async () => {
    using server = await delivering(events([EVENT], 'break'));
    const reader = (await fetch(server.url)).body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toBe(EVENT);
    await expect(reader.read()).rejects.toThrow('terminated');
    expect(await server.delivered).toEqual({ end: 'broken', lastMs: 20 });
  });

  it('of a whole answer is told of before its last piece, with the headers that may be passed', async () => {
    using server = await delivering(
      () =>
        new Response(body(['{"a":', '1}'], 'end'), {
          status: 201,
          headers: { 'content-type': 'application/json', server: 'x', location: 'y' },
        }),
    );
    const reply = await fetch(server.url);
    expect([reply.status, await reply.json(), server.told() > 0]).toEqual([201, { a: 1 }, true]);
    expect(['x-own', 'server', 'location'].map((name) => reply.headers.get(name))).toEqual(['1', null, null]);
    expect((await server.delivered).end).toBe('whole');
  });
});
