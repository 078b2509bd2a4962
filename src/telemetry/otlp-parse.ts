import { messageOf, PatternbenchError, type Place } from '../kernel/errors.ts';
import { z } from '../schema/zod.ts';
import { GEN_AI, OWN } from './attribute-names.ts';
import { EPOCH_MS, type OtlpTrace, SCOPE_NAME } from './otlp-json.ts';
import type { AttributeValue, Attributes, SpanRecord } from './span.ts';

// Lenient on purpose: the specification tells receivers to ignore unknown fields, and int64 may be a number or a string.
// Nanoseconds of Unix time are beyond the safe integers, so z.int() would refuse them as numbers.
const integer = z.union([z.string().regex(/^-?\d{1,20}$/), z.number().refine(Number.isInteger, 'must be a whole number')]);
const anyValue = z.object({
  stringValue: z.string().optional(),
  boolValue: z.boolean().optional(),
  intValue: integer.optional(),
  doubleValue: z.union([z.number(), z.string()]).optional(),
  arrayValue: z.object({ values: z.array(z.record(z.string(), z.unknown())).default([]) }).optional(),
  kvlistValue: z.unknown().optional(),
  bytesValue: z.string().optional(),
});
const attributes = z.array(z.object({ key: z.string(), value: anyValue })).default([]);
const spanShape = z.object({
  traceId: z.string(),
  spanId: z.string().min(1),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.int().optional(),
  startTimeUnixNano: integer,
  // A span that was never ended has none; it then ends before its start, which checks name.
  endTimeUnixNano: integer.default(0),
  attributes,
  events: z.array(z.object({ timeUnixNano: integer, name: z.string(), attributes })).default([]),
  links: z.array(z.object({ spanId: z.string() })).default([]),
  status: z.object({ code: z.int().optional(), message: z.string().optional() }).optional(),
});
const scopeSpans = z.object({
  scope: z.object({ name: z.string().default('') }).optional(),
  spans: z.array(spanShape).default([]),
});
const tracesData = z.object({
  resourceSpans: z
    .array(z.object({ resource: z.object({ attributes }).optional(), scopeSpans: z.array(scopeSpans).default([]) }))
    .min(1),
});

type WireValue = z.infer<typeof anyValue>;
type WireSpan = z.infer<typeof spanShape>;

/**
 * Reads one line of OTLP JSON that holds one trace, ours or a foreign one, back into spans. What writeOtlpLine added comes out again: paths,
 * `after`, links and the error type stand in their fields, not among the attributes. A foreign span's path is its id; its times count from
 * the trace's first start. Throws `invalid_record` for text that is no OTLP JSON, for several traces in one line, and for a trace without root.
 */
export function parseOtlpLine(line: string, options: { readonly epochMs?: number; readonly place?: Place } = {}): OtlpTrace {
  const refuse = (message: string, cause?: unknown): never => {
    throw new PatternbenchError('invalid_record', message, { place: options.place ?? {}, cause });
  };
  const wire = tracesData.safeParse(jsonOf(line, refuse));
  if (!wire.success) return refuse(`this is not a line of OTLP JSON: ${z.prettifyError(wire.error)}`, wire.error);
  const scopes = wire.data.resourceSpans.flatMap((resourceSpan) => resourceSpan.scopeSpans);
  const spans = scopes.flatMap((scope) => scope.spans);
  const traceId = spans[0]?.traceId;
  if (traceId === undefined) return refuse('this line of OTLP JSON holds no span');
  if (spans.some((span) => span.traceId !== traceId)) return refuse('this line of OTLP JSON holds spans of several traces');
  if (!spans.some((span) => !span.parentSpanId)) return refuse('this trace has no root span');
  const own = scopes.every((scope) => scope.scope?.name === SCOPE_NAME);
  const epochNanos = own || options.epochMs !== undefined ? BigInt(options.epochMs ?? EPOCH_MS) * 1_000_000n : firstStart(spans);
  const records = recordsOf(spans, epochNanos);
  return { traceId, resource: attributesOf(wire.data.resourceSpans[0]?.resource?.attributes ?? []), spans: records };
}

/** A trace of any origin, collected from wherever its spans stood in a file. */
export interface ForeignTrace extends OtlpTrace {
  /** Names of the instrumentation scopes. */
  readonly scopes: readonly string[];
  /** Milliseconds of Unix time at which its first span started. */
  readonly startedAtMs: number;
}

/**
 * Reads the traces of a file of OTLP JSON, lines or one document, whoever wrote it: collectors cut a trace into several lines, and put several
 * traces into one. A span's path is its id (the first root's is ''); times count from the trace's first start. Traces come in the order of
 * their first span. Throws `invalid_record`.
 */
