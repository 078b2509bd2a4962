import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  kindOf,
  otlpBody,
  type OtlpDocument,
  searchable,
  serviceOf,
  type StoredSpan,
  storedSpans,
  summaryOf,
  tracesBody,
} from './jaeger-answers.ts';

interface Search {
  readonly service: string | null;
  readonly operation: string | null;
  readonly tags: Readonly<Record<string, string>>;
  /** Microseconds of Unix time, of the start of the trace. */
  readonly fromUs: number;
  readonly untilUs: number;
  readonly limit: number;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

const ok = (body: object): Answer => ({ status: 200, body });
const refused = (httpCode: number, message: string): Answer => ({ status: httpCode, body: { error: { httpCode, message } } });
const NOT_FOUND = { data: null, total: 0, limit: 0, offset: 0, errors: [{ code: 404, msg: 'trace not found' }] };

/** A parameter under its name or under the older one with underscores. */
const parameter = (query: URLSearchParams, name: string): string | null =>
  query.get(`query.${name}`) ?? query.get(`query.${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`);

/** Of /api/v3: both times must be there. */
function searchOf(query: URLSearchParams): Search | undefined {
  const [from, until] = [parameter(query, 'startTimeMin'), parameter(query, 'startTimeMax')];
  if (from === null || until === null) return undefined;
  return {
    service: parameter(query, 'serviceName'),
    operation: parameter(query, 'operationName'),
    tags: JSON.parse(query.get('query.attributes') ?? '{}') as Search['tags'],
    fromUs: Date.parse(from) * 1000,
    untilUs: Date.parse(until) * 1000,
    limit: Number(parameter(query, 'searchDepth') ?? query.get('query.num_traces') ?? 0),
  };
}

/** Of /api/traces, which the pages of releases before 2.20 ask. */
const olderSearchOf = (query: URLSearchParams): Search => ({
  service: query.get('service'),
  operation: query.get('operation'),
  tags: JSON.parse(query.get('tags') ?? '{}') as Search['tags'],
  fromUs: Number(query.get('start') ?? 0),
  untilUs: Number(query.get('end') ?? Infinity),
  limit: Number(query.get('limit') ?? 20),
});

/** All tags must match on one span of the service. */
function find(traces: Iterable<StoredSpan[]>, { service, operation, tags, fromUs, untilUs, limit }: Search): StoredSpan[][] {
  const wanted = Object.entries(tags);
  const matches = (stored: StoredSpan): boolean => {
    if (serviceOf(stored) !== service || stored.span.name !== (operation ?? stored.span.name)) return false;
    const own = searchable(stored);
    return wanted.every(([key, value]) => own.get(key) === value);
  };
  return [...traces]
    .filter((trace) => trace.some(matches))
    .filter((trace) => {
      const startUs = Math.min(...trace.map(({ span }) => Number(BigInt(span.startTimeUnixNano) / 1000n)));
      return startUs >= fromUs && startUs <= untilUs;
    })
    .slice(0, limit);
}

type Query = (traces: Map<string, StoredSpan[]>, query: URLSearchParams) => Answer;

const DEPTH = 'search depth must be greater than 0 and less than max traces';
const TIMES = 'query.start_time_min and query.start_time_max are required';

const QUERIES: Readonly<Record<string, Query>> = {
  '/api/v3/services': (traces) => {
    const services = [...new Set([...traces.values()].flat().map(serviceOf))];
    return ok(services.length > 0 ? { services } : {});
  },
  '/api/v3/operations': (traces, query) => {
    const own = [...traces.values()].flat().filter((stored) => serviceOf(stored) === query.get('service'));
    const named = new Map(own.map((stored) => [stored.span.name + kindOf(stored), stored]));
    return ok({ operations: [...named.values()].map((stored) => ({ name: stored.span.name, spanKind: kindOf(stored) })) });
  },
  '/api/v3/traces': (traces, query) => {
    const search = searchOf(query);
    if (!search) return refused(400, TIMES);
    if (search.limit <= 0) return refused(500, DEPTH);
    const found = find(traces.values(), search);
    return found.length > 0 ? ok(otlpBody(found.flat())) : refused(404, 'No traces found');
  },
  '/api/v3/trace-summaries': (traces, query) => {
    const search = searchOf(query);
    return search ? ok({ summaries: find(traces.values(), search).map(summaryOf) }) : refused(400, TIMES);
  },
  '/api/traces': (traces, query) => ok(tracesBody(find(traces.values(), olderSearchOf(query)))),
};

function byId(traces: Map<string, StoredSpan[]>, path: string): Answer | undefined {
  const [, version, id] = /^\/api\/(v3\/)?traces\/([0-9a-f]{32})$/.exec(path) ?? [];
  if (id === undefined) return undefined;
  const trace = traces.get(id);
  if (version) return trace ? ok(otlpBody(trace)) : refused(404, 'No traces found');
  return trace ? ok(tracesBody([trace])) : { status: 404, body: NOT_FOUND };
}

/**
 * A Jaeger on loopback, as far as its pages and our tests need one: takes OTLP JSON, and answers the queries of the pages of all 2.x releases:
 * /api/v3, /api/traces, a trace by its id, and the transformation of an uploaded file. Spans that come twice are kept once.
 */
export async function fakeJaeger() {
  const spans = new Map<string, StoredSpan>();
  const traces = () => Map.groupBy(spans.values(), ({ span }) => span.traceId);
  const answer = (path: string, query: URLSearchParams): Answer =>
    byId(traces(), path) ?? QUERIES[path]?.(traces(), query) ?? { status: 404, body: {} };
  const take = (path: string, body: string): Answer => {
    // One document: what follows a first one is not read.
    const read = storedSpans(JSON.parse(body) as OtlpDocument);
    if (path === '/api/transform') return ok(tracesBody([...Map.groupBy(read, ({ span }) => span.traceId).values()]));
    if (path !== '/v1/traces') return { status: 404, body: {} };
    for (const stored of read) spans.set(JSON.stringify(stored), stored);
    return ok({ partialSuccess: {} });
  };
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://jaeger');
    void text(request).then((body) => {
      const told = request.method === 'GET' ? answer(pathname, searchParams) : take(pathname, body);
      response.writeHead(told.status, { 'content-type': 'application/json' }).end(JSON.stringify(told.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    /** Of the collector. */
    otlp: url,
    /** Of the pages and their queries. */
    ui: url,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

export type Jaeger = Awaited<ReturnType<typeof fakeJaeger>>;
