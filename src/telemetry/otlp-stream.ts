import { messageOf } from '../kernel/errors.ts';
import { safeLine } from '../kernel/terminal-text.ts';
import { OWN } from './attribute-names.ts';
import type { JaegerSpan, JaegerView } from './jaeger-view.ts';
import { type LiveTrace, liveTrace, type LiveTraceRequest } from './live-trace.ts';
import {
  type Context,
  type Link,
  loadTracing,
  type NodeTracerProvider,
  type ReadableSpan,
  type SpanProcessor,
} from './otel-sdk.ts';
import { SCOPE_NAME } from './otlp-json.ts';
import {
  collectorUrl,
  eventTimeOf,
  exportedAttributes,
  hrTimeOf,
  isRefusal,
  openSender,
  originOf,
  probe,
  type PushRequest,
  type PushResult,
  readableStatus,
} from './otlp-push.ts';
import { saltedTraceId, spanIdOf } from './span-ids.ts';

/** Spans that may wait for the collector before whoever makes more has to wait. */
const MAX_WAITING = 4_096;
const MAX_BATCH = 512;
/** Failures in a row after which a collector is given up. */
const PATIENCE = 3;

export interface StreamResult extends PushResult {
  /** Spans that were handed in. Invariant: exported + rejected. */
  readonly ended: number;
}

/** The way of a live run's spans to a collector while the run goes on. */
export interface SpanStream {
  /** For a trial that begins: takes its spans as they end. */
  readonly open: (trial: StreamedTrial) => LiveTrace;
  /** Waits while too many spans are on their way; never throws for want of a collector. */
  readonly room: () => Promise<void>;
  /** Sends what is left and tells what became of every span. */
  readonly close: () => Promise<StreamResult>;
}

export interface StreamedTrial extends Pick<LiveTraceRequest, 'resource' | 'clean'> {
  /** As in spans.jsonl. */
  readonly traceId: string;
  /** Unix milliseconds at which the trial begins. */
  readonly startMs: number;
}

/**
 * Opens a stream of spans to a collector. Each span goes out when it ends, with those that ended while the last ones were on their way; trials
 * wait for `room` while 4,096 are waiting, so that memory stays bounded and nothing is dropped silently: a span that the collector did not
 * take is counted as rejected, with the first reason. A batch that a collector did not answer for is sent again (Jaeger keeps equal spans
 * once), one that it refused is not. After three failures in a row (1.6 s each at most) the collector is given up, and the run goes on
 * without it.
 */
export async function openSpanStream(request: StreamRequest): Promise<SpanStream> {
  const delivery = await deliveryTo(request);
  const finished: { traceId: string; exportedId: string }[] = [];
  const tracers = await tracersOf(request.version, {
    onStart: () => undefined,
    onEnd: delivery.take,
    forceFlush: delivery.settled,
    shutdown: delivery.settled,
  });
  return {
    open: ({ traceId, resource, startMs, clean }) => {
      const exportedId = request.exact ? traceId : saltedTraceId(traceId, request.salt);
      const ids = { traceId, exportedId };
      const send = (shown: JaegerSpan) => tracers.tell(shown, ids);
      const live = liveTrace({ resource, startMs: request.exact ? 'exact' : startMs, clean, send });
      return {
        ...live,
        finish: (root) => {
          finished.push(ids);
          live.finish(root);
        },
      };
    },
    room: delivery.room,
    close: async () => {
      const { counts, reason, isWhole } = await delivery.close();
      const { ended, exported, rejected } = counts;
      const result = { ended, exported, rejected, traces: finished.filter(({ exportedId }) => isWhole(exportedId)) };
      if (rejected === 0) return result;
      const notice = `traces were not sent to ${originOf(request.url)} (${reason}): ${rejected} of ${ended} spans are missing there`;
      return { ...result, notice: safeLine(notice) };
    },
  };
}

type StreamRequest = Pick<PushRequest, 'url' | 'salt' | 'exact' | 'version' | 'signal'>;

