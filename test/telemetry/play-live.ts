import type { LiveTrace } from '../../src/telemetry/live-trace.ts';
import type { SpanRecord } from '../../src/telemetry/span.ts';
import { treeOf } from '../../src/telemetry/span-tree.ts';
import { spreadTimes } from '../../src/telemetry/spread-times.ts';

/** Starts and ends spans as they would have been in a run, one boundary after the other; the verdict on the root comes last. */
export function* playLive(spans: readonly SpanRecord[], live: LiveTrace): Generator<SpanRecord> {
  const times = spreadTimes(treeOf(spans));
  const growing = new Map(spans.map((span) => [span, { ...span, endUs: -1 }]));
  const boundaries: { atUs: number; happen: () => SpanRecord | undefined }[] = spans.flatMap((span) => [
    { atUs: times.get(span)!.startUs, happen: () => (live.started(growing.get(span)!), undefined) },
    {
      atUs: times.get(span)!.endUs,
      happen: () => {
        growing.get(span)!.endUs = span.endUs;
        live.ended(growing.get(span)!);
        return growing.get(span)!;
      },
    },
  ]);
  for (const { happen } of boundaries.toSorted((a, b) => a.atUs - b.atUs)) {
    const ended = happen();
    if (ended) yield ended;
  }
  live.finish(growing.get(spans[0]!)!);
}
