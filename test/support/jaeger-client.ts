type Value = string | number | boolean;

/** A span as Jaeger's pages have it: microseconds, service, tags. */
export interface JaegerSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  /** Ids of the spans that it links to. */
  readonly links: readonly string[];
  readonly service: string;
  readonly operation: string;
  readonly startUs: number;
  readonly endUs: number;
  readonly tags: Readonly<Record<string, Value>>;
  /** Names of its events. */
  readonly events: readonly string[];
  /** What Jaeger finds odd about it. */
  readonly warnings: readonly string[];
}

interface Tag {
  readonly key: string;
  readonly value: Value;
}
interface Trace {
  readonly traceID: string;
  readonly spans: readonly {
    readonly traceID: string;
    readonly spanID: string;
    readonly operationName: string;
    readonly references: readonly { readonly refType: string; readonly spanID: string }[];
    readonly startTime: number;
    readonly duration: number;
    readonly tags: readonly Tag[];
    readonly logs: readonly { readonly fields: readonly Tag[] }[];
    readonly processID: string;
    readonly warnings: readonly string[] | null;
  }[];
  readonly processes: Readonly<Record<string, { readonly serviceName: string }>>;
}

/** Asks Jaeger's query API as its pages do. */
export async function ask<T>(ui: string, path: string, query: Readonly<Record<string, string>> = {}): Promise<T> {
  const response = await fetch(`${ui}${path}?${new URLSearchParams(query).toString()}`);
  return (await response.json()) as T;
}

/** The traces that the search page lists for tags, of the service and within the times that are given; the last hour by default. */
export async function searched(
  ui: string,
  tags: object,
  { service = 'patternbench', start, end }: { service?: string; start?: string; end?: string } = {},
): Promise<JaegerSpan[][]> {
  const { data } = await ask<{ data: Trace[] }>(ui, '/api/traces', {
    service,
    tags: JSON.stringify(tags),
    limit: '1500',
    start: start ?? String((Date.now() - 3_600_000) * 1000),
    end: end ?? String(Date.now() * 1000),
  });
  return data.map(spansOf);
}

/** One trace by its id; undefined when Jaeger has none. */
export async function traceById(ui: string, id: string): Promise<JaegerSpan[] | undefined> {
  const { data } = await ask<{ data: Trace[] | null }>(ui, `/api/traces/${id}`);
  return data?.map(spansOf)[0];
}

const spansOf = ({ spans, processes }: Trace): JaegerSpan[] =>
  spans.map((span) => ({
    traceId: span.traceID,
    spanId: span.spanID,
    parentSpanId: span.references.find(({ refType }) => refType === 'CHILD_OF')?.spanID,
    links: span.references.filter(({ refType }) => refType === 'FOLLOWS_FROM').map(({ spanID }) => spanID),
    service: processes[span.processID]!.serviceName,
    operation: span.operationName,
    startUs: span.startTime,
    endUs: span.startTime + span.duration,
    tags: Object.fromEntries(span.tags.map(({ key, value }) => [key, value])),
    events: span.logs.map(({ fields }) => String(fields.find(({ key }) => key === 'event')?.value)),
    warnings: span.warnings ?? [],
  }));

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
