import { type JaegerSpan, resourcesOf, searchTags } from './jaeger-view.ts';
import { EPOCH_MS, type OtlpTrace, SCOPE_NAME } from './otlp-json.ts';
import { agentOf } from './span-role.ts';
import type { Attributes, SpanRecord, SpanWatcher } from './span.ts';

export interface LiveTraceRequest {
  readonly resource: OtlpTrace['resource'];
  /** Unix milliseconds of the trial's start; `exact` leaves times at the date of spans.jsonl. */
  readonly startMs: number | 'exact';
  /** The span as it may leave. */
  readonly clean: (span: SpanRecord) => SpanRecord;
  readonly send: (span: JaegerSpan) => void;
}

export interface LiveTrace extends SpanWatcher {
  /** Sends the root, which waited for its verdict. */
  readonly finish: (root: SpanRecord) => void;
}

/**
 * The view of jaeger-view.ts for a trial that still runs: each span is sent when it ends, in the service of its agent, with the gaps that
 * Jaeger's critical path needs. The gaps follow the order in which things really happened.
 */
export function liveTrace({ resource, startMs, clean, send }: LiveTraceRequest): LiveTrace {
  const spans: SpanRecord[] = [];
  const byPath = new Map<string, SpanRecord>();
  const starts = new Map<SpanRecord, number>();
  let tags: Attributes = {};
  let resourceOf = resourcesOf(resource, tags);
  const times = startMs === 'exact' ? exactTimes() : gapTimes(startMs * 1000);
  const ending = (span: SpanRecord) => ({ startUs: starts.get(span)!, ...times.end(span, byPath) });
  const shown = (span: SpanRecord, time: ReturnType<typeof ending>): JaegerSpan => {
    const cleaned = clean(span);
    const attributes = span.parentPath === null ? { ...tags, ...cleaned.attributes } : cleaned.attributes;
    return { span: cleaned, ...time, attributes, resource: resourceOf(agentOf({ byPath, spans }, span) ?? SCOPE_NAME) };
  };
  let rootTime: ReturnType<typeof ending> | undefined;
  return {
    started: (span) => {
      spans.push(span);
      byPath.set(span.path, span);
      if (span.parentPath === null) {
        tags = searchTags(span, resource);
        resourceOf = resourcesOf(resource, tags);
      }
      starts.set(span, times.start(span.startUs));
    },
    ended: (span) => {
      const time = ending(span);
      if (span.parentPath === null) rootTime = time;
      else send(shown(span, time));
    },
    finish: (root) => send(shown(root, rootTime ?? ending(root))),
  };
}

interface Times {
  readonly start: (us: number) => number;
  readonly end: (span: SpanRecord, byPath: ReadonlyMap<string, SpanRecord>) => Pick<JaegerSpan, 'endUs' | 'endNs'>;
}

/** Each boundary at least a microsecond behind the one before. */
function gapTimes(baseUs: number): Times {
  const marks: { readonly us: number; readonly shownUs: number }[] = [];
  const next = (us: number): number => {
    const last = marks.at(-1);
    if (last && us < last.us) {
      // Told afterwards, like an attempt that is known to be one when it is over: right behind what had happened by then.
      return (marks.findLast((mark) => mark.us <= us)?.shownUs ?? baseUs + us - 1) + 1;
    }
    const shownUs = Math.max(baseUs + us, (last?.shownUs ?? -1) + 1);
    marks.push({ us, shownUs });
    return shownUs;
  };
  return { start: next, end: (span) => ({ endUs: next(span.endUs), endNs: 0 }) };
}

/** As they are, but for a nanosecond where Jaeger would see a negative duration (see jaeger-view.ts). */
function exactTimes(): Times {
  const baseUs = EPOCH_MS * 1000;
  const later = new Map<SpanRecord, number>();
  return {
    start: (us) => baseUs + us,
    end: (span, byPath) => {
      const parent = span.parentPath === null ? undefined : byPath.get(span.parentPath);
      const isLater = span.endUs === span.startUs || later.get(span) === span.endUs;
      // Its parent has not ended yet; should it end at the same instant, it must end no earlier.
      if (isLater && parent) later.set(parent, span.endUs);
      return { endUs: baseUs + span.endUs, endNs: isLater ? 1 : 0 };
    },
  };
}
