// What Jaeger answers, as its release 2.13 was seen to do it (test/support/real-jaeger.ts; a test holds the two side by side), and the
// summaries of later releases as the schema of Jaeger's pages asks for them.

type Value = string | number | boolean;
interface WireValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string | number;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values: readonly WireValue[] };
}
export interface Wire {
  readonly key: string;
  readonly value: WireValue;
}
export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly flags?: number;
  readonly name: string;
  readonly kind?: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly Wire[];
  readonly events?: readonly { readonly name: string; readonly timeUnixNano: string; readonly attributes?: readonly Wire[] }[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string; readonly attributes?: readonly Wire[] }[];
  readonly status?: { readonly code?: number; readonly message?: string };
}
export interface OtlpDocument {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly Wire[] };
    readonly scopeSpans?: readonly { readonly scope?: Scope; readonly spans?: readonly OtlpSpan[] }[];
  }[];
}
interface Scope {
  readonly name?: string;
  readonly version?: string;
}

/** A span as it is stored: with what it came under. */
export interface StoredSpan {
  readonly resource: readonly Wire[];
  readonly scope: Scope;
  readonly span: OtlpSpan;
}

const byKey = (a: Wire, b: Wire): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
const sorted = (list: readonly Wire[] = []): Wire[] => list.map(asWritten).sort(byKey);
/** Whole numbers are text in OTLP JSON; a receiver takes numbers too. */
const asWritten = ({ key, value }: Wire): Wire => ({
  key,
  value: value.intValue === undefined ? value : { intValue: String(value.intValue) },
});

/** The spans of a document of OTLP JSON, each with its resource and scope. */
export const storedSpans = (document: OtlpDocument): StoredSpan[] =>
  (document.resourceSpans ?? []).flatMap(({ resource, scopeSpans }) =>
    (scopeSpans ?? []).flatMap(({ scope = {}, spans = [] }) =>
      spans.map((span) => ({ resource: sorted(resource?.attributes), scope, span })),
    ),
  );

export const serviceOf = ({ resource }: Pick<StoredSpan, 'resource'>): string =>
  resource.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
export const kindOf = ({ span }: StoredSpan): string => KINDS[span.kind ?? 0]!;

/** Everything that a search may match on one span: its own, its resource's, its scope's and its events' attributes, as text. */
export const searchable = ({ resource, span }: StoredSpan): Map<string, string> =>
  new Map(
    [...resource, ...(span.events ?? []).flatMap(({ attributes = [] }) => attributes), ...(span.attributes ?? [])].map((wire) => {
      const { key, value } = tagOf(wire);
      return [key, String(value)];
    }),
  );

interface Tag {
  readonly key: string;
  readonly type: 'string' | 'int64' | 'float64' | 'bool';
  readonly value: Value;
}

function tagOf({ key, value }: Wire): Tag {
  if (value.intValue !== undefined) return { key, type: 'int64', value: Number(value.intValue) };
  if (value.doubleValue !== undefined) return { key, type: 'float64', value: value.doubleValue };
  if (value.boolValue !== undefined) return { key, type: 'bool', value: value.boolValue };
  if (value.arrayValue)
    return { key, type: 'string', value: JSON.stringify(value.arrayValue.values.map((item) => item.stringValue)) };
  return { key, type: 'string', value: value.stringValue ?? '' };
}

const text = (key: string, value: string): Wire => ({ key, value: { stringValue: value } });

/** What an OTLP span has beside its attributes, as tags. */
function derivedTags(stored: StoredSpan): Wire[] {
  const { scope, span } = stored;
  const { code = 0, message } = span.status ?? {};
  return [
    ...(scope.name ? [text('otel.scope.name', scope.name)] : []),
    ...(scope.version ? [text('otel.scope.version', scope.version)] : []),
    ...(span.kind ? [text('span.kind', kindOf(stored))] : []),
    ...(code === 2 ? [text('otel.status_code', 'ERROR'), { key: 'error', value: { boolValue: true } }] : []),
    ...(message ? [text('otel.status_description', message)] : []),
  ];
}

const microseconds = (nanos: string): number => Number(BigInt(nanos) / 1000n);

/** The body of GET /api/traces and of POST /api/transform. */
export const tracesBody = (traces: readonly (readonly StoredSpan[])[]) => ({
  data: traces.map(traceJson),
  total: 0,
  limit: 0,
  offset: 0,
  errors: null,
});

