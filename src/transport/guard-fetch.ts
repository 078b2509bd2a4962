/** A host that exists nowhere (RFC 2606): should the guard ever be off, a request ends there, and not at somebody's. */
const ORIGIN = 'http://replay.invalid';

/** Recorded answers at addresses of their own, for clients that use the global `fetch`. Disposing it takes the addresses away. */
export interface GuardServer extends Disposable {
  /** The base URL at which a `fetch` of fixtures (fixture-fetch.ts) answers from now on. */
  readonly baseURLFor: (serve: typeof fetch) => string;
}

/** No two addresses of a process are the same, whoever serves them. */
let addresses = 0;

/**
 * Lets the network guard (nock) answer requests, so that a client needs nothing injected: the slowest way to replay, and the one that
 * takes a foreign client as it is. Work that asks through it must be held, since the guard answers in real time; and a connection that was
 * lost in the middle of an answer is lost at its beginning here, since nock sends headers only with a body.
 */
export async function serveThroughGuard(): Promise<GuardServer> {
  const { default: nock } = await import('nock');
  if (!nock.isActive()) nock.activate();
  const served = new Map<string, typeof fetch>();
  const interceptor = nock(ORIGIN)
    .persist()
    .post((path) => served.has(nameIn(path)));
  // One parameter, and only one: with two nock takes the function for an older kind, with a callback.
  interceptor.reply(async (request: Request) => {
    const serve = served.get(nameIn(new URL(request.url).pathname));
    const response = await serve!(request.url, { method: 'POST', headers: request.headers, body: await request.text() });
    return [response.status, await response.text(), Object.fromEntries(response.headers)];
  });
  return {
    baseURLFor: (serve) => {
      const name = String(++addresses);
      served.set(name, serve);
      return `${ORIGIN}/${name}/v1`;
    },
    [Symbol.dispose]: () => {
      nock.removeInterceptor(interceptor);
      served.clear();
    },
  };
}

const nameIn = (path: string): string => path.split('/')[1] ?? '';
