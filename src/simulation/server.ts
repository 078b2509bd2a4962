import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, usOf } from '../kernel/clock.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import { type Frame, simulate, type SimulatedModel, type SimulatedResponse } from './simulate.ts';
import type { Profile } from './profiles.ts';
import { tokenCounter } from './tokens.ts';
import { errorJson } from './wire.ts';
import type { World } from './world.ts';

/** Bytes of a request's body; a longer one gets 413. */
const MOST_BYTES = 16 * 1024 * 1024;
/** Clients keep connections for long pauses between calls; a server that closes one first makes their next call fail. */
const KEEP_ALIVE_MS = 600_000;

export interface ServerOptions {
  readonly world: World;
  /** `real` really waits the modelled latency on `clock`, so that times can be measured; `instant` answers at once. */
  readonly pace: { readonly kind: 'instant' } | { readonly kind: 'real'; readonly clock: Clock };
  readonly adjust?: (profile: Profile) => Profile;
}

export interface SimulatedServer extends AsyncDisposable {
  /** Up to and including `/v1`. */
  readonly baseURL: string;
}

/**
 * The simulated model over HTTP on 127.0.0.1, on a free port: `POST /v1/chat/completions`, `GET /v1/models`, `GET /healthz`.
 * Disposing it closes every connection.
 */
export async function startSimulatedServer({ world, pace, adjust }: ServerOptions): Promise<SimulatedServer> {
  const model = simulate(world, { countTokens: await tokenCounter(), ...(adjust && { adjust }) });
  const server = createServer((request, reply) => {
    respond({ request, reply, model, world, pace }).catch((error: unknown) => {
      // The client is gone, or its answer was not taken: there is nobody left to tell.
      reply.destroy(error instanceof Error ? error : undefined);
    });
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    baseURL: `http://127.0.0.1:${port}/v1`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly reply: ServerResponse;
  readonly model: SimulatedModel;
  readonly world: World;
  readonly pace: ServerOptions['pace'];
}

async function respond({ request, reply, model, world, pace }: Exchange): Promise<void> {
  const path = (request.url ?? '').replace(/\?.*$/, '');
  switch (`${request.method} ${path}`) {
    case 'GET /healthz':
      return send(reply, 200, JSON.stringify({ status: 'ok', scenario: world.name }));
    case 'GET /v1/models':
      return send(reply, 200, modelList(world));
    case 'POST /v1/chat/completions': {
      const text = await bodyOf(request);
      if (text === undefined) return send(reply, 413, errorJson(`the body exceeds ${MOST_BYTES} bytes`, 'too_large'));
      const body = jsonIn(text);
      if (body === undefined) return send(reply, 400, errorJson('the body is not JSON', 'invalid_request'));
      return deliver(reply, model(body), pace);
    }
    default:
      return send(reply, 404, errorJson(`nothing is served at ${request.method} ${path}`, 'not_found'));
  }
}

const modelList = ({ profiles }: World): string =>
  JSON.stringify({
    object: 'list',
    data: [...profiles.keys()].map((id) => ({ id, object: 'model', created: 0, owned_by: 'simulated' })),
  });

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // The rest is read and dropped, so that the client hears the answer instead of a reset.
    if (bytes <= MOST_BYTES) chunks.push(chunk);
  }
  return bytes <= MOST_BYTES ? Buffer.concat(chunks).toString('utf8') : undefined;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Everything that is refused here is refused for good. */
function send(reply: ServerResponse, status: number, body: string): void {
  reply.writeHead(status, { 'content-type': 'application/json', ...(status >= 400 && { 'x-should-retry': 'false' }) }).end(body);
}

/** A stream that comes at once: comments, which clients skip, tell when each event would have come. */
const timed = (frames: readonly Frame[]): string => frames.map(({ atMs, text }) => `: at ${atMs}\n${text}`).join('');

async function deliver(reply: ServerResponse, response: SimulatedResponse, pace: ServerOptions['pace']): Promise<void> {
  if (pace.kind === 'instant') {
    reply.writeHead(response.status, response.headers).end(response.frames.length > 1 ? timed(response.frames) : response.body);
    return;
  }
  const { clock } = pace;
  const gone = new AbortController();
  reply.once('close', () => gone.abort(new PatternbenchError('cancelled', 'the client has closed the connection')));
  const beganUs = clock.nowUs();
  for (const [i, frame] of response.frames.entries()) {
    await clock.sleep(beganUs + usOf(frame.atMs) - clock.nowUs(), gone.signal);
    if (i === 0) reply.writeHead(response.status, response.headers);
    reply.write(frame.text);
  }
  reply.end();
}