export function parseForeignTraces(text: string, place: Place = {}): ForeignTrace[] {
  const refuse = (message: string, cause?: unknown, line?: number): never => {
    throw new PatternbenchError('invalid_record', message, { place: line === undefined ? place : { ...place, line }, cause });
  };
  const traces = new Map<string, { resource: Attributes; scopes: Set<string>; spans: WireSpan[] }>();
  for (const { line, value } of documentsOf(text, refuse)) {
    const wire = tracesData.safeParse(value);
    if (!wire.success) return refuse(`this is not OTLP JSON: ${z.prettifyError(wire.error)}`, wire.error, line);
    for (const { resource, scopeSpans: scopes } of wire.data.resourceSpans) {
      for (const { scope, spans } of scopes) {
        for (const span of spans) {
          const trace = traces.get(span.traceId) ?? { resource: {}, scopes: new Set(), spans: [] };
          traces.set(span.traceId, trace);
          Object.assign(trace.resource, attributesOf(resource?.attributes ?? []));
          trace.scopes.add(scope?.name ?? '');
          trace.spans.push(span);
        }
      }
    }
  }
  return [...traces].map(([traceId, { resource, scopes, spans }]) => {
    const epoch = firstStart(spans);
    return {
      traceId,
      resource,
      scopes: [...scopes].sort(),
      startedAtMs: Number(epoch / 1_000_000n),
      spans: recordsOf(spans, epoch),
    };
  });
}

/** A document of many lines, or a document on each line. */
function documentsOf(
  text: string,
  refuse: (message: string, cause: unknown, line: number) => never,
): { line: number; value: unknown }[] {
  try {
    return [{ line: 1, value: JSON.parse(text) as unknown }];
  } catch {
    const lines = text.split('\n').map((line, index) => ({ line, number: index + 1 }));
    return lines
      .filter(({ line }) => line.trim() !== '')
      .map(({ line, number }) => ({ line: number, value: jsonOf(line, (message, cause) => refuse(message, cause, number)) }));
  }
}

function jsonOf(line: string, refuse: (message: string, cause: unknown) => never): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch (cause) {
    return refuse(`this is not a line of JSON: ${messageOf(cause)}`, cause);
  }
}

function recordsOf(spans: readonly WireSpan[], epochNanos: bigint): SpanRecord[] {
  const entries = spans.map((span) => ({ span, attributes: attributesOf(span.attributes) }));
  const pathById = new Map<string, string>();
  const root = spans.find((span) => !span.parentSpanId);
  for (const { span, attributes } of entries) {
    const path = attributes[OWN.path];
    pathById.set(span.spanId, typeof path === 'string' ? path : span === root ? '' : span.spanId);
  }
  // An id that the file does not hold stays as it is, so that checks can name it.
  const pathOf = (id: string) => pathById.get(id) ?? id;
  const microseconds = (nanos: string | number) => Number((BigInt(nanos) - epochNanos) / 1000n);

  return entries.map(({ span, attributes }) => {
    const { [OWN.path]: _path, [OWN.after]: after, ...own } = attributes;
    const failed = span.status?.code === 2;
    const errorType = own[GEN_AI.errorType];
    if (failed) delete own[GEN_AI.errorType];
    return {
      path: pathOf(span.spanId),
      parentPath: span.parentSpanId ? pathOf(span.parentSpanId) : null,
      name: span.name,
      kind: span.kind === 3 ? 'client' : 'internal',
      startUs: microseconds(span.startTimeUnixNano),
      endUs: microseconds(span.endTimeUnixNano),
      attributes: own,
      events: span.events.map((event) => ({
        name: event.name,
        atUs: microseconds(event.timeUnixNano),
        attributes: attributesOf(event.attributes),
      })),
      error: failed ? { type: String(errorType ?? '_OTHER'), message: span.status?.message ?? '' } : undefined,
      after: Array.isArray(after) ? after.map(pathOf) : [],
      links: span.links.map((link) => pathOf(link.spanId)),
    };
  });
}

const firstStart = (spans: readonly WireSpan[]): bigint =>
  spans.map((span) => BigInt(span.startTimeUnixNano)).reduce((a, b) => (b < a ? b : a));

/** Built with fromEntries, which makes even a hostile `__proto__` a plain property. */
const attributesOf = (list: readonly { readonly key: string; readonly value: WireValue }[]): Attributes =>
  Object.fromEntries(list.map(({ key, value }) => [key, valueOf(value)]));

function valueOf(value: WireValue): AttributeValue {
  if (value.stringValue !== undefined) return value.stringValue;
  if (value.boolValue !== undefined) return value.boolValue;
  if (value.intValue !== undefined) return Number(value.intValue);
  if (value.doubleValue !== undefined) return Number(value.doubleValue);
  if (value.arrayValue) return value.arrayValue.values.map(itemText);
  return value.bytesValue ?? JSON.stringify(value.kvlistValue ?? null);
}

/** Our attributes know arrays of text only; a foreign item of another kind becomes its text. */
function itemText(item: Readonly<Record<string, unknown>>): string {
  const value = Object.values(item)[0];
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
