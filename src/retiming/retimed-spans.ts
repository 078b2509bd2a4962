import { OWN, STEP } from '../telemetry/attribute-names.ts';
import type { SpanRecord } from '../telemetry/span.ts';
import type { TrialGraph } from './trial-graph.ts';

/** Why a request waited, on the span of its wait. */
export const WAITED_FOR_LIMIT = 'limit';

/**
 * The spans of a trial with the times of its simulation, told from its own beginning. What a request waited for a limit is a span of its own
 * before it. Everything else stands as it was recorded.
 */
export function retimedSpans({ tree, root, of, requests }: TrialGraph): SpanRecord[] {
  const beginUs = root.start.atUs - tree.root.startUs;
  const waits = new Map(requests.map((request) => [request.span, waitOf(request, beginUs)]));
  return tree.spans.flatMap((span) => {
    const { start, end } = of.get(span)!;
    const startUs = start.atUs - beginUs;
    const endUs = end.atUs - beginUs;
    const wait = waits.get(span);
    const events = span.events.map((event) => ({
      ...event,
      atUs: Math.min(endUs, Math.max(startUs, event.atUs + startUs - span.startUs)),
    }));
    const moved: SpanRecord = { ...span, startUs, endUs, events, attributes: { ...span.attributes } };
    return wait ? [wait, { ...moved, after: [wait.path] }] : [moved];
  });
}

function waitOf({ span, start, askedUs }: TrialGraph['requests'][number], beginUs: number): SpanRecord | undefined {
  if (askedUs < 0 || start.atUs === askedUs) return undefined;
  return {
    path: `${span.path}/wait:limit#0`,
    parentPath: span.parentPath,
    name: 'wait limit',
    kind: 'internal',
    startUs: askedUs - beginUs,
    endUs: start.atUs - beginUs,
    attributes: { [OWN.stepType]: STEP.wait, [OWN.waitReason]: WAITED_FOR_LIMIT },
    events: [],
    error: undefined,
    after: span.after,
    links: [],
  };
}
