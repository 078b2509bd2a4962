import type { ServerResponse } from 'node:http';
import { atOf } from '../fixtures/sse.ts';
import { type Clock, usOf } from '../kernel/clock.ts';
import { PatternbenchError } from '../kernel/errors.ts';

/** How an answer reached its client. */
export interface Delivered {
  readonly end: 'whole' | 'broken' | 'aborted';
  /** Of a stream that was given at once: when what came last was due. */
  readonly lastMs: number | undefined;
}

export interface Delivery {
  readonly response: Response;
  readonly reply: ServerResponse;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Called before the last piece goes out: its reader may ask the next thing before anything else is known here. */
  readonly onLast: () => void;
}

/** Of an answer, whole or streamed. */
const MOST_BYTES = 64 * 1024 * 1024;

// A client that learns of the break drops what it has not read yet: in a recording there was time to read it.
const READING_MS = 20;

// What an endpoint or a recording says beyond its answer, as far as clients use it. Cookies and names of organizations are none of it.
const PASSED =
  /^(content-type|x-request-id|retry-after|retry-after-ms|x-should-retry|x-simulated|openai-processing-ms|x-ratelimit-[a-z-]+|x-fixture-[a-z-]+)$/;

/** Writes an answer: piece by piece as it comes, each in a packet of its own. A body that breaks off breaks the connection. Never rejects. */
export async function deliver({ response, reply, headers, signal, clock, onLast }: Delivery): Promise<Delivered> {
  const passed = Object.fromEntries([...response.headers].filter(([name]) => PASSED.test(name)));
  const isStream = passed['content-type']?.startsWith('text/event-stream') === true;
  const reader = (response.body as ReadableStream<Uint8Array> | null)?.getReader();
  let lastMs: number | undefined;
  let isDone = false;
  // Whoever waits for a piece that nobody will take learns of it.
  const giveUp = () => void reader?.cancel(signal.reason).catch(() => {});
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    reply.writeHead(response.status, { ...passed, ...headers, ...(isStream ? { 'cache-control': 'no-cache' } : {}) });
    // Clients take the head of a stream as the sign that it has begun.
    if (isStream) reply.flushHeaders();
    for await (const { piece, isLast } of isStream ? eventsIn(reader) : piecesIn(reader)) {
      signal.throwIfAborted();
      if (isStream) lastMs = dueOf(piece) ?? lastMs;
      if (isLast) onLast();
      await sent(reply, piece, signal);
      isDone ||= isStream && isLast;
    }
    signal.throwIfAborted();
    onLast();
    await new Promise<void>((resolve) => void reply.end(() => resolve()).once('close', resolve));
    return { end: isDone || reply.writableFinished ? 'whole' : 'aborted', lastMs };
  } catch (error) {
    await reader?.cancel(error).catch(() => {});
    if (!signal.aborted) await clock.sleep(usOf(READING_MS), signal).catch(() => {});
    reply.destroy();
    return { end: isDone ? 'whole' : signal.aborted ? 'aborted' : 'broken', lastMs };
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

type Reader = ReadableStreamDefaultReader<Uint8Array> | undefined;

interface Piece {
  readonly piece: Uint8Array;
  /** Whether its reader has all that it waits for. */
  readonly isLast: boolean;
}

/** The events of a stream, each as soon as it is there. */
async function* eventsIn(reader: Reader): AsyncGenerator<Piece, void> {
  for await (const piece of read(reader)) yield { piece, isLast: endsStream(piece) };
}

/** The pieces of a body, one of them held back: that it was the last is known only at the end. */
async function* piecesIn(reader: Reader): AsyncGenerator<Piece, void> {
  let held: Uint8Array | undefined;
  try {
    for await (const piece of read(reader)) {
      if (held) yield { piece: held, isLast: false };
      held = piece;
    }
  } catch (error) {
    if (held) yield { piece: held, isLast: false };
    throw error;
  }
  if (held) yield { piece: held, isLast: true };
}

async function* read(reader: Reader): AsyncGenerator<Uint8Array, void> {
  let total = 0;
  for (;;) {
    const { value } = (await reader?.read()) ?? {};
    if (!value) return;
    total += value.length;
    if (total > MOST_BYTES) throw new PatternbenchError('malformed_response', `the answer exceeds ${MOST_BYTES} bytes`);
    yield value;
  }
}

/** Waits where the client is slower than the answer. */
async function sent(reply: ServerResponse, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  if (reply.write(bytes)) return;
  await new Promise<void>((resolve, reject) => {
    const over = () => {
      reply.off('drain', over);
      signal.removeEventListener('abort', over);
      if (signal.aborted) reject(signal.reason as Error);
      else resolve();
    };
    reply.once('drain', over);
    signal.addEventListener('abort', over, { once: true });
  });
}

const COLON = 58;
const decoder = new TextDecoder();

/** The time in the comment at the head of a piece, where there is one. */
function dueOf(piece: Uint8Array): number | undefined {
  if (piece[0] !== COLON) return undefined;
  const end = piece.indexOf(10);
  return end < 0 ? undefined : atOf(decoder.decode(piece.subarray(2, end)));
}

const DONE = Buffer.from('data: [DONE]\n\n');

/** Clients close the connection when they have read this; that is an end, no interruption. */
const endsStream = (piece: Uint8Array): boolean => DONE.equals(piece.subarray(-DONE.length));
