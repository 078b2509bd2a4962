import { usOf } from '../kernel/clock.ts';
import { OWN } from '../telemetry/attribute-names.ts';
import type { SpanRecord } from '../telemetry/span.ts';
import { latencyFor, leastUs, type NewLatencies } from './new-latency.ts';
import type { CutMoment, TrialGraph } from './trial-graph.ts';

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
  for (const span of graph.tree.spans) if (wouldBeLate(graph, span)) found.add('deadline');
  return [...found].sort();
}

/** Whether a stopped step had more time than it is known to need, or would not even have begun. */
function mightDiffer(graph: TrialGraph, { span, moment }: CutMoment, latencies: NewLatencies): boolean {
  const { start } = graph.of.get(span)!;
  if (start.atUs >= moment.atUs) return true;
  const request = graph.requests.find((one) => one.span === span);
  const change = request && latencyFor(request, latencies);
  return moment.atUs - start.atUs > leastUs(change, span.endUs - span.startUs);
}

/** Whether a step that kept to its deadline would not any more. Each attempt of a step has the whole time for itself. */
function wouldBeLate({ tree, of }: TrialGraph, span: SpanRecord): boolean {
  const allowedMs = span.attributes[OWN.budgetLatencyMs];
  if (typeof allowedMs !== 'number' || span.attributes[OWN.budgetExceeded] === true) return false;
  const allowedUs = usOf(allowedMs);
  const attempts = new Map<string, SpanRecord[]>([['', [span]]]);
  for (const inner of tree.spans) {
    if (!inner.path.startsWith(`${span.path}/`)) continue;
    const attempt = /^\/try\d+/.exec(inner.path.slice(span.path.length))?.[0] ?? '';
    attempts.set(attempt, [...(attempts.get(attempt) ?? []), inner]);
  }
  if (attempts.size > 1) attempts.set('', attempts.get('')!.slice(1));
  return [...attempts.values()].some((spans) => {
    const recordedUs = Math.max(...spans.map((one) => one.endUs)) - Math.min(...spans.map((one) => one.startUs));
    const newUs =
      Math.max(...spans.map((one) => of.get(one)!.end.atUs)) - Math.min(...spans.map((one) => of.get(one)!.start.atUs));
    return spans.length > 0 && recordedUs <= allowedUs && newUs > allowedUs;
  });
}
