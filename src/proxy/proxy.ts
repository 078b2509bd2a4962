import type { IncomingHttpHeaders } from 'node:http';
import { apiOf } from '../fixtures/api.ts';
import { redactText } from '../fixtures/redact.ts';
import { type Clock, msOf } from '../kernel/clock.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import { isObject } from '../kernel/json.ts';
import { callSpanLine } from './call-span.ts';
import { CONTROL, control, notAllowed } from './control.ts';
import { bearerOf, type Gate, refusalAt } from './gate.ts';
import { type Exchange, refuse, type ServerLimits, startHttpServer } from './http-server.ts';
import { keyTurns } from './key-turns.ts';
import { type CallResult, ledger, type Ledger } from './ledger.ts';
import { modelList } from './model-list.ts';
import { proxiedCall } from './proxied-call.ts';
import { refusalOf } from './refusal.ts';
import { runTable, type RunTable } from './run-table.ts';
import type { ScenarioTraffic, TrafficClosed } from './scenario-traffic.ts';
import { prefixOf, type Selection, type SelectionDefaults, selectionOf } from './selection.ts';
import type { SpanSink } from './span-sink.ts';
import { traceParentOf } from './trace-parent.ts';

export interface ProxyOptions {
  readonly host: string;
  readonly port: number;
  readonly gate: Gate;
  /** What `/__fixtures` asks for. */
  readonly controlToken: string;
  readonly defaults: SelectionDefaults;
  /** The traffic of a scenario; called once for each. Throws `usage` for a name that may be none. */
  readonly openTraffic: (scenario: string) => ScenarioTraffic;
  readonly spans: SpanSink;
  readonly clock: Clock;
  /** Names this session in traces. */
  readonly session: string;
  /** Milliseconds of Unix time at which the clock stood at 0. */
  readonly epochMs: number;
  readonly version: string;
  readonly limits?: Partial<ServerLimits>;
}

export interface Proxy {
  readonly port: number;
  readonly ledger: Ledger;
  /** Ends requests on their way, brings recordings into order, writes what is left of the trace. Says what was recorded, and what went wrong. */
  readonly close: () => Promise<{ readonly recorded: readonly TrafficClosed[]; readonly notices: readonly string[] }>;
}

interface Session {
  readonly options: ProxyOptions;
  readonly ledger: Ledger;
  readonly runs: RunTable;
  readonly turns: ReturnType<typeof keyTurns>;
}

/**
 * An OpenAI-compatible server that records, replays or simulates: `POST /v1/chat/completions|responses|embeddings|completions`,
 * `GET /v1/models`, `GET /healthz`, and `/__fixtures/…` for whoever has the token. Throws `usage` for an address that is not this machine's
 * alone without a token.
 */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const { host, port, clock, gate, limits } = options;
  if (!isLoopbackHost(host) && gate.token === undefined) {
    throw new PatternbenchError('usage', `${host} can be reached from other machines`, {
      remedy: 'add --token <secret>, or leave out --listen',
    });
  }
  const book = ledger();
  const session: Session = { options, ledger: book, runs: runTable(options.openTraffic), turns: keyTurns() };
  const server = await startHttpServer({
    host,
    port,
    clock,
    check: (headers) => refusalAt(gate, headers),
    handle: (exchange) => route(session, exchange),
    ...(limits ? { limits } : {}),
  });
  return {
    port: server.port,
    ledger: book,
    close: async () => {
      await server[Symbol.asyncDispose]();
      const { closed, notices } = await session.runs.close();
      return { recorded: closed, notices: [...notices, ...(await options.spans.close())] };
    },
  };
}

const isLoopbackHost = (host: string): boolean => host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

async function route(session: Session, exchange: Exchange): Promise<void> {
  const { path, reply } = exchange;
  if (path.startsWith(CONTROL)) return control(exchange, { token: session.options.controlToken, ledger: guarded(session) });
  if (path === '/healthz') {
    if (exchange.method !== 'GET') return refuse(reply, notAllowed('GET'));
    reply.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok"}');
    return;
  }
  const method = METHODS.get(prefixOf(path).route);
  if (method === undefined) return refuse(reply, unknownRoute(path));
  if (exchange.method !== method) return refuse(reply, notAllowed(method));
  const selection = selectionFor(session, exchange);
  if (method === 'GET') return modelList(reply, session.runs.trafficOf(selection.scenario), selection);
  await call(session, exchange, selection);
}

