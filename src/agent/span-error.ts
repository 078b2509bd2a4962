import { messageOf, PatternbenchError } from '../kernel/errors.ts';
import type { SpanRecord } from '../telemetry/span.ts';
import type { TrialRuntime } from './trial-runtime.ts';

/** The low-cardinality name of anything thrown, for `error.type` and for data. */
export const errorTypeOf = (error: unknown): string =>
  error instanceof PatternbenchError ? error.code : error instanceof Error ? error.name : '_OTHER';

/** Marks a span as failed, unless it has been left behind: then why is already told. */
export function failSpan(span: SpanRecord, error: unknown): void {
  if (isOver(span)) return;
  span.error = { type: errorTypeOf(error), message: messageOf(error) };
}

/** Whether a span has ended. To the step that it belongs to, this says that the step was left behind. */
export const isOver = (span: SpanRecord): boolean => span.endUs !== -1;

interface Leaving {
  /** How the paths begin of what is left. */
  readonly below: string;
  /** How many spans the trial had when the step began: none of those before can be below it. */
  readonly begun: number;
  readonly reason: unknown;
}

/**
 * Ends, now, the spans below a path that somebody left open who ignored the signal or was not waited for. Returns the paths of those that
 * contained no other, or nothing when none was open.
 */
export function leaveBehind(trial: TrialRuntime, { below, begun, reason }: Leaving): string[] | undefined {
  const { spans } = trial.trace;
  let open: SpanRecord[] | undefined;
  for (let i = begun; i < spans.length; i++) {
    const span = spans[i]!;
    if (!isOver(span) && span.path.startsWith(below)) (open ??= []).push(span);
  }
  if (!open) return undefined;
  const parents = new Set(open.map((span) => span.parentPath));
  // Inner ones first.
  for (const span of open.toReversed()) {
    span.error = {
      type: reason === undefined ? 'cancelled' : errorTypeOf(reason),
      message: reason === undefined ? NOT_AWAITED : messageOf(reason),
    };
    trial.trace.end(span, trial.clock.nowUs());
  }
  return open.flatMap((span) => (parents.has(span.path) ? [] : [span.path]));
}

const NOT_AWAITED = 'still running when the step that had started it was over';
