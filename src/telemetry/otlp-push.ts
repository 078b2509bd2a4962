import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { connect } from 'node:net';
import { messageOf } from '../kernel/errors.ts';
import { safeLine } from '../kernel/terminal-text.ts';
import { GEN_AI, OWN } from './attribute-names.ts';
import { type JaegerSpan, jaegerView, type JaegerView } from './jaeger-view.ts';
import { type HrTime, loadExporter, type ReadableSpan, type SpanKind, type SpanStatusCode } from './otel-sdk.ts';
import { type OtlpTrace, SCOPE_NAME } from './otlp-json.ts';
import type { Attributes, SpanRecord } from './span.ts';
import { spanIdOf } from './span-ids.ts';

export interface PushRequest {
  /** The collector, `http://localhost:4318` or the full address of its traces endpoint. */
  readonly url: string;
  /** As parseOtlpLine gives them. */
  readonly traces: readonly OtlpTrace[];
  /** Unix milliseconds at which the first trace is made to end; each further one ends a millisecond earlier, which keeps their order. */
  readonly rebaseToEpochMs: number;
  /** Makes the trace ids of this export differ from those of another one. */
  readonly salt: string;
  /** Keep times and ids as they are instead. */
  readonly exact?: boolean;
  /** Version of the tool. */
  readonly version: string;
  readonly signal?: AbortSignal;
}

export interface PushResult {
  /** Spans that the collector took. */
  readonly exported: number;
  readonly rejected: number;
  /** One line for a person, when something was not sent. */
  readonly notice?: string;
  /** Traces that arrived whole, and the ids they have there. */
  readonly traces: readonly { readonly traceId: string; readonly exportedId: string }[];
}

// Numbers of the OpenTelemetry API's enums: importing them would load the API.
const KIND: { readonly internal: SpanKind; readonly client: SpanKind } = { internal: 0, client: 2 };
const STATUS: { readonly unset: SpanStatusCode; readonly error: SpanStatusCode } = { unset: 0, error: 2 };
const SAMPLED = 1;

const PROBE_MS = 200;
const EXPORT_MS = 1_500;
/** The exporter's own timeout counts silence, not time; this one ends an export whatever the collector does. */
const EXPORT_LIMIT_MS = 1_600;
const MAX_SPANS = 512;
/** Characters of attributes in one request: collectors refuse bodies of some 20 MB. */
const MAX_CHARACTERS = 2_000_000;

/**
 * Sends traces to an OTLP/HTTP collector in the form that Jaeger shows best (jaeger-view.ts). Never throws and never retries for long: without
 * a collector it costs at most 0.2 s, with one that does not answer at most 2 s; the first failure ends the export. A collector that answers
 * 200 and drops spans silently (a partial success) is not noticed.
 */
export async function pushSpans(request: PushRequest): Promise<PushResult> {
  const total = request.traces.reduce((sum, trace) => sum + trace.spans.length, 0);
  const traces: { traceId: string; exportedId: string }[] = [];
  let exported = 0;
  try {
    const url = collectorUrl(request.url);
    await probe(url, request.signal);
    await using sender = await openSender(url, request);
    for (const batch of batches(request, sender.convert)) {
      await sender.send(batch.spans);
      exported += batch.spans.length;
      traces.push(...batch.completed);
    }
    return { exported, rejected: total - exported, traces };
  } catch (error) {
    const rejected = total - exported;
    const notice = `traces were not sent to ${originOf(request.url)} (${messageOf(error)}): ${rejected} of ${total} spans are missing there`;
    return { exported, rejected, notice: safeLine(notice), traces };
  }
}

/** The address of a collector's endpoint for traces or metrics; throws for one that is none. */
export function collectorUrl(text: string, signal: 'traces' | 'metrics' = 'traces'): URL {
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new Error('the address must begin with http:// or https://');
  if (url.pathname === '/') url.pathname = `/v1/${signal}`;
  return url;
}

/** Without user name, password and query, which may be secrets. */
export const originOf = (text: string): string => (URL.canParse(text) ? new URL(text).origin : 'an address that is not a URL');

/** The exporter would try for many seconds when nobody listens; a connection tells at once. */
export async function probe(url: URL, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  const timeout = AbortSignal.timeout(PROBE_MS);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || (url.protocol === 'https:' ? 443 : 80)),
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  });
  socket.once('connect', resolve);
  socket.once('error', (error) => {
    reject(
      timeout.aborted
        ? new Error(`nobody answered within ${PROBE_MS} ms`)
        : new Error(`nothing listens there: ${messageOf(error) || 'refused'}`),
    );
  });
  try {
    await promise;
  } finally {
    socket.destroy();
  }
}

interface Batch {
  readonly spans: readonly ReadableSpan[];
  /** Traces of which this batch holds the last span. */
  readonly completed: readonly { readonly traceId: string; readonly exportedId: string }[];
}

function* batches(request: PushRequest, convert: (view: JaegerView) => ReadableSpan[]): Generator<Batch> {
  let spans: ReadableSpan[] = [];
  let completed: { traceId: string; exportedId: string }[] = [];
  let characters = 0;
  let index = 0;
  for (const trace of request.traces) {
    const view = jaegerView(trace, request.exact ? 'exact' : { endMs: request.rebaseToEpochMs - index++, salt: request.salt });
    for (const span of convert(view)) {
      const size = sizeOf(span.attributes as Attributes);
      if (spans.length > 0 && (spans.length === MAX_SPANS || characters + size > MAX_CHARACTERS)) {
        yield { spans, completed };
        [spans, completed, characters] = [[], [], 0];
      }
      spans.push(span);
      characters += size;
    }
    completed.push({ traceId: view.traceId, exportedId: view.exportedId });
  }
  if (spans.length > 0) yield { spans, completed };
}