const METHODS: ReadonlyMap<string, 'GET' | 'POST'> = new Map([
  ['/v1/models', 'GET'],
  ['/v1/chat/completions', 'POST'],
  ['/v1/responses', 'POST'],
  ['/v1/embeddings', 'POST'],
  ['/v1/completions', 'POST'],
]);

const unknownRoute = (path: string) => ({
  status: 404,
  code: 'not_found',
  message: `nothing is served at ${path.slice(0, 200)}`,
  remedy: 'the base URL ends in /v1, such as http://127.0.0.1:<port>/v1 or …/s/<scenario>/r/<run>/v1',
});

/** A run that is forgotten begins anew, so its counters go too. */
const guarded = ({ ledger: book, runs }: Session): Ledger => ({
  ...book,
  forget: (run) => {
    runs.forget(run);
    return book.forget(run);
  },
});

function selectionFor({ options }: Session, { path, headers }: Exchange): Selection {
  return selectionOf({
    path,
    headers: withoutToken(headers, options.gate),
    defaults: options.defaults,
    traceParent: traceParentOf(headers['traceparent']),
  });
}

/** The token of the server is no selection. */
const withoutToken = (headers: IncomingHttpHeaders, { token }: Gate): IncomingHttpHeaders =>
  token !== undefined && bearerOf(headers) === token ? { ...headers, authorization: undefined } : headers;

async function call(session: Session, { headers, body, reply, signal }: Exchange, selection: Selection): Promise<void> {
  const { options, ledger: book, runs, turns } = session;
  const { clock } = options;
  const { scenario, run, pattern, trial, agent, path, mode } = selection;
  const startUs = clock.nowUs();
  const address = { scenario, run, pattern, trial };
  const names = { agent: redactText(agent), path: redactText(path) };
  const begun = book.begin(address, { ...names, api: apiOf(selection.route)!, model: modelIn(body), mode });
  const finish = (result: CallResult, answer?: unknown) => {
    const entry = begun.end(result);
    const traceParent = traceParentOf(headers['traceparent']);
    const line = callSpanLine({ entry, session: options.session, traceParent, startUs, endUs: clock.nowUs(), answer }, options);
    options.spans.add(line, traceParent?.sampled ?? true);
  };
  const asked = { selection, body, reply, signal, call: begun, turns, clock };
  try {
    const traffic = await runs.forRun(selection, (miss) => book.miss({ ...address, ...missFacts(miss) }));
    const { result, answer, waitedInVain } = await proxiedCall({ ...asked, traffic });
    if (waitedInVain !== undefined)
      book.miss({ ...address, ...names, key: waitedInVain, message: 'the recorded call was cancelled by its caller' });
    finish(result, answer);
  } catch (error) {
    const took = msOf(clock.nowUs() - startUs);
    if (isMiss(error)) book.miss({ ...address, ...names, key: '', message: error.message });
    finish(failed(error, signal, took));
    throw error;
  }
}

const isMiss = (error: unknown): error is PatternbenchError =>
  error instanceof PatternbenchError && error.code === 'fixture_miss';

/** A request without an answer of its own. A miss takes no time: in a recording it would have been answered. */
function failed(error: unknown, signal: AbortSignal, tookMs: number): CallResult {
  const end = signal.aborted ? 'aborted' : isMiss(error) ? 'miss' : 'error';
  return { ms: end === 'miss' ? 0 : tookMs, status: refusalOf(error).status, end, fixture: null, provenance: null };
}

function missFacts({ message, facts }: PatternbenchError) {
  const text = (name: string) => String(facts[name] ?? '');
  return { agent: text('agent'), path: text('path'), key: text('key'), message };
}

const MOST_MODEL = 100;

function modelIn(body: string): string {
  try {
    const value: unknown = JSON.parse(body);
    const model = isObject(value) ? value['model'] : undefined;
    return typeof model === 'string' ? redactText(model.slice(0, MOST_MODEL)) : '';
  } catch {
    return '';
  }
}
