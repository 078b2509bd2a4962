import type { ModelPort } from '../contracts/model.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import { type ReplayOptions, replayPort } from '../fixtures/replay-port.ts';
import { fixtureFetch } from './fixture-fetch.ts';
import { serveThroughGuard } from './guard-fetch.ts';
import { loadClient, openaiPort } from './openai-port.ts';

/** The ways that recorded answers can take: straight through the port, through the openai SDK, or through its global `fetch` and nock. */
export const REPLAY_TRANSPORTS = ['port', 'sdk', 'guard'] as const;
export type ReplayTransport = (typeof REPLAY_TRANSPORTS)[number];

/** A way of recorded answers, open until it is disposed. */
export interface OpenReplay extends Disposable {
  /** The port of one trial; repeats of a request are counted in it. */
  readonly portFor: (options: ReplayOptions) => ModelPort;
}

/** What a timer of Node can wait: a recorded latency, however long, is no reason for the client to give up. */
const LONGEST_MS = 2 ** 31 - 1;

/** Opens a way for recorded answers. All leave the same records; `port` is the fast one, the others prove that the client changes nothing. */
export async function openReplay(transport: ReplayTransport): Promise<OpenReplay> {
  switch (transport) {
    case 'port':
      return { portFor: replayPort, [Symbol.dispose]: () => {} };
    case 'sdk':
      await loadClient();
      return {
        portFor: (options) =>
          clientPort(options, {
            fetch: fixtureFetch({ ...options, inTime: true }),
            baseURL: 'http://replay.invalid/v1',
            inTime: true,
          }),
        [Symbol.dispose]: () => {},
      };
    case 'guard':
      return throughGuard();
  }
}

async function throughGuard(): Promise<OpenReplay> {
  await loadClient();
  const server = await serveThroughGuard();
  return {
    portFor: (options) => {
      const told = new Set<string>();
      const onMiss = (miss: PatternbenchError) => {
        if (told.has(miss.message)) return;
        told.add(miss.message);
        options.onMiss?.(miss);
      };
      const baseURL = server.baseURLFor(fixtureFetch({ ...options, onMiss }));
      // Looked up at every call: the guard puts its own in the place of the global one.
      const port = clientPort(options, { baseURL, fetch: (input, init) => globalThis.fetch(input, init) });
      return {
        call: async (request, info) => {
          try {
            return await port.call(request, info);
          } catch (error) {
            // That a cancelled call is waited for, only the end of the wait can tell.
            if (error instanceof PatternbenchError && error.code === 'fixture_miss') onMiss(error);
            throw error;
          }
        },
      };
    },
    [Symbol.dispose]: () => server[Symbol.dispose](),
  };
}

const clientPort = (
  { set }: ReplayOptions,
  way: { readonly baseURL: string; readonly fetch: typeof fetch; readonly inTime?: boolean },
): ModelPort =>
  openaiPort({
    ...way,
    apiKey: 'none',
    provenance: set.header.provenance,
    pricedOn: set.header.recordedOn,
    requestTimeoutMs: LONGEST_MS,
    identify: true,
  });
