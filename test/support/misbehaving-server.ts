import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { usOf } from '../../src/kernel/clock.ts';
import { realClock } from '../../src/kernel/real-clock.ts';

const clock = realClock();

/** Real milliseconds: this server is about sockets and their timing. Keep them few. */
export const pause = (ms: number): Promise<void> => clock.sleep(usOf(ms));

export interface Asked {
  /** `/v1/chat/completions` and the like. */
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: IncomingHttpHeaders;
  /** From 0. */
  readonly n: number;
}

export type Behaviour = (reply: ServerResponse, asked: Asked) => void | Promise<void>;

export interface MisbehavingServer extends AsyncDisposable {
  /** Up to and including `/v1`. */
  readonly baseURL: string;
  readonly asked: Asked[];
  /** Requests whose client went away before the answer was complete. */
  readonly abandoned: () => number;
}

/** A server on loopback that answers as the test says, badly on purpose. */
export async function misbehavingServer(behave: Behaviour): Promise<MisbehavingServer> {
  const asked: Asked[] = [];
  let abandoned = 0;
  const server = createServer((request, reply) => {
    const pieces: Buffer[] = [];
    reply.on('close', () => void (abandoned += Number(!reply.writableFinished)));
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(pieces).toString()) as Asked['body'];
      const one = { path: request.url ?? '', body, headers: request.headers, n: asked.length };
      asked.push(one);
      Promise.resolve(behave(reply, one)).catch(() => reply.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    abandoned: () => abandoned,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const sse = (data: unknown, event?: string): string =>
  `${event === undefined ? '' : `event: ${event}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;

export const DONE = sse('[DONE]');

/** A chunk of a chat completion as OpenAI writes it. */
export const chunk = (delta: object, finish: string | null = null, more: object = {}) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1_790_000_000,
  model: 'gpt-4o-2024-08-06',
  system_fingerprint: 'fp_1',
  choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
  ...more,
});

export const USAGE = { prompt_tokens: 20, completion_tokens: 5, total_tokens: 25, prompt_tokens_details: { cached_tokens: 4 } };

/** The chunk that tells the usage; its list of choices is empty. */
export const usageChunk = () => chunk({}, null, { choices: [], usage: USAGE });

/** Chunks of an answer in these words; with usage if the request asks for it, as OpenAI does. */
export function chunksFor({ body }: Asked, words: readonly string[]): object[] {
  const asksUsage = (body['stream_options'] as { include_usage?: boolean } | undefined)?.include_usage === true;
  const chunks = [
    chunk({ role: 'assistant', content: '', refusal: null }),
    ...words.map((content) => chunk({ content })),
    chunk({}, 'stop'),
  ];
  return asksUsage ? [...chunks.map((each) => ({ ...each, usage: null })), usageChunk()] : chunks;
}

export interface Streaming {
  readonly gapMs?: number;
  /** What comes after the last piece: the end (default), a reset of the connection, or nothing at all. */
  readonly after?: 'end' | 'reset' | 'silence';
}

/** Sends pieces of a stream, each in a packet of its own. */
export async function stream(
  reply: ServerResponse,
  pieces: readonly string[],
  { gapMs = 0, after = 'end' }: Streaming = {},
): Promise<void> {
  reply.writeHead(200, { 'content-type': 'text/event-stream', 'x-request-id': 'req_1', 'set-cookie': 'session=1' });
  for (const [i, piece] of pieces.entries()) {
    if (i > 0 && gapMs > 0) await pause(gapMs);
    if (reply.destroyed) return;
    await new Promise<void>((resolve) => reply.write(piece, () => resolve()));
  }
  if (after === 'end') reply.end();
  if (after === 'reset') {
    // Not in the same packet as the last piece, or the client would not see that one.
    await pause(2);
    reply.socket?.resetAndDestroy();
  }
}

/** An answer of any kind in one piece. */
export const say = (reply: ServerResponse, status: number, text: string, headers: Readonly<Record<string, string>>): void =>
  void reply.writeHead(status, headers).end(text);

/** JSON, gzipped. */
export const sayGzipped = (reply: ServerResponse, body: unknown): void =>
  void reply
    .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
    .end(gzipSync(JSON.stringify(body)));
