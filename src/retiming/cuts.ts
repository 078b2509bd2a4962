import { usOf } from '../kernel/clock.ts';
import { OWN } from '../telemetry/attribute-names.ts';
import type { SpanRecord } from '../telemetry/span.ts';
import type { SpanTree } from '../telemetry/span-tree.ts';

/** A step that did not end by itself: it was stopped when others had finished, or when its time was up. How long it would have taken nobody knows. */
export interface Cut {
  readonly span: SpanRecord;
  readonly by: CutCause;
}

export type CutCause =
  | { readonly kind: 'race'; readonly winners: readonly SpanRecord[] }
  /** So long after the start of `from`. */
  | { readonly kind: 'deadline'; readonly from: SpanRecord };

const STOPPED = new Set(['cancelled', 'timeout', 'limit_exceeded']);

/** The steps of a trial that were stopped, and by what; those of which that cannot be told are left out, and keep their time. */
export function cutsOf(tree: SpanTree): Cut[] {
  return tree.spans.flatMap((span) => {
    if (span.parentPath === null || !isStopped(span)) return [];
    const by = causeOf(tree, span);
    return by ? [{ span, by }] : [];
  });
}

const isStopped = (span: SpanRecord): boolean =>
  span.error !== undefined && STOPPED.has(span.error.type) && span.endUs > span.startUs;

function causeOf(tree: SpanTree, span: SpanRecord): CutCause | undefined {
  const winners = span.error!.type === 'cancelled' ? (branchWinners(tree, span) ?? []) : whatFailedIn(tree, span);
  if (winners.length > 0) return { kind: 'race', winners };
  const from = deadlineOf(tree, span);
  if (from) return { kind: 'deadline', from };
  const ended = tree.spans.filter((other) => other.endUs === span.endUs && other.parentPath !== null && !isStopped(other));
  const innermost = ended.filter((other) => !span.path.startsWith(`${other.path}/`) && !other.error);
  return innermost.length > 0 ? { kind: 'race', winners: innermost } : undefined;
}

/** The branches beside it whose success stopped it, from the innermost step with branches outwards. */
function branchWinners(tree: SpanTree, span: SpanRecord): SpanRecord[] | undefined {
  const groups = [...span.path.matchAll(/\[(\d+)\]/g)].map(({ index, 0: own }) => ({
    group: span.path.slice(0, index + 1),
    own,
  }));
  for (const { group, own } of groups.reverse()) {
    const beside = tree.spans.filter(
      (other) =>
        other.path.startsWith(group) &&
        !other.path.startsWith(group.slice(0, -1) + own) &&
        !other.parentPath?.startsWith(group) &&
        !other.error,
    );
    if (beside.length > 0 && Math.max(...beside.map((other) => other.endUs)) === span.endUs) return beside;
  }
  return undefined;
}

/** A step elsewhere that failed at this very instant without taking time: it met a limit that ends all. */
const whatFailedIn = (tree: SpanTree, span: SpanRecord): SpanRecord[] =>
  tree.spans.filter(
    (other) =>
      other.startUs === span.endUs &&
      other.endUs === span.endUs &&
      other.error?.type === span.error!.type &&
      (tree.children.get(other.path) ?? []).length === 0,
  );

/**
 * Whose deadline it was: the nearest step around it whose time was up just then, and of that the first step of the attempt that was
 * stopped. A trace that tells no deadlines has the outermost step around it that ended with it in the same way.
 */
function deadlineOf(tree: SpanTree, span: SpanRecord): SpanRecord | undefined {
  for (const owner of aroundAndSelf(tree, span)) {
    const allowedMs = owner.attributes[OWN.deadlineMs];
    const from = firstOfAttempt(tree, owner, span);
    if (typeof allowedMs === 'number' && span.endUs - from.startUs === usOf(allowedMs)) return from;
  }
  const alike = aroundAndSelf(tree, span).findLast((one) => one.endUs === span.endUs && one.error?.type === span.error!.type);
  return alike === span && span.error!.type === 'cancelled' ? undefined : alike;
}

/** The step itself, and every one around it, from the inside out. */
function aroundAndSelf(tree: SpanTree, span: SpanRecord): SpanRecord[] {
  const found = [span];
  for (let at = span; at.parentPath !== null && found.length <= tree.spans.length; found.push(at)) {
    const parent = tree.byPath.get(at.parentPath);
    if (!parent) break;
    at = parent;
  }
  return found;
}

/** The step, or the first one inside it that belongs to the same further attempt. */
function firstOfAttempt(tree: SpanTree, owner: SpanRecord, inner: SpanRecord): SpanRecord {
  const attempt = /^\/try\d+\//.exec(inner.path.slice(owner.path.length))?.[0];
  if (attempt === undefined) return owner;
  return tree.spans.find((other) => other.path.startsWith(`${owner.path}${attempt}`)) ?? owner;
}
