import { EVENT, GEN_AI } from '../telemetry/attribute-names.ts';
import type { SpanRecord } from '../telemetry/span.ts';
import { defineDetector, type Sighting } from './seen/detector.ts';
import { toolArguments, toolName } from './seen/tool-facts.ts';
import { msLong, times, type TrialView } from './seen/trial-view.ts';

export default defineDetector({
  name: 'retry-storm',
  description: 'An agent tries again and again what keeps failing: a model, a tool, or a worker.',
  severity: 'warning',
  advice:
    'bound retries with backoff and jitter and honour retry-after, put a circuit breaker and a fallback behind them, and escalate to a person where no fallback is left',
  settings: (z) => z.strictObject({ retries: z.int().min(1).default(3).describe('of one agent in one trial') }),
  detect: (view, { retries }) => [...modelRetries(view, retries), ...failingTools(view, retries)],
});

function modelRetries(view: TrialView, least: number): Sighting[] {
  const retried = view.tree.spans.filter((span) => span.events.some(isRetry));
  return [...view.byAgent(retried)].flatMap(([agent, spans]) => {
    const count = spans.reduce((sum, span) => sum + span.events.filter(isRetry).length, 0);
    if (count < least) return [];
    const lost = spans.flatMap((span) => view.childrenOf(span)).filter((child) => isLost(view, child));
    const why = `${agent} tries ${times(count, 'time')} again what has failed`;
    return [{ agent, spans, why, wastedMs: lost.reduce((sum, span) => sum + msLong(span), 0) }];
  });
}

const isRetry = ({ name }: SpanRecord['events'][number]): boolean => name === EVENT.retry;

/** Time that retries took: the attempts that failed, and the waiting between them. */
const isLost = (view: TrialView, child: SpanRecord): boolean =>
  view.roleOf(child) === 'backoff' || (child.error !== undefined && child.attributes[GEN_AI.httpRequestMethod] !== undefined);

/** A tool that fails with the same arguments each time is retried by its agent, one model call at a time. */
function failingTools(view: TrialView, least: number): Sighting[] {
  const failed = view.tools.filter((tool) => tool.error && tool.error.type !== 'cancelled' && toolArguments(tool) !== undefined);
  const rows = Map.groupBy(failed, (tool) => [view.runOf(tool).path, toolName(tool), toolArguments(tool)].join(' '));
  return [...rows.values()].flatMap((row) => {
    if (row.length <= least) return [];
    const agent = view.agentOf(row[0]!);
    const again = row.slice(1);
    const asked = again.flatMap((tool) => view.askerOf(tool) ?? []);
    const why = `${agent} calls ${toolName(row[0]!)} ${row.length} times with the same arguments, and it fails each time`;
    return [{ agent, spans: row, why, wasted: [...new Set([...asked, ...again])] }];
  });
}
