import { GEN_AI, OWN } from '../telemetry/attribute-names.ts';
import type { SpanRecord } from '../telemetry/span.ts';
import { defineDetector, type Sighting } from './seen/detector.ts';
import { isWrite, toolArguments, toolName, toolResult } from './seen/tool-facts.ts';
import { times, type TrialView } from './seen/trial-view.ts';

export default defineDetector({
  name: 'loop',
  description: 'In one run an agent does the very same thing again, although it worked and nothing has changed in between.',
  severity: 'error',
  advice:
    'end the loop: say in the instructions when the agent is done, keep what it has found in view, and set limits.maxRepeats, so that a runaway loop costs cents and not a budget',
  mast: 'FM-1.3',
  settings: (z) =>
    z.strictObject({
      repeats: z.int().min(2).default(3).describe('the same tool with the same arguments and result, or the same request'),
    }),
  detect: (view, { repeats }) => [
    ...view.runs.concat(view.tree.root).flatMap((run) => sameTool(view, run, repeats)),
    ...sameRequest(view, repeats),
  ],
});

/** A result that differs, an error, or a write of anybody is a change of state: what comes after it is not a repetition. */
function sameTool(view: TrialView, run: SpanRecord, repeats: number): Sighting[] {
  const own = view.tools.filter((tool) => view.runOf(tool) === run);
  if (own.length < repeats) return [];
  const rows = new Map<string, SpanRecord[]>();
  const found: SpanRecord[][] = [];
  const writes = view.tools.filter(isWrite);
  for (const tool of own) {
    const args = toolArguments(tool);
    if (tool.error || args === undefined) continue;
    const key = `${toolName(tool)} ${args}`;
    const row = rows.get(key);
    const last = row?.at(-1);
    const changed = last && writes.some((write) => write.endUs >= last.endUs && write.startUs <= tool.startUs);
    if (row && !changed && toolResult(last!) === toolResult(tool)) {
      row.push(tool);
      if (row.length === repeats) found.push(row);
    } else rows.set(key, [tool]);
  }
  return found.map((row) => {
    const agent = view.agentOf(row[0]!);
    const again = row.slice(1);
    const asked = again.flatMap((tool) => view.askerOf(tool) ?? []);
    const why = `${agent} calls ${toolName(row[0]!)} ${row.length} times with the same arguments and gets the same result`;
    return { agent, spans: row, why, wasted: [...new Set([...asked, ...again])] };
  });
}

function sameRequest(view: TrialView, repeats: number): Sighting[] {
  const told = view.calls.filter((call) => !call.error && call.attributes[OWN.messageDigests] !== undefined);
  const alike = Map.groupBy(told, (call) =>
    [
      view.agentOf(call),
      call.attributes[GEN_AI.requestModel],
      call.attributes[GEN_AI.requestSeed],
      call.attributes[OWN.messageDigests],
    ].join(' '),
  );
  return [...alike.values()]
    .filter((row) => row.length >= repeats)
    .map((row) => {
      const agent = view.agentOf(row[0]!);
      const why = `${agent} asks ${String(row[0]!.attributes[GEN_AI.requestModel])} the very same thing ${times(row.length, 'time')}`;
      return { agent, spans: row, why, wasted: row.slice(1) };
    });
}
