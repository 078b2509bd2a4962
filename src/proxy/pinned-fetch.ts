import { lookup } from 'node:dns';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Fetch } from '../fixtures/recorder.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import { mayConnect, type UpstreamAddress } from './upstream-address.ts';

export interface PinnedOptions {
  readonly address: UpstreamAddress;
  /** How names are resolved; the system's way unless a test says otherwise. */
  readonly resolve?: LookupFunction;
}

/**
 * A `fetch` for one endpoint only. The address that its name resolves to is judged when it is connected to, in one step, so that nobody can
 * answer one look-up for the check and another one for the connection. A redirect is passed on as it is and never followed. Bodies are text.
 * Throws `network_blocked` for another origin and for an address that the endpoint must not have.
 */
export function pinnedFetch({ address, resolve = lookup }: PinnedOptions): Fetch {
  const send = address.url.protocol === 'https:' ? httpsRequest : httpRequest;
  const judged: LookupFunction = (name, options, callback) => {
    resolve(name, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '', 0);
      const all = typeof found === 'string' ? [{ address: found, family: 0 }] : found;
      const bad = all.find((each) => !mayConnect(each.address, address));
      if (bad || all.length === 0) return callback(blocked(`${name} leads to ${bad?.address ?? 'nowhere'}`), '', 0);
      if (options.all) return callback(null, all);
      callback(null, all[0]!.address, all[0]!.family);
    });
  };
  return async (input, init) => {
    if (input instanceof Request) throw blocked('it takes addresses, no Request objects');
    const url = new URL(input);
    if (url.origin !== address.url.origin) throw blocked(`${url.origin} is not the endpoint`);
    const { promise, resolve: respond, reject } = Promise.withResolvers<Response>();
    const headers = Object.fromEntries(new Headers(init?.headers));
    const body = typeof init?.body === 'string' ? Buffer.from(init.body) : undefined;
    const sent = send(url, {
      method: init?.method ?? 'GET',
      headers: { ...headers, 'accept-encoding': 'identity', ...(body ? { 'content-length': body.length } : {}) },
      lookup: judged,
      ...(init?.signal ? { signal: init.signal } : {}),
    });
    sent.once('response', (answer) => respond(responseOf(answer)));
    sent.once('error', reject);
    sent.end(body);
    return promise;
  };
}

const blocked = (why: string): PatternbenchError =>
  new PatternbenchError('network_blocked', `the endpoint is not asked: ${why}`, {
    remedy: 'check --upstream; --allow-private permits a private network',
    facts: { retryable: false },
  });

const EMPTY_STATUS: ReadonlySet<number> = new Set([204, 205, 304]);

function responseOf(answer: IncomingMessage): Response {
  const headers = new Headers();
  for (const [name, values] of Object.entries(answer.headersDistinct))
    for (const value of values ?? []) headers.append(name, value);
  const status = answer.statusCode ?? 502;
  if (EMPTY_STATUS.has(status)) {
    answer.resume();
    return new Response(null, { status, headers });
  }
  headers.delete('content-encoding');
  headers.delete('content-length');
  return new Response(Readable.toWeb(decoded(answer)) as ReadableStream<Uint8Array<ArrayBuffer>>, { status, headers });
}

/** Some endpoints compress whatever is asked for. */
function decoded(answer: IncomingMessage): Readable {
  const coding = answer.headers['content-encoding'];
  const decoder =
    coding === 'gzip'
      ? createGunzip()
      : coding === 'br'
        ? createBrotliDecompress()
        : coding === 'deflate'
          ? createInflate()
          : undefined;
  if (!decoder) return answer;
  answer.once('error', (error) => decoder.destroy(error));
  decoder.once('close', () => answer.destroy());
  return answer.pipe(decoder);
}
