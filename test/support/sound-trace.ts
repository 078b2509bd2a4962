import type { JaegerSpan } from '../../src/telemetry/jaeger-view.ts';
import { liveTrace } from '../../src/telemetry/live-trace.ts';
import type { SpanRecord } from '../../src/telemetry/span.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';

/**
 * Watches a trial as a live export does. `check` throws for a trace that is not sound: by the conformance checker; a span that was changed
 * after it had ended, so that whoever saw it leave saw something else; or one that is shown outside of its parent.
 */
export function soundTrace() {
  const shown = new Map<string, Pick<JaegerSpan, 'startUs' | 'endUs'> & { readonly text: string }>();
  const live = liveTrace({
    resource: {},
    startMs: 0,
    clean: (span) => span,
    send: ({ span, startUs, endUs }) => void shown.set(span.path, { startUs, endUs, text: JSON.stringify(span) }),
  });
  return {
    watch: live,
    check: (spans: readonly SpanRecord[]): void => {
      live.finish(spans[0]!);
      const problems = checkTrace(spans).map(({ path, problem }) => `span "${path}" ${problem}`);
      for (const span of spans) {
        const seen = shown.get(span.path);
        if (!seen) problems.push(`span "${span.path}" was not told when it ended`);
        else if (seen.text !== JSON.stringify(span)) problems.push(`span "${span.path}" changed after it had ended`);
        const parent = span.parentPath === null ? undefined : shown.get(span.parentPath);
        if (seen && parent && (seen.startUs < parent.startUs || seen.endUs > parent.endUs)) {
          problems.push(`span "${span.path}" is shown outside of its parent`);
        }
      }
      if (problems.length > 0) throw new Error(`the trace of this trial is not sound:\n${problems.join('\n')}`);
    },
  };
}
