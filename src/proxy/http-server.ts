import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, usOf } from '../kernel/clock.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import { type Refusal, refusalBody, refusalHeaders, refusalOf } from './refusal.ts';

/** What bounds one client, so that none can hold the server. */
export interface ServerLimits {
  /** Of a request's body; a longer one gets 413. */
  readonly bodyBytes: number;
  /** Until the head of a request is there; a slower client gets 408. */
  readonly headersMs: number;
  /** Until the whole request is there. */
  readonly requestMs: number;
  /** Between two requests on a connection. A server that closes one sooner than its client expects makes the next call fail. */
  readonly keepAliveMs: number;
  readonly connections: number;
  /** What requests on their way are given when the server is closed. */
  readonly drainMs: number;
}

export const SERVER_LIMITS: ServerLimits = {
  bodyBytes: 16 * 1024 * 1024,
  headersMs: 10_000,
  requestMs: 60_000,
  keepAliveMs: 60_000,
  connections: 1024,
  drainMs: 2000,
};

const HEAD_BYTES = 16 * 1024;
/** How often Node looks for requests that are too slow. */
const CHECK_MS = 1000;

/** One request, whole, and the way to answer it. */
export interface Exchange {
  readonly method: string;
  /** As it was sent, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly reply: ServerResponse;
  /** Aborted when the client goes away before its answer is complete, and when the server stops waiting for it. */
  readonly signal: AbortSignal;
}

export interface HttpServerOptions {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  readonly clock: Clock;
  readonly limits?: Partial<ServerLimits>;
  /** Judges the head of a request, before anything of its body is read. */
  readonly check: (headers: IncomingHttpHeaders) => Refusal | undefined;
  /** Answers; what it throws becomes the answer, or breaks the connection where one is under way. */
  readonly handle: (exchange: Exchange) => Promise<void>;
}

/** A server that listens. Disposing it ends requests on their way after `drainMs` and frees the port. */
export interface HttpServer extends AsyncDisposable {
  readonly port: number;
}

/** Listens. Throws `usage` when the port is taken or the address is not this machine's. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const limits = { ...SERVER_LIMITS, ...options.limits };
  const open = new Map<Promise<void>, AbortController>();
  let isClosing = false;
  const server = createServer(
    {
      maxHeaderSize: HEAD_BYTES,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: Math.min(CHECK_MS, limits.headersMs),
    },
    (request, reply) => {
      const gone = new AbortController();
      // A connection that ends while something is written is noticed by its signal.
      reply.on('error', () => {});
      if (isClosing) reply.setHeader('connection', 'close');
      reply.once('close', () => {
        if (!reply.writableFinished) gone.abort(new PatternbenchError('cancelled', 'the client has closed the connection'));
        if (isClosing) server.closeIdleConnections();
      });
      const work = answer({ request, reply, options, limits, signal: gone.signal });
      open.set(work, gone);
      void work.finally(() => open.delete(work));
    },
  );
  server.maxConnections = limits.connections;
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      isClosing = true;
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      const timer = options.clock.schedule(usOf(limits.drainMs), () => {
        for (const gone of open.values()) gone.abort(new PatternbenchError('cancelled', 'the server is shutting down'));
        server.closeAllConnections();
      });
      await closed;
      options.clock.cancel(timer);
      await Promise.allSettled(open.keys());
    },
  };
}

async function listen(server: Server, { host, port }: HttpServerOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'the port is taken' : cause.message;
      reject(
        new PatternbenchError('usage', `cannot listen on ${host}:${port}: ${why}`, {
          cause,
          remedy: '--port 0 takes a free one',
        }),
      );
    });
    server.listen(port, host, resolve);
  });
}

interface Answering {
  readonly request: IncomingMessage;
  readonly reply: ServerResponse;
  readonly options: HttpServerOptions;
  readonly limits: ServerLimits;
  readonly signal: AbortSignal;
}

/** Never rejects: whatever happens is told to the client, or there is no client any more. */
async function answer({ request, reply, options, limits, signal }: Answering): Promise<void> {
  try {
    const { headers, method = '' } = request;
    const refused = options.check(headers) ?? targetRefusal(request);
    if (refused) return refuse(reply, { ...refused, headers: { ...refused.headers, connection: 'close' } });
    const body = await bodyOf(request, limits.bodyBytes);
    if (body === undefined) return refuse(reply, tooLarge(limits.bodyBytes));
    const [path = '/', ...query] = (request.url ?? '/').split('?');
    await options.handle({ method, path, query: new URLSearchParams(query.join('?')), headers, body, reply, signal });
  } catch (error) {
    if (signal.aborted || reply.headersSent) reply.destroy();
    else refuse(reply, refusalOf(error));
  }
}

/** Sends a refusal. */
export function refuse(reply: ServerResponse, refusal: Refusal): void {
  reply.writeHead(refusal.status, refusalHeaders(refusal)).end(refusalBody(refusal));
}

/** A server that took addresses of others would be a way into whatever it can reach. */
function targetRefusal({ url = '', headers }: IncomingMessage): Refusal | undefined {
  if (!url.startsWith('/'))
    return { status: 421, code: 'no_forward_proxy', message: 'this server forwards no requests to other addresses' };
  const encoding = headers['content-encoding'];
  if (encoding === undefined || encoding === 'identity') return undefined;
  return { status: 415, code: 'unsupported_encoding', message: 'bodies must be sent uncompressed' };
}

const tooLarge = (bytes: number): Refusal => ({
  status: 413,
  code: 'too_large',
  message: `the body exceeds ${bytes} bytes`,
  headers: { connection: 'close' },
});

/** How much more than allowed is read and dropped, so that the client hears the answer instead of a reset. */
const DROPPED = 4;

async function bodyOf(request: IncomingMessage, most: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > most * DROPPED) break;
    if (bytes <= most) chunks.push(chunk);
  }
  return bytes <= most ? Buffer.concat(chunks).toString('utf8') : undefined;
}