/** The buffer, and what became of its spans. Invariant, once it is closed: ended = exported + rejected. */
async function deliveryTo(request: StreamRequest) {
  const waiting: ReadableSpan[] = [];
  const counts = { ended: 0, exported: 0, rejected: 0, failures: 0 };
  /** By the id that a trace has at the collector: how many of its spans are not there yet. */
  const missing = new Map<string, number>();
  const count = (span: ReadableSpan, by: number) => {
    const { traceId } = span.spanContext();
    missing.set(traceId, (missing.get(traceId) ?? 0) + by);
  };
  let reason: string | undefined;
  const sender = await connected(request).catch((error: unknown) => {
    reason = messageOf(error);
    return undefined;
  });
  const failed = (batch: ReadableSpan[], error: unknown) => {
    reason ??= messageOf(error);
    counts.failures++;
    if (counts.failures < PATIENCE && !isRefusal(error)) waiting.unshift(...batch);
    else counts.rejected += batch.length;
  };
  const arrived = (batch: readonly ReadableSpan[]) => {
    counts.exported += batch.length;
    counts.failures = 0;
    for (const span of batch) count(span, -1);
  };
  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, MAX_BATCH);
      if (!sender || counts.failures >= PATIENCE) counts.rejected += batch.length;
      else {
        await sender.send(batch).then(
          () => arrived(batch),
          (error: unknown) => failed(batch, error),
        );
      }
    }
  };
  let draining: Promise<void> = Promise.resolve();
  return {
    take: (span: ReadableSpan) => {
      counts.ended++;
      count(span, 1);
      waiting.push(span);
      draining = draining.then(drain);
    },
    settled: () => draining,
    room: async () => {
      while (waiting.length >= MAX_WAITING) await draining;
    },
    close: async () => {
      await draining.then(drain);
      await sender?.[Symbol.asyncDispose]();
      return { counts, reason, isWhole: (exportedId: string) => missing.get(exportedId) === 0 };
    },
  };
}

async function connected(request: StreamRequest) {
  const url = collectorUrl(request.url);
  await probe(url, request.signal);
  return openSender(url, request);
}

/** Tracers of the SDK, one for each service, whose ids and times are those that they are told. */
async function tracersOf(version: string, processor: SpanProcessor) {
  const { AlwaysOnSampler, NodeTracerProvider: Provider, ROOT_CONTEXT, resourceFromAttributes, trace } = await loadTracing();
  const next = { traceId: '', spanId: '' };
  // The resources of a trace are its own; its providers are gone with them.
  const providers = new WeakMap<JaegerSpan['resource'], NodeTracerProvider>();
  const providerOf = (resource: JaegerSpan['resource']): NodeTracerProvider => {
    const known =
      providers.get(resource) ??
      new Provider({
        resource: resourceFromAttributes({ ...resource } as Record<string, string>),
        // Both explicitly: else the environment of whoever runs this decides.
        sampler: new AlwaysOnSampler(),
        spanLimits: {
          attributeCountLimit: 1024,
          eventCountLimit: 1024,
          linkCountLimit: 1024,
          attributeValueLengthLimit: Infinity,
        },
        idGenerator: { generateTraceId: () => next.traceId, generateSpanId: () => next.spanId },
        spanProcessors: [processor],
      });
    providers.set(resource, known);
    return known;
  };
  /** Starts and ends a span that has ended. */
  const tell = (shown: JaegerSpan, { traceId, exportedId }: Pick<JaegerView, 'traceId' | 'exportedId'>): void => {
    const { span } = shown;
    const idOf = (path: string) => spanIdOf(traceId, path);
    const contextOf = (path: string) => ({ traceId: exportedId, spanId: idOf(path), traceFlags: 1 });
    next.traceId = exportedId;
    next.spanId = idOf(span.path);
    const parent: Context =
      span.parentPath === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, contextOf(span.parentPath));
    const told = providerOf(shown.resource)
      .getTracer(SCOPE_NAME, version)
      .startSpan(
        span.name,
        {
          kind: span.kind === 'client' ? 2 : 0,
          startTime: hrTimeOf(shown.startUs),
          attributes: exportedAttributes(shown, idOf),
          links: span.links.map((path): Link => ({ context: contextOf(path), attributes: { [OWN.linkType]: 'fan_in' } })),
        },
        parent,
      );
    for (const event of span.events) {
      told.addEvent(event.name, event.attributes as Record<string, string>, eventTimeOf(event.atUs, shown));
    }
    if (span.error) told.setStatus(readableStatus(span));
    told.end(hrTimeOf(shown.endUs, shown.endNs));
  };
  return { tell };
}
