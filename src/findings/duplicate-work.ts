import { GEN_AI, OWN } from '../telemetry/attribute-names.ts';
import type { SpanRecord } from '../telemetry/span.ts';
import { defineDetector, type Sighting } from './seen/detector.ts';
import { isWrite, toolArguments, toolName, toolResult } from './seen/tool-facts.ts';
import { msLong, times, type TrialView } from './seen/trial-view.ts';

export default defineDetector({
  name: 'duplicate-work',
  description: 'Two agents, or one agent in two runs, do the same: the same request to a model, or the same look-up.',
  severity: 'info',
  advice:
    'share what was found (a memory that all can read, the results of earlier steps in the task) or give each agent a part of its own; ask a model the same thing once',
  mast: 'FM-1.3',
  settings: (z) =>
    z.strictObject({
      requests: z.int().min(2).default(2).describe('equal requests (same model, messages and seed)'),
      lookups: z.int().min(2).default(3).describe('equal calls of a tool that reads, each in another run, with equal results'),
    }),
  detect: (view, { requests, lookups }) => [...sameRequests(view, requests), ...sameLookups(view, lookups)],
});

function sameRequests(view: TrialView, least: number): Sighting[] {
  const told = view.calls.filter((call) => !call.error && call.attributes[OWN.messageDigests] !== undefined);
  return rowsOf(told, least, ({ attributes }) => [
    attributes[GEN_AI.requestModel],
    attributes[GEN_AI.requestSeed],
    attributes[OWN.messageDigests],
  ])
    .filter((row) => new Set(row.map((call) => view.runOf(call))).size > 1)
    .map((row) => ({
      agent: view.agentOf(row[1]!),
      spans: row,
      why: `${times(row.length, 'request')} to ${String(row[0]!.attributes[GEN_AI.requestModel])} by ${namesOf(view, row)} are the same in every word and seed`,
      wasted: row.slice(1),
      severity: 'warning',
    }));
}

function sameLookups(view: TrialView, least: number): Sighting[] {
  const reads = view.tools.filter((tool) => !tool.error && !isWrite(tool) && toolResult(tool) !== undefined);
  return rowsOf(reads, 2, (tool) => [toolName(tool), toolArguments(tool), toolResult(tool)]).flatMap((row) => {
    const first = [...new Map(row.toReversed().map((tool) => [view.runOf(tool), tool])).values()].toReversed();
    if (first.length < least) return [];
    const again = first.slice(1);
    return [
      {
        agent: view.agentOf(again[0]!),
        spans: first,
        why: `${toolName(first[0]!)} is called ${first.length} times with the same arguments, by ${namesOf(view, first)}, and tells the same`,
        wastedMs: again.reduce((sum, tool) => sum + msLong(tool), 0),
      },
    ];
  });
}

/** Spans that agree in what the key says, where there are enough of them. */
const rowsOf = (spans: readonly SpanRecord[], least: number, key: (span: SpanRecord) => readonly unknown[]): SpanRecord[][] =>
  [...Map.groupBy(spans, (span) => key(span).join(' ')).values()].filter((row) => row.length >= least);

const namesOf = (view: TrialView, row: readonly SpanRecord[]): string =>
  [...new Set(row.map((span) => view.agentOf(span)))].join(', ');
