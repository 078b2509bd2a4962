import { PatternbenchError } from '../kernel/errors.ts';
import type { SpanRecord } from './span.ts';

/** The spans of one trial, indexed. Spans keep the canonical order: by start, then by path. */
export interface SpanTree {
  readonly root: SpanRecord;
  readonly spans: readonly SpanRecord[];
  readonly byPath: ReadonlyMap<string, SpanRecord>;
  readonly children: ReadonlyMap<string, readonly SpanRecord[]>;
}

/** Canonical order of spans, the same for those in memory and those read from a file. */
export const inCanonicalOrder = (spans: readonly SpanRecord[]): SpanRecord[] =>
  spans.toSorted((a, b) => a.startUs - b.startUs || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));

/** Indexes spans without judging them; throws `broken_invariant` when there is no root. */
export function treeOf(spans: readonly SpanRecord[]): SpanTree {
  const ordered = inCanonicalOrder(spans);
  const byPath = new Map<string, SpanRecord>();
  const children = new Map<string, SpanRecord[]>();
  let root: SpanRecord | undefined;
  for (const span of ordered) {
    byPath.set(span.path, span);
    if (span.parentPath === null) {
      root ??= span;
      continue;
    }
    const siblings = children.get(span.parentPath);
    if (siblings) siblings.push(span);
    else children.set(span.parentPath, [span]);
  }
  if (!root) throw new PatternbenchError('broken_invariant', 'a trace must have a root span (parentPath null)');
  return { root, spans: ordered, byPath, children };
}

/** Parents before children, siblings in order of their start: as a viewer shows them. Spans that no root leads to are left out. */
export function depthFirst(spans: readonly SpanRecord[]): { readonly span: SpanRecord; readonly depth: number }[] {
  const children = Map.groupBy(inCanonicalOrder(spans), (span) => span.parentPath);
  // By span: in a damaged file spans may share a path, and then contain themselves.
  const depths = new Map<SpanRecord, number>();
  const visit = (parent: string | null, depth: number): void => {
    for (const span of children.get(parent) ?? []) {
      if (depths.has(span)) continue;
      depths.set(span, depth);
      visit(span.path, depth + 1);
    }
  };
  visit(null, 0);
  return [...depths].map(([span, depth]) => ({ span, depth }));
}

/** One thing that is wrong with a span; `path` says which span. */
export interface TraceProblem {
  readonly path: string;
  readonly problem: string;
}

/** What keeps spans from being a whole trace: several roots, equal paths, open spans, orphans, children outside their parent, dead links. */
export function structuralProblems(tree: SpanTree): TraceProblem[] {
  const problems: TraceProblem[] = [];
  const seen = new Set<string>();
  for (const span of tree.spans) {
    const say = (problem: string) => problems.push({ path: span.path, problem });
    if (seen.has(span.path)) say('has the path of another span');
    seen.add(span.path);
    if (!Number.isSafeInteger(span.startUs) || span.startUs < 0)
      say(`starts at ${span.startUs}, which is not a whole microsecond`);
    if (span.endUs === -1) say('was never ended');
    else if (!Number.isSafeInteger(span.endUs) || span.endUs < span.startUs)
      say(`ends at ${span.endUs} us, before its start or between microseconds`);
    if (span.parentPath === null) {
      if (span !== tree.root) say('is a second root');
    } else {
      const parent = tree.byPath.get(span.parentPath);
      if (!parent) say(`has no parent: there is no span "${span.parentPath}"`);
      else if (span.startUs < parent.startUs || (parent.endUs !== -1 && span.endUs > parent.endUs)) say('is outside its parent');
    }
    for (const path of span.after) if (!tree.byPath.has(path)) say(`starts after "${path}", which does not exist`);
    for (const path of span.links) if (!tree.byPath.has(path)) say(`links to "${path}", which does not exist`);
  }
  // Spans whose parents form a circle have parents and are still not part of the tree.
  if (problems.length === 0 && countBelow(tree) !== tree.spans.length) {
    problems.push({ path: tree.root.path, problem: 'is not above every span: some are their own ancestors' });
  }
  return problems;
}

function countBelow(tree: SpanTree): number {
  const reached = [tree.root];
  for (const span of reached) reached.push(...(tree.children.get(span.path) ?? []));
  return reached.length;
}
