import { HANDOFF_PREFIX } from '../telemetry/attribute-names.ts';
import type { SpanRecord } from '../telemetry/span.ts';
import { defineDetector } from './seen/detector.ts';
import { toolArguments, toolName, toolResult } from './seen/tool-facts.ts';
import type { TrialView } from './seen/trial-view.ts';

export default defineDetector({
  name: 'ping-pong',
  description: 'Two agents hand a task back and forth, and nothing new comes of it in between.',
  severity: 'error',
  advice:
    'say in each description what the agent can finish alone and what it may hand over, let a hand-off carry what was found, and bound hand-offs; or let a router or a supervisor decide once',
  mast: 'FM-2.1',
  settings: (z) => z.strictObject({ cycles: z.int().min(1).default(2).describe('times there and back') }),
  detect: (view, { cycles }) => {
    const rows: SpanRecord[][] = [];
    let row: SpanRecord[] = [];
    for (const handoff of view.handoffs) {
      const last = row.at(-1);
      const isReturn = last && targetOf(last) === view.agentOf(handoff) && targetOf(handoff) === view.agentOf(last);
      if (isReturn && !bringsSomething(view, last, handoff)) row.push(handoff);
      else rows.push((row = [handoff]));
    }
    return rows
      .filter((found) => found.length >= 2 * cycles)
      .map((found) => {
        const agent = view.agentOf(found[0]!);
        const again = found.slice(2);
        const asked = view.calls.filter((call) => again.some((handoff) => view.runOf(handoff) === view.runOf(call)));
        const why = `${agent} and ${targetOf(found[0]!)} hand over to one another ${found.length} times, and neither finds out anything in between`;
        return { agent, spans: found, why, wasted: asked };
      });
  },
});

const targetOf = (handoff: SpanRecord): string => toolName(handoff).slice(HANDOFF_PREFIX.length);

/** A tool that tells what nothing had told before is a step forward. */
function bringsSomething(view: TrialView, from: SpanRecord, to: SpanRecord): boolean {
  const known = new Set(view.tools.filter(({ endUs }) => endUs <= from.startUs).map(contentOf));
  return view.tools.some(
    (tool) => tool.startUs >= from.endUs && tool.endUs <= to.startUs && !tool.error && !known.has(contentOf(tool)),
  );
}

const contentOf = (tool: SpanRecord): string => [toolName(tool), toolArguments(tool), toolResult(tool)].join(' ');
