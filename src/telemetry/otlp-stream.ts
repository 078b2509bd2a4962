import type { Context, Link } from '@opentelemetry/api';
import type { NodeTracerProvider, ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-node';
import { messageOf } from '../kernel/errors.ts';
import { safeLine } from '../kernel/terminal-text.ts';
import { OWN } from './attribute-names.ts';
import { jaegerView, type JaegerSpan, type JaegerView } from './jaeger-view.ts';
import { type OtlpTrace, SCOPE_NAME } from './otlp-json.ts';
import {
  collectorUrl,
  eventTimeOf,
  exportedAttributes,
  hrTimeOf,
  openSender,
  originOf,
  probe,
  type PushRequest,
  type PushResult,
  readableStatus,
} from './otlp-push.ts';
import { spanIdOf } from './span-ids.ts';

// The second of the two files that know the OpenTelemetry SDK (otlp-push.ts is the first): live runs go through its tracers.

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
  /** Hands in a finished trial; waits while too many spans are on their way, and never throws for want of a collector. */
  readonly add: (trace: OtlpTrace, endMs: number) => Promise<void>;
  /** Sends what is left and tells what became of every span. */
  readonly close: () => Promise<StreamResult>;
}

/**
 * Opens a stream of spans to a collector. Spans go out in batches as trials end; a buffer of 4,096 holds them back, so that memory stays
 * bounded and nothing is dropped silently: a span that the collector did not take is counted as rejected, with the first reason. After three
 * failures in a row (1.6 s each at most) the collector is given up, and the run goes on without it.
 */
export async function openSpanStream(
  request: Pick<PushRequest, 'url' | 'salt' | 'exact' | 'version' | 'signal'>,
): Promise<SpanStream> {
  const waiting: ReadableSpan[] = [];
  const counts = { ended: 0, exported: 0, rejected: 0, failures: 0 };
  const missing = new Map<string, number>();
  const traces: { traceId: string; exportedId: string }[] = [];
  let reason: string | undefined;
  const reject = (spans: number, error: unknown) => {
    counts.rejected += spans;
    reason ??= messageOf(error);
  };
  const sender = await connected(request).catch((error: unknown) => {
    reason = messageOf(error);
    return undefined;
  });
  const arrived = (batch: readonly ReadableSpan[]) => {
    counts.exported += batch.length;
    counts.failures = 0;
    for (const span of batch) {
      const id = span.spanContext().traceId;
      missing.set(id, missing.get(id)! - 1);
    }
  };
  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, MAX_BATCH);
      if (!sender || counts.failures >= PATIENCE) reject(batch.length, reason);
      else {
        await sender.send(batch).then(
          () => arrived(batch),
          (error: unknown) => {
            counts.failures++;
            reject(batch.length, error);
          },
        );
      }
    }
  };
  let draining: Promise<void> = Promise.resolve();
  const tracers = await tracersOf(request.version, {
    onStart: () => undefined,
    onEnd: (span) => {
      counts.ended++;
      waiting.push(span);
    },
    forceFlush: () => draining,
    shutdown: () => draining,
  });
  return {
    add: async (trace, endMs) => {
      const view = jaegerView(trace, request.exact ? 'exact' : { endMs, salt: request.salt });
      missing.set(view.exportedId, view.spans.length);
      traces.push({ traceId: view.traceId, exportedId: view.exportedId });
      tracers.replay(view);
      draining = draining.then(drain);
      if (waiting.length >= MAX_WAITING) await draining;
    },
    close: async () => {
      await draining.then(drain);
      await sender?.[Symbol.asyncDispose]();
      const { ended, exported, rejected } = counts;
      const whole = traces.filter(({ exportedId }) => missing.get(exportedId) === 0);
      const result = { ended, exported, rejected, traces: whole };
      if (rejected === 0) return result;
      const notice = `traces were not sent to ${originOf(request.url)} (${reason}): ${rejected} of ${ended} spans are missing there`;
      return { ...result, notice: safeLine(notice) };
    },
  };
}

async function connected(request: Pick<PushRequest, 'url' | 'version' | 'signal'>) {
  const url = collectorUrl(request.url);
  await probe(url, request.signal);
  return openSender(url, request);
}

/** Tracers of the SDK, one for each service, whose ids and times are those that they are told. */
async function tracersOf(version: string, processor: SpanProcessor) {
  const [{ AlwaysOnSampler, NodeTracerProvider: Provider }, { resourceFromAttributes }, { ROOT_CONTEXT, trace }] =
    await Promise.all([
      import('@opentelemetry/sdk-trace-node'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/api'),
    ]);
  const next = { traceId: '', spanId: '' };
  const providers = new Map<JaegerSpan['resource'], NodeTracerProvider>();
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
  const replay = (view: JaegerView): void => {
    const idOf = (path: string) => spanIdOf(view.traceId, path);
    const contextOf = (path: string) => ({ traceId: view.exportedId, spanId: idOf(path), traceFlags: 1 });
    for (const shown of view.spans) {
      const { span } = shown;
      next.traceId = view.exportedId;
      next.spanId = idOf(span.path);
      const parent: Context =
        span.parentPath === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, contextOf(span.parentPath));
      const links = span.links.map((path): Link => ({ context: contextOf(path), attributes: { [OWN.linkType]: 'fan_in' } }));
      const told = providerOf(shown.resource)
        .getTracer(SCOPE_NAME, version)
        .startSpan(
          span.name,
          {
            kind: span.kind === 'client' ? 2 : 0,
            startTime: hrTimeOf(shown.startUs),
            attributes: exportedAttributes(shown, idOf),
            links,
          },
          parent,
        );
      for (const event of span.events) {
        told.addEvent(event.name, event.attributes as Record<string, string>, eventTimeOf(event.atUs, shown));
      }
      if (span.error) told.setStatus(readableStatus(span));
      told.end(hrTimeOf(shown.endUs, shown.endNs));
    }
    // The resources of a view are its own.
    providers.clear();
  };
  return { replay };
}
