import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

type Value = string | number | boolean | readonly string[];
interface Wire {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}
interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly Wire[];
  readonly events?: readonly { readonly attributes?: readonly Wire[] }[];
}
interface OtlpDocument {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly Wire[] };
    readonly scopeSpans?: readonly { readonly spans?: readonly OtlpSpan[] }[];
  }[];
}

/** A span as Jaeger's pages have it: microseconds, service, tags. */
export interface JaegerSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly service: string;
  readonly operation: string;
  readonly startUs: number;
  readonly endUs: number;
  readonly tags: Readonly<Record<string, Value>>;
  readonly resource: Readonly<Record<string, Value>>;
}

const tagsOf = (list: readonly Wire[] = []): Record<string, Value> =>
  Object.fromEntries(list.map(({ key, value }) => [key, valueOf(value)]));

function valueOf(value: Readonly<Record<string, unknown>>): Value {
  if (value['intValue'] !== undefined) return Number(value['intValue']);
  const list = value['arrayValue'] as { readonly values: readonly Readonly<Record<string, unknown>>[] } | undefined;
  return list ? list.values.map((item) => String(Object.values(item)[0])) : (Object.values(value)[0] as Value);
}

/** What a document of OTLP JSON means to Jaeger. */
const jaegerSpans = (document: OtlpDocument): JaegerSpan[] =>
  (document.resourceSpans ?? []).flatMap(({ resource, scopeSpans }) =>
    (scopeSpans ?? []).flatMap(({ spans }) =>
      (spans ?? []).map((span) => {
        const tags = Object.assign(
          {},
          ...[span, ...(span.events ?? [])].map(({ attributes }) => tagsOf(attributes)).reverse(),
        ) as Record<string, Value>;
        return {
          traceId: span.traceId,
          spanId: span.spanId,
          parentSpanId: span.parentSpanId,
          service: String(tagsOf(resource?.attributes)['service.name'] ?? ''),
          operation: span.name,
          startUs: Number(BigInt(span.startTimeUnixNano) / 1000n),
          endUs: Number(BigInt(span.endTimeUnixNano) / 1000n),
          tags,
          resource: tagsOf(resource?.attributes),
        };
      }),
    ),
  );

/** As GET /api/traces/{id} shows it. */
const traceJson = (spans: readonly JaegerSpan[]) => {
  const services = [...new Set(spans.map(({ service }) => service))];
  return {
    traceID: spans[0]?.traceId ?? '',
    spans: spans.map((span) => ({
      traceID: span.traceId,
      spanID: span.spanId,
      operationName: span.operation,
      references: span.parentSpanId ? [{ refType: 'CHILD_OF', traceID: span.traceId, spanID: span.parentSpanId }] : [],
      startTime: span.startUs,
      duration: span.endUs - span.startUs,
      tags: Object.entries(span.tags).map(([key, value]) => ({ key, value })),
      processID: `p${services.indexOf(span.service) + 1}`,
    })),
    processes: Object.fromEntries(services.map((serviceName, i) => [`p${i + 1}`, { serviceName }])),
  };
};

/**
 * A Jaeger on loopback, as far as its pages and our tests need one: takes OTLP JSON, and answers the queries of v2.20 and later (/api/v3),
 * a trace by its id, and the transformation of an uploaded file. Spans that come twice are kept once.
 */
export async function fakeJaeger() {
  const spans = new Map<string, JaegerSpan>();
  const traces = () => Map.groupBy(spans.values(), ({ traceId }) => traceId);
  /** All tags must match on one span of the service, its resource included; the time is that of the trace's start. */
  const find = (query: URLSearchParams): JaegerSpan[][] => {
    const wanted = Object.entries(JSON.parse(query.get('query.attributes') ?? '{}') as Record<string, string>);
    const ms = (name: string, otherwise: number) => (query.has(name) ? Date.parse(query.get(name)!) : otherwise);
    const [from, until] = [ms('query.startTimeMin', 0), ms('query.startTimeMax', Infinity)];
    const matches = ({ service, operation, tags, resource }: JaegerSpan) =>
      service === query.get('query.serviceName') &&
      operation === (query.get('query.operationName') ?? operation) &&
      wanted.every(([key, value]) => String(tags[key] ?? resource[key]) === value);
    return [...traces().values()]
      .filter((trace) => trace.some(matches))
      .filter((trace) => Math.min(...trace.map(({ startUs }) => startUs / 1000)) >= from)
      .filter((trace) => Math.min(...trace.map(({ startUs }) => startUs / 1000)) <= until)
      .slice(0, Number(query.get('query.searchDepth') ?? 20));
  };
  const answer = (path: string, query: URLSearchParams): object | undefined => {
    const list = [...spans.values()];
    if (path === '/api/v3/services') return { services: [...new Set(list.map(({ service }) => service))].sort() };
    if (path === '/api/v3/operations') {
      const own = list.filter(({ service }) => service === query.get('service'));
      return { operations: [...new Set(own.map(({ operation }) => operation))].sort().map((name) => ({ name })) };
    }
    if (path === '/api/v3/traces') return { result: find(query) };
    if (path === '/api/v3/trace-summaries') {
      const summary = (trace: readonly JaegerSpan[]) => ({
        traceId: trace[0]!.traceId,
        spanCount: trace.length,
        services: Object.fromEntries([...Map.groupBy(trace, ({ service }) => service)].map(([name, own]) => [name, own.length])),
      });
      return { summaries: find(query).map(summary) };
    }
    const [, id] = /^\/api\/(?:v3\/)?traces\/([0-9a-f]{32})$/.exec(path) ?? [];
    const trace = id === undefined ? undefined : traces().get(id);
    return trace && { data: [traceJson(trace)] };
  };
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://jaeger');
    const say = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    void text(request).then((body) => {
      if (request.method === 'GET') {
        const found = answer(pathname, searchParams);
        return say(found ? 200 : 404, found ?? { errors: [{ code: 404, msg: 'trace not found' }] });
      }
      const documents = body
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as OtlpDocument);
      const read = documents.flatMap(jaegerSpans);
      if (pathname === '/api/transform') {
        return say(200, { data: [...Map.groupBy(read, ({ traceId }) => traceId).values()].map(traceJson) });
      }
      if (pathname !== '/v1/traces') return say(404, {});
      for (const span of read) spans.set(JSON.stringify(span), span);
      return say(200, {});
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    /** Of the collector and of the pages. */
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: () => [...spans.values()],
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/**
 * Ids of the spans on the critical path by the rule of Jaeger's pages: from the end of a span to the child that finished last, and from the
 * start of that to the sibling that finished strictly before it.
 */
export function jaegerCriticalPath(trace: readonly JaegerSpan[]): Set<string> {
  const byId = new Map(trace.map((span) => [span.spanId, span]));
  const path = new Set<string>();
  const visit = (span: JaegerSpan, before?: number): void => {
    const children = trace.filter(({ parentSpanId }) => parentSpanId === span.spanId);
    const ended = children.filter(({ endUs }) => before === undefined || endUs < before);
    const last = ended.reduce<JaegerSpan | undefined>(
      (latest, child) => (latest && latest.endUs > child.endUs ? latest : child),
      undefined,
    );
    const from = last?.endUs ?? span.startUs;
    if (from !== (before ?? span.endUs)) path.add(span.spanId);
    if (last) return visit(last);
    const parent = byId.get(span.parentSpanId ?? '');
    if (parent) visit(parent, span.startUs);
  };
  visit(trace.find(({ parentSpanId }) => parentSpanId === undefined)!);
  return path;
}
