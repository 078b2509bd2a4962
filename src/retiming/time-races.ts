import { usOf } from '../kernel/clock.ts';
import { OWN } from '../telemetry/attribute-names.ts';
import type { SpanRecord } from '../telemetry/span.ts';
import type { SpanTree } from '../telemetry/span-tree.ts';
import { type LostBranch, lostBranches } from './lost-branches.ts';
import { latencyFor, leastUs, type NewLatencies } from './new-latency.ts';
import type { CutMoment, SpanMoments, TrialGraph } from './trial-graph.ts';

/** Why a simulated trial might have gone another way: its control flow hangs on time, and the times have changed. */
export type TimeRace =
  /** What was stopped because others had finished might now have finished before them. */
  | 'race'
  /** What was stopped because its time was up might now have finished in time, or the other way round. */
  | 'deadline';

/** The places at which a simulated trial might have gone another way; none where no time changed. */
export function timeRaces(graph: TrialGraph, latencies: NewLatencies): TimeRace[] {
  const found = new Set<TimeRace>();
  for (const cut of graph.cuts) if (mightDiffer(graph, cut, latencies)) found.add(cut.by.kind);
  for (const lost of lostBranches(graph.tree)) if (mightHaveWon(graph, lost)) found.add('race');
  for (const span of graph.tree.spans) if (wouldBeLate(graph, span)) found.add('deadline');
  return [...found].sort();
}

/** Whether a stopped step would not even have begun, or had more time after all that it is known to have done. */
function mightDiffer(graph: TrialGraph, { span, moment }: CutMoment, latencies: NewLatencies): boolean {
  const { of, tree, requests } = graph;
  const { start } = of.get(span)!;
  if (start.atUs >= moment.atUs) return true;
  const inside = tree.children.get(span.path) ?? [];
  const lastUs = Math.max(start.atUs, ...inside.map((child) => of.get(child)!.end.atUs));
  const lastRecordedUs = Math.max(span.startUs, ...inside.map((child) => child.endUs));
  if (lastUs > moment.atUs || (lastUs === moment.atUs && lastRecordedUs < span.endUs)) return true;
  const request = requests.find((one) => one.span === span || one.call === span);
  const change = request && latencyFor(request, latencies);
  return moment.atUs - lastUs > leastUs(change, span.endUs - lastRecordedUs);
}

/** Whether a branch that lost would not have come so far, or had more time after the last that it is known to have done. */
function mightHaveWon({ of }: TrialGraph, { join, spans }: LostBranch): boolean {
  const lastUs = Math.max(...spans.map((span) => of.get(span)!.end.atUs));
  const restUs = join.startUs - Math.max(...spans.map((span) => span.endUs));
  const newRestUs = of.get(join)!.start.atUs - lastUs;
  // What ends at the very instant of the race was there too late by the order of events alone, which other times may turn round.
  return newRestUs < 0 || newRestUs > restUs || (newRestUs === 0 && spans.some((span) => hasMoved(of.get(span)!)));
}

const hasMoved = ({ start, end }: SpanMoments): boolean => start.atUs !== start.recordedUs || end.atUs !== end.recordedUs;

/** Whether a step that kept to its deadline would not any more. Each attempt of a step has the whole time for itself. */
function wouldBeLate({ tree, of }: TrialGraph, span: SpanRecord): boolean {
  const allowedMs = span.attributes[OWN.deadlineMs];
  if (typeof allowedMs !== 'number') return false;
  const allowedUs = usOf(allowedMs);
  return attemptsOf(tree, span).some((spans) => {
    const recordedUs = Math.max(...spans.map((one) => one.endUs)) - Math.min(...spans.map((one) => one.startUs));
    const moments = spans.map((one) => of.get(one)!);
    const newUs = Math.max(...moments.map(({ end }) => end.atUs)) - Math.min(...moments.map(({ start }) => start.atUs));
    return recordedUs <= allowedUs && (newUs > allowedUs || (newUs === allowedUs && recordedUs < allowedUs));
  });
}

/** The spans of each attempt of a step; of one that was not tried again, the step itself. */
function attemptsOf(tree: SpanTree, span: SpanRecord): SpanRecord[][] {
  const inside = tree.spans.filter((inner) => inner.path.startsWith(`${span.path}/`));
  const attempts = Map.groupBy(inside, (inner) => /^\/try\d+/.exec(inner.path.slice(span.path.length))?.[0] ?? '');
  return attempts.size > 1 ? [...attempts.values()] : [[span]];
}