const sizeOf = (attributes: Attributes): number => {
  let size = 0;
  for (const value of Object.values(attributes)) if (typeof value === 'string') size += value.length;
  return size;
};

/** Whether a collector said no, and would say it again, as against one that is busy or away. */
export function isRefusal(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause as { readonly code?: unknown } | undefined) : undefined;
  const status = Number(cause?.code);
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

/** A way to send batches of spans to a collector, each within 1.6 s or not at all. */
export async function openSender(url: URL, request: Pick<PushRequest, 'signal' | 'version'>) {
  const { OTLPTraceExporter, resourceFromAttributes } = await loadExporter();
  const agent = url.protocol === 'https:' ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const exporter = new OTLPTraceExporter({ url: url.href, timeoutMillis: EXPORT_MS, httpAgentOptions: () => agent });

  const send = async (spans: readonly ReadableSpan[]): Promise<void> => {
    request.signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const limit = AbortSignal.timeout(EXPORT_LIMIT_MS);
    const stop = request.signal ? AbortSignal.any([request.signal, limit]) : limit;
    stop.addEventListener(
      'abort',
      () => reject(limit.aborted ? new Error(`no answer within ${EXPORT_LIMIT_MS} ms`) : stop.reason),
      { once: true },
    );
    exporter.export([...spans], (result) => {
      if (result.code === 0) resolve();
      else reject(new Error(messageOf(result.error) || 'the collector refused them', { cause: result.error }));
    });
    await promise;
  };

  return {
    send,
    convert: (view: JaegerView) => readableSpans(view, { resourceFromAttributes, version: request.version }),
    // Destroying the agent ends what is still under way; waiting for the exporter's shutdown would wait for its retries.
    [Symbol.asyncDispose]: async () => agent.destroy(),
  };
}

interface Conversion {
  readonly resourceFromAttributes: (attributes: Record<string, string>) => ReadableSpan['resource'];
  readonly version: string;
}

function readableSpans(view: JaegerView, { resourceFromAttributes, version }: Conversion): ReadableSpan[] {
  // The exporter groups spans by the identity of their resource.
  const resources = new Map<unknown, ReadableSpan['resource']>();
  const contextOf = (spanId: string) => ({ traceId: view.exportedId, spanId, traceFlags: SAMPLED });
  const idOf = (path: string) => spanIdOf(view.traceId, path);
  return view.spans.map((shown) => {
    const { span, startUs, endUs, endNs } = shown;
    const resource = resources.get(shown.resource) ?? resourceFromAttributes({ ...shown.resource } as Record<string, string>);
    resources.set(shown.resource, resource);
    const context = contextOf(idOf(span.path));
    return {
      name: span.name,
      kind: span.kind === 'client' ? KIND.client : KIND.internal,
      spanContext: () => context,
      ...(span.parentPath === null ? {} : { parentSpanContext: contextOf(idOf(span.parentPath)) }),
      startTime: hrTimeOf(startUs),
      endTime: hrTimeOf(endUs, endNs),
      duration: hrTimeOf(endUs - startUs),
      status: readableStatus(span),
      attributes: exportedAttributes(shown, idOf),
      links: span.links.map((path) => ({ context: contextOf(idOf(path)), attributes: { [OWN.linkType]: 'fan_in' } })),
      events: span.events.map((event) => ({
        name: event.name,
        time: eventTimeOf(event.atUs, shown),
        attributes: event.attributes as Record<string, string>,
      })),
      ended: true,
      resource,
      instrumentationScope: { name: SCOPE_NAME, version },
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
    };
  });
}

/** The conventions leave the status unset on success. */
export const readableStatus = ({ error }: SpanRecord): ReadableSpan['status'] =>
  error ? { code: STATUS.error, message: error.message } : { code: STATUS.unset };

/** OpenTelemetry's time: [seconds, nanoseconds]. A plain number would be taken for something else. */
export const hrTimeOf = (us: number, ns = 0): HrTime => [Math.floor(us / 1e6), (us % 1e6) * 1000 + ns];

/** When an event happened: moved with its span's start, and not past its moved end. */
export const eventTimeOf = (atUs: number, { span, startUs, endUs, endNs }: JaegerSpan): HrTime => {
  const us = Math.min(endUs, startUs + Math.max(0, atUs - span.startUs));
  return hrTimeOf(us, us === endUs ? endNs : 0);
};

/** The attributes of a span as they leave: with its path, and with the ids of what came before it. */
export function exportedAttributes(
  shown: JaegerSpan,
  idOf: (path: string) => string,
): Record<string, string | number | boolean | string[]> {
  const { span } = shown;
  const attributes: Record<string, string | number | boolean | string[]> = {};
  for (const [key, value] of Object.entries(shown.attributes)) attributes[key] = typeof value === 'object' ? [...value] : value;
  if (span.error) attributes[GEN_AI.errorType] ??= span.error.type;
  if (span.after.length > 0) attributes[OWN.after] = span.after.map(idOf);
  attributes[OWN.path] = span.path;
  return attributes;
}
