import type { SpanRecord } from './span.ts';
import type { SpanTree } from './span-tree.ts';

interface Interval {
  readonly startUs: number;
  readonly endUs: number;
}

/** A boundary of a span, with the boundaries that must come strictly before it. */
interface Boundary {
  readonly span: SpanRecord;
  readonly isEnd: boolean;
  readonly atUs: number;
  readonly before: Boundary[];
  rank: number;
}

type Strictness = 'siblings' | 'causes' | 'nesting';

/**
 * Times in which what happened one after the other at the same instant is at least 1 us apart. A virtual clock lets a span start in the very
 * microsecond in which its predecessor ended, and lets a span take no time at all; Jaeger's critical path follows only spans that ended
 * strictly before, so it would lose most steps. Children stay inside their parents. Other instants are not moved unless they would be
 * overtaken, so nothing drifts.
 */
export function spreadTimes(tree: SpanTree): Map<SpanRecord, Interval> {
  const boundaries =
    rankedBoundaries(tree, 'siblings') ?? rankedBoundaries(tree, 'causes') ?? rankedBoundaries(tree, 'nesting') ?? [];
  const starts = new Map<SpanRecord, number>();
  const intervals = new Map<SpanRecord, Interval>();
  boundaries.sort((a, b) => a.atUs - b.atUs || a.rank - b.rank);
  let instantUs = Number.NEGATIVE_INFINITY;
  let baseUs = 0;
  let lastUs = Number.NEGATIVE_INFINITY;
  for (const boundary of boundaries) {
    if (boundary.atUs !== instantUs) {
      instantUs = boundary.atUs;
      baseUs = Math.max(instantUs, lastUs + 1);
    }
    lastUs = baseUs + boundary.rank;
    if (!boundary.isEnd) starts.set(boundary.span, lastUs);
    else intervals.set(boundary.span, { startUs: starts.get(boundary.span)!, endUs: lastUs });
  }
  return intervals;
}

/**
 * The boundaries with their place within their instant: the longest chain of boundaries that must come before. Nothing when the order has
 * a circle, which spans that wait for themselves would make; then a weaker order is taken, and nesting alone has none.
 */
function rankedBoundaries(tree: SpanTree, strictness: Strictness): Boundary[] | undefined {
  const start = new Map<SpanRecord, Boundary>();
  const end = new Map<SpanRecord, Boundary>();
  for (const span of tree.spans) {
    start.set(span, { span, isEnd: false, atUs: span.startUs, before: [], rank: -1 });
    end.set(span, { span, isEnd: true, atUs: span.endUs, before: [start.get(span)!], rank: -1 });
  }
  for (const span of tree.spans) {
    const parent = span.parentPath === null ? undefined : tree.byPath.get(span.parentPath);
    if (parent) {
      start.get(span)!.before.push(start.get(parent)!);
      end.get(parent)!.before.push(end.get(span)!);
    }
    if (strictness === 'nesting') continue;
    for (const path of span.after) {
      const cause = tree.byPath.get(path);
      if (cause) start.get(span)!.before.push(end.get(cause)!);
    }
  }
  if (strictness === 'siblings') orderSiblings(tree, start, end);
  const boundaries = [...start.values(), ...end.values()];
  return boundaries.every((boundary) => rank(boundary)) ? boundaries : undefined;
}

/** What ended at an instant ended before its siblings started at it, known cause or not. */
function orderSiblings(tree: SpanTree, start: ReadonlyMap<SpanRecord, Boundary>, end: ReadonlyMap<SpanRecord, Boundary>): void {
  for (const siblings of tree.children.values()) {
    const endedAt = new Map<number, Boundary[]>();
    for (const span of siblings) {
      if (span.endUs === span.startUs) continue;
      const together = endedAt.get(span.endUs);
      if (together) together.push(end.get(span)!);
      else endedAt.set(span.endUs, [end.get(span)!]);
    }
    for (const span of siblings) start.get(span)!.before.push(...(endedAt.get(span.startUs) ?? []));
  }
}

const VISITING = -2;

/** Sets the rank; false when the boundary comes before itself. Boundaries of other instants are apart already. */
function rank(boundary: Boundary): boolean {
  if (boundary.rank === VISITING) return false;
  if (boundary.rank >= 0) return true;
  boundary.rank = VISITING;
  let highest = -1;
  for (const before of boundary.before) {
    if (before.atUs !== boundary.atUs) continue;
    if (!rank(before)) return false;
    highest = Math.max(highest, before.rank);
  }
  boundary.rank = highest + 1;
  return true;
}
