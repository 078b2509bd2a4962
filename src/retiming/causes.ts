import type { SpanRecord } from '../telemetry/span.ts';
import { roleOf } from '../telemetry/span-role.ts';
import type { SpanTree } from '../telemetry/span-tree.ts';
import { branchesOf } from './branch-pools.ts';

/**
 * The spans whose end let a span start, beside the start of the span around it. What a trace says (`after`) counts; where it says nothing, the
 * siblings that had ended last by then. A span is no cause of one that contains it or that it contains.
 */
export function causesOf(tree: SpanTree, span: SpanRecord): SpanRecord[] {
  if (span.after.length > 0) {
    const said = span.after.flatMap((path) => tree.byPath.get(path) ?? []);
    return said.filter((cause) => cause.endUs <= span.startUs && !isAround(tree, cause, span) && !isAround(tree, span, cause));
  }
  const parent = span.parentPath === null ? undefined : tree.byPath.get(span.parentPath);
  if (!parent) return [];
  const ended = (tree.children.get(parent.path) ?? []).filter(
    (sibling) => sibling !== span && sibling.endUs <= span.startUs && sibling.endUs > parent.startUs,
  );
  const last = Math.max(...ended.map((sibling) => sibling.endUs));
  return ended.filter((sibling) => sibling.endUs === last);
}

function isAround(tree: SpanTree, outer: SpanRecord, inner: SpanRecord): boolean {
  let at: SpanRecord | undefined = inner;
  for (let hops = 0; at && hops <= tree.spans.length; hops++) {
    if (at === outer) return true;
    at = at.parentPath === null ? undefined : tree.byPath.get(at.parentPath);
  }
  return false;
}

/** What each span waits for once siblings that do not need one another start together, and how many waits that spares. */
export interface FreedCauses {
  readonly causesOf: (span: SpanRecord) => readonly SpanRecord[];
  readonly freed: number;
}

/**
 * Starts independent siblings together. Two kinds are known to be independent from the graph alone: branches of one step that only waited for a
 * place, and tool calls under one agent between which nobody thought (no model was asked, no agent ran): their arguments were all known
 * before the first. Whatever else ran one after another is taken to need what ran before.
 */
export function freedCauses(tree: SpanTree): FreedCauses {
  const known = new Map<SpanRecord, readonly SpanRecord[]>();
  const freed = new Set<string>();
  /** Tool calls that a later one does not wait for any more. Whoever waits for the later one needs them all the same. */
  const beside = new Map<SpanRecord, readonly SpanRecord[]>();
  const causesNow = (span: SpanRecord) => known.get(span) ?? causesOf(tree, span);
  /** What let the earlier sibling start: the branch that it stands in, or the tool call itself. */
  const insteadOf = (cause: SpanRecord, span: SpanRecord): readonly SpanRecord[] | undefined => {
    const pair = branchesOf(span.path, cause.path);
    if (pair) {
      freed.add(`${pair.group}${pair.own}`);
      const entry = tree.spans.find((other) => other.path.startsWith(`${pair.group}${pair.other}]`));
      return entry ? causesNow(entry) : [];
    }
    if (!isTool(cause) || !isTool(span) || cause.parentPath !== span.parentPath) return undefined;
    freed.add(span.path);
    beside.set(span, [...(beside.get(span) ?? []), cause, ...(beside.get(cause) ?? [])]);
    return causesNow(cause);
  };
  // In canonical order, so that the causes of an earlier sibling are settled before a later one takes them over.
  for (const span of tree.spans) {
    const parent = span.parentPath === null ? undefined : tree.byPath.get(span.parentPath);
    // The first step inside a step names the causes of that one.
    const inherits = parent !== undefined && span.after.length > 0 && String(span.after) === String(parent.after);
    if (inherits && known.has(parent)) known.set(span, known.get(parent)!);
    else
      known.set(span, [
        ...new Set(causesOf(tree, span).flatMap((cause) => insteadOf(cause, span) ?? [cause, ...(beside.get(cause) ?? [])])),
      ]);
  }
  return { causesOf: causesNow, freed: freed.size };
}

const isTool = (span: SpanRecord): boolean => ['tool', 'handoff'].includes(roleOf(span));
