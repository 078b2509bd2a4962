import type { SpanRecord } from '../telemetry/span.ts';
import type { SpanTree } from '../telemetry/span-tree.ts';

/** Two branches of one step, as two paths show them: `all:items#0[` and the numbers of both. */
export interface BranchPair {
  readonly group: string;
  readonly own: number;
  readonly other: number;
}

/** The step of which two spans are in different branches; undefined when there is none. */
export function branchesOf(path: string, otherPath: string): BranchPair | undefined {
  for (const { index, 1: own } of path.matchAll(/\[(\d+)\]/g)) {
    const group = path.slice(0, index + 1);
    if (!otherPath.startsWith(group)) return undefined;
    const other = Number.parseInt(otherPath.slice(group.length), 10);
    if (other !== Number(own)) return { group, own: Number(own), other };
  }
  return undefined;
}

/** The branches of a step of which some began only when others had ended: its concurrency was bounded. */
export interface BranchPool {
  readonly group: string;
  /** The spans of each branch that no other span of that branch contains, by number. */
  readonly branches: ReadonlyMap<number, readonly SpanRecord[]>;
  /** Numbers of the branches that had to wait, in the order in which they were let go. */
  readonly waiting: readonly number[];
}

/**
 * Finds the pools of a trial. A pool that the trace does not fully explain (times of a real clock that overtook one another) is left out: its
 * branches then wait for the very ones they waited for.
 */
export function branchPools(tree: SpanTree): BranchPool[] {
  const waitedFor = new Map<string, Map<number, number>>();
  for (const span of tree.spans) {
    for (const cause of span.after) {
      const pair = branchesOf(span.path, cause);
      if (!pair) continue;
      const known = waitedFor.get(pair.group);
      if (known) known.set(pair.own, pair.other);
      else waitedFor.set(pair.group, new Map([[pair.own, pair.other]]));
    }
  }
  return [...waitedFor].flatMap(([group, handed]) => {
    const branches = topSpans(tree, group);
    const waiting = [...handed.keys()].sort((a, b) => a - b);
    const pool = { group, branches, waiting };
    const ends = [...branches.values()].map(endOf).sort((a, b) => a - b);
    const isExplained = waiting.every((branch, turn) => {
      const freed = endOf(branches.get(handed.get(branch)!) ?? []);
      const begun = Math.min(...(branches.get(branch) ?? []).map((span) => span.startUs));
      return freed === ends[turn] && freed <= begun;
    });
    return isExplained ? [pool] : [];
  });
}

const endOf = (spans: readonly SpanRecord[]): number => Math.max(-1, ...spans.map((span) => span.endUs));

function topSpans(tree: SpanTree, group: string): Map<number, SpanRecord[]> {
  const branches = new Map<number, SpanRecord[]>();
  for (const span of tree.spans) {
    if (!span.path.startsWith(group) || span.parentPath?.startsWith(group)) continue;
    const branch = Number.parseInt(span.path.slice(group.length), 10);
    const known = branches.get(branch);
    if (known) known.push(span);
    else branches.set(branch, [span]);
  }
  return branches;
}
