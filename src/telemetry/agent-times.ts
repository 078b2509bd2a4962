import { msOf } from '../kernel/clock.ts';
import type { SpanRecord } from './span.ts';
import { agentOf, NOBODY, roleOf } from './span-role.ts';
import { type SpanTree, treeOf } from './span-tree.ts';

export interface AgentTimes {
  readonly agent: string;
  /** Time in which it had a call to a model or a tool under way; calls at the same time count once. */
  readonly busyMs: number;
  /** Share of the trial's time in which it had none; null for a trial that took no time. */
  readonly idleShare: number | null;
  /** By how much any one of its calls could have taken longer without making the trial longer: that of its tightest call. */
  readonly slackMs: number;
}

/** How the agents of a trial spent its time, in order of their first call. Throws `broken_invariant` for spans without a root. */
export function agentTimes(spans: readonly SpanRecord[]): AgentTimes[] {
  const tree = treeOf(spans);
  const slack = slackOf(tree);
  const trialUs = tree.root.endUs - tree.root.startUs;
  const byAgent = Map.groupBy(leavesOf(tree).filter(isCall), (span) => agentOf(tree, span) ?? NOBODY);
  return [...byAgent].map(([agent, calls]) => {
    const busyUs = unionUs(calls);
    return {
      agent,
      busyMs: msOf(busyUs),
      idleShare: trialUs > 0 ? (trialUs - busyUs) / trialUs : null,
      slackMs: msOf(Math.min(...calls.map((span) => slack.get(span)!))),
    };
  });
}

/**
 * Microseconds by which each span without children could have ended later without making the trial longer, if what it caused took as long as
 * it did (critical path method: latest finish minus finish, over the `after` edges).
 */
export function slackOf(tree: SpanTree): ReadonlyMap<SpanRecord, number> {
  const leaves = leavesOf(tree);
  const effects = new Map<SpanRecord, SpanRecord[]>();
  for (const span of leaves) {
    for (const path of span.after)
      for (const cause of endingIn(tree, path)) effects.set(cause, [...(effects.get(cause) ?? []), span]);
  }
  const latest = new Map<SpanRecord, number>();
  const latestEnd = (span: SpanRecord): number => {
    const known = latest.get(span);
    if (known !== undefined) return known;
    // Spans of a file may wait for each other in a circle; this ends it, with no slack there.
    latest.set(span, span.endUs);
    const ends = (effects.get(span) ?? []).map((effect) => latestEnd(effect) - (effect.endUs - effect.startUs));
    const end = Math.max(span.endUs, Math.min(tree.root.endUs, ...ends));
    latest.set(span, end);
    return end;
  };
  // Latest first, so that long chains are not walked to their ends at once.
  for (const span of leaves.toReversed()) latestEnd(span);
  return new Map(leaves.map((span) => [span, latestEnd(span) - span.endUs]));
}

const isCall = (span: SpanRecord): boolean => ['llm', 'tool', 'handoff'].includes(roleOf(span));

const leavesOf = (tree: SpanTree): SpanRecord[] => tree.spans.filter((span) => !tree.children.has(span.path));

/** The span itself, or what ended last in it where it contains others. */
function endingIn(tree: SpanTree, path: string): SpanRecord[] {
  const span = tree.byPath.get(path);
  if (!span) return [];
  const children = tree.children.get(path);
  return children ? children.filter(({ endUs }) => endUs === span.endUs).flatMap((child) => endingIn(tree, child.path)) : [span];
}

/** The time that intervals cover; they come in order of their start. */
function unionUs(spans: readonly SpanRecord[]): number {
  let [covered, until] = [0, Number.NEGATIVE_INFINITY];
  for (const { startUs, endUs } of spans) {
    covered += Math.max(0, endUs - Math.max(startUs, until));
    until = Math.max(until, endUs);
  }
  return covered;
}