function traceJson(spans: readonly StoredSpan[]) {
  const resources = [...new Map(spans.map(({ resource }) => [JSON.stringify(resource), resource])).entries()];
  const idOf = (resource: readonly Wire[]) => `p${resources.findIndex(([key]) => key === JSON.stringify(resource)) + 1}`;
  return {
    traceID: spans[0]?.span.traceId ?? '',
    spans: spans.map((stored) => spanJson(stored, idOf(stored.resource))),
    processes: Object.fromEntries(
      resources.map(([, resource]) => [
        idOf(resource),
        {
          serviceName: serviceOf({ resource }),
          tags: resource.filter(({ key }) => key !== 'service.name').map(tagOf),
        },
      ]),
    ),
    warnings: null,
  };
}

function spanJson(stored: StoredSpan, processID: string) {
  const { span } = stored;
  const reference = (refType: string, traceID: string, spanID: string) => ({ refType, traceID, spanID });
  return {
    traceID: span.traceId,
    spanID: span.spanId,
    operationName: span.name,
    references: [
      ...(span.parentSpanId ? [reference('CHILD_OF', span.traceId, span.parentSpanId)] : []),
      ...(span.links ?? []).map(({ traceId, spanId }) => reference('FOLLOWS_FROM', traceId, spanId)),
    ],
    startTime: microseconds(span.startTimeUnixNano),
    duration: microseconds(span.endTimeUnixNano) - microseconds(span.startTimeUnixNano),
    tags: sorted([...(span.attributes ?? []), ...derivedTags(stored)]).map(tagOf),
    logs: (span.events ?? []).map(({ name, timeUnixNano, attributes }) => ({
      timestamp: microseconds(timeUnixNano),
      fields: [text('event', name), ...sorted(attributes)].map(tagOf),
    })),
    processID,
    warnings: null,
  };
}

/** The body of GET /api/v3/traces and /api/v3/traces/{id}: OTLP JSON, without what is zero or empty. */
export const otlpBody = (spans: readonly StoredSpan[]) => ({
  result: {
    resourceSpans: [...Map.groupBy(spans, ({ resource, span }) => span.traceId + JSON.stringify(resource)).values()].map(
      (own) => ({
        resource: { attributes: own[0]!.resource },
        scopeSpans: [{ scope: own[0]!.scope, spans: own.map(({ span }) => plainSpan(span)) }],
      }),
    ),
  },
});

function plainSpan({ attributes, events = [], links = [], status = {}, ...span }: OtlpSpan) {
  const { code, message } = status;
  return {
    ...shown(span),
    attributes: sorted(attributes),
    ...(events.length > 0
      ? {
          events: events.map(({ name, timeUnixNano, attributes: own }) => ({
            timeUnixNano,
            name,
            ...(own?.length ? { attributes: sorted(own) } : {}),
          })),
        }
      : {}),
    ...(links.length > 0
      ? {
          links: links.map(({ attributes: own, ...link }) => ({
            ...shown(link),
            ...(own?.length ? { attributes: sorted(own) } : {}),
          })),
        }
      : {}),
    status: { ...(message ? { message } : {}), ...(code ? { code } : {}) },
  };
}

/** Counts of what was dropped are not repeated. */
const shown = (value: object) => Object.fromEntries(Object.entries(value).filter(([key]) => !key.startsWith('dropped')));

const least = (values: readonly bigint[]): bigint => values.reduce((a, b) => (a < b ? a : b));
const greatest = (values: readonly bigint[]): bigint => values.reduce((a, b) => (a > b ? a : b));
const failed = (spans: readonly StoredSpan[]): number => spans.filter(({ span }) => span.status?.code === 2).length;

/** One entry of GET /api/v3/trace-summaries (release 2.20 and later). */
export function summaryOf(spans: readonly StoredSpan[]) {
  const ids = new Set(spans.map(({ span }) => span.spanId));
  const root = spans.find(({ span }) => !span.parentSpanId);
  return {
    traceId: spans[0]!.span.traceId,
    rootServiceName: root ? serviceOf(root) : '',
    rootOperationName: root?.span.name ?? '',
    minStartTimeUnixNano: String(least(spans.map(({ span }) => BigInt(span.startTimeUnixNano)))),
    maxEndTimeUnixNano: String(greatest(spans.map(({ span }) => BigInt(span.endTimeUnixNano)))),
    spanCount: spans.length,
    errorSpanCount: failed(spans),
    orphanSpanCount: spans.filter(({ span }) => span.parentSpanId && !ids.has(span.parentSpanId)).length,
    services: [...Map.groupBy(spans, serviceOf)].map(([name, own]) => ({
      name,
      spanCount: own.length,
      errorSpanCount: failed(own),
    })),
  };
}
