import { msOf } from '../kernel/clock.ts';
import type { SpanRecord } from './span.ts';
import { agentOf, isWork, NOBODY, roleOf } from './span-role.ts';
import { type SpanTree, treeOf } from './span-tree.ts';

export type PathKind = 'llm' | 'tool' | 'backoff' | 'wait' | 'orchestrator';

/** A stretch of time that the trial could not have done without, and what it was spent on. */
export interface PathSegment {
  /** Whose it was; `orchestrator` where nobody worked. */
  readonly agent: string;
  readonly kind: PathKind;
  readonly ms: number;
  /** The span that took this time; of a stretch in which nobody worked, the span around it. */
  readonly spanPath: string;
}

/**
 * Where the time of a trial went, in time order. From the root's end it goes back over the spans of work (calls to models and tools, backoff,
 * wait), at each moment to the last-finishing one among those whose end let the current one start (`after`); where nothing is known of
 * that, to the one that finished last. What lies between is the orchestrator's. Work inside work (a backoff inside a call, an agent behind a
 * tool) takes its own share. Invariant: in whole microseconds the segments sum exactly to the duration of the root.
 */
export function criticalPath(spans: readonly SpanRecord[]): PathSegment[] {
  const tree = treeOf(spans);
  return pathWithin(tree, tree.root, { above: [], fromUs: tree.root.startUs }).reverse();
}

interface Within {
  /** The spans around it. */
  readonly above: readonly SpanRecord[];
  /** Nothing before this instant is its share: a span of a damaged file may have begun before what contains it. */
  readonly fromUs: number;
}

/** Segments of a span's own interval, latest first. */
function pathWithin(tree: SpanTree, container: SpanRecord, { above, fromUs }: Within): PathSegment[] {
  const around = [...above, container];
  const startUs = Math.max(container.startUs, fromUs);
  const work = workBelow(tree, container, around);
  const rest = containerSegment(tree, container);
  const segments: PathSegment[] = [];
  const add = (segment: Omit<PathSegment, 'ms'>, us: number) => us > 0 && segments.push({ ...segment, ms: msOf(us) });
  let at = container.endUs;
  let cause: SpanRecord | undefined;
  while (at > startUs) {
    const found = (cause && lastCause(tree, work, { span: cause, at })) ?? lastEnded(work, at);
    const begin = Math.max(found?.startUs ?? 0, startUs);
    if (!found || found.endUs <= startUs || begin >= found.endUs) {
      add(rest, at - startUs);
      break;
    }
    add(rest, at - found.endUs);
    segments.push(...pathWithin(tree, found, { above: around, fromUs: begin }));
    at = begin;
    cause = found;
  }
  return segments;
}

function containerSegment(tree: SpanTree, container: SpanRecord): Omit<PathSegment, 'ms'> {
  const role = roleOf(container);
  if (!isWork(role)) return { agent: NOBODY, kind: 'orchestrator', spanPath: container.path };
  const kind = role === 'llm' || role === 'backoff' || role === 'wait' ? role : 'tool';
  return { agent: agentOf(tree, container) ?? NOBODY, kind, spanPath: container.path };
}

/** The nearest spans of work below a span that took any time; what is inside those is theirs. */
function workBelow(tree: SpanTree, container: SpanRecord, around: readonly SpanRecord[]): Set<SpanRecord> {
  const found = new Set<SpanRecord>();
  // Spans of a damaged file may share a path, and then contain themselves: each is looked at once, and none of those around.
  const open = new Set(tree.children.get(container.path) ?? []);
  for (const span of open) {
    if (around.includes(span)) continue;
    if (!isWork(roleOf(span))) for (const child of tree.children.get(span.path) ?? []) open.add(child);
    else if (span.endUs > span.startUs) found.add(span);
  }
  return found;
}

/** Goes back along `after` through whatever took no time or is no work, up to the last-finishing span of work. */
function lastCause(tree: SpanTree, work: ReadonlySet<SpanRecord>, from: { readonly span: SpanRecord; readonly at: number }) {
  const seen = new Set<SpanRecord>();
  let best: SpanRecord | undefined;
  // What made a span start is said on it, or else on the nearest span above it.
  const before = (span: SpanRecord): SpanRecord[] => {
    let said: SpanRecord | undefined = span;
    for (let hops = 0; said && said.after.length === 0 && hops <= tree.spans.length; hops++) {
      said = said.parentPath === null ? undefined : tree.byPath.get(said.parentPath);
    }
    return (said?.after ?? []).flatMap((path) => tree.byPath.get(path) ?? []);
  };
  const open = before(from.span);
  for (const span of open) {
    if (seen.has(span)) continue;
    seen.add(span);
    const inside = work.has(span) ? span : lastEnded(workInside(tree, work, span), from.at);
    if (inside && inside.endUs <= from.at) best = best ? later(best, inside) : inside;
    else open.push(...before(span));
  }
  return best;
}

function workInside(tree: SpanTree, work: ReadonlySet<SpanRecord>, container: SpanRecord): Set<SpanRecord> {
  const below = workBelow(tree, container, [container]);
  return below.intersection(work);
}

function lastEnded(work: ReadonlySet<SpanRecord>, at: number): SpanRecord | undefined {
  let best: SpanRecord | undefined;
  for (const span of work) if (span.endUs <= at) best = best ? later(best, span) : span;
  return best;
}

/** The one that ended later; of two that ended at once the one that succeeded (the losers of a race end with its winner), then the longer one. */
function later(a: SpanRecord, b: SpanRecord): SpanRecord {
  if (a.endUs !== b.endUs) return a.endUs > b.endUs ? a : b;
  if (!a.error !== !b.error) return a.error ? b : a;
  return b.startUs < a.startUs ? b : a;
}
