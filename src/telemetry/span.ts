export type AttributeValue = string | number | boolean | readonly string[];
export type Attributes = Record<string, AttributeValue>;

export interface SpanEvent {
  readonly name: string;
  readonly atUs: number;
  readonly attributes: Readonly<Attributes>;
}

/**
 * A span while a trial runs: a plain struct on the trial's clock (whole microseconds from its start). Ids, OTLP and OpenTelemetry objects
 * are made of it only when it is written or sent, which keeps the hot path lean.
 */
export interface SpanRecord {
  /** Unique within the trial (kernel/path.ts); the span's id is derived from it. The root's path is ''. */
  readonly path: string;
  /** null for the root. */
  readonly parentPath: string | null;
  readonly name: string;
  readonly kind: 'internal' | 'client';
  readonly startUs: number;
  /** -1 while the span is open. */
  endUs: number;
  readonly attributes: Attributes;
  readonly events: SpanEvent[];
  /** Set on failure: the span's status is ERROR then, unset otherwise. */
  error: { readonly type: string; readonly message: string } | undefined;
  /** Paths of the spans whose end made this one start: what happened before it. */
  readonly after: readonly string[];
  /** Paths of the spans that this one joins. */
  readonly links: readonly string[];
}

export interface SpanStart {
  readonly path: string;
  readonly parentPath: string | null;
  readonly name: string;
  readonly kind?: 'internal' | 'client';
  readonly startUs: number;
  readonly attributes: Attributes;
  readonly after: readonly string[];
  readonly links?: readonly string[];
}

/** Told of spans in the moment in which they start and end: of one that is inside another, after its start and before its end. */
export interface SpanWatcher {
  readonly started: (span: SpanRecord) => void;
  readonly ended: (span: SpanRecord) => void;
}

/** The spans of one trial, in the order in which they were started. */
export class TrialTrace {
  readonly spans: SpanRecord[] = [];
  readonly #watcher: SpanWatcher | undefined;

  constructor(watcher?: SpanWatcher) {
    this.#watcher = watcher;
  }

  start(start: SpanStart): SpanRecord {
    const span: SpanRecord = {
      path: start.path,
      parentPath: start.parentPath,
      name: start.name,
      kind: start.kind ?? 'internal',
      startUs: start.startUs,
      endUs: -1,
      attributes: start.attributes,
      events: [],
      error: undefined,
      after: start.after,
      links: start.links ?? [],
    };
    this.spans.push(span);
    this.#watcher?.started(span);
    return span;
  }

  /** Ends a span; nothing about it changes after that, but for the root's, which a verdict is written on. */
  end(span: SpanRecord, endUs: number): void {
    span.endUs = endUs;
    this.#watcher?.ended(span);
  }
}
