import { OWN } from '../telemetry/attribute-names.ts';
import { NOBODY } from '../telemetry/span-role.ts';
import { defineDetector, type Sighting } from './seen/detector.ts';
import type { TrialView } from './seen/trial-view.ts';

/** Stop reasons of an agent or a pattern that did not end by itself. */
const STOPPED: ReadonlySet<string> = new Set(['max_turns', 'loop', 'timeout', 'budget']);

export default defineDetector({
  name: 'missing-termination',
  description: 'Something has no end of its own: a limit had to stop it.',
  severity: 'warning',
  advice:
    'give every loop a condition under which it is done and tell the agent what it is; limits are a safety net, and every round up to them is paid for',
  mast: 'FM-1.5',
  settings: (z) =>
    z.strictObject({
      agents: z.boolean().default(true).describe('an agent that was told to answer at its last turn'),
      patterns: z.boolean().default(true).describe('a pattern that used up its rounds'),
    }),
  detect: (view, { agents, patterns }) => {
    const limited = limitedTrial(view);
    if (limited.length > 0) return limited;
    const own = agents ? stoppedAgents(view) : [];
    return own.length > 0 || !patterns ? own : stoppedPattern(view);
  },
});

/** Nothing came of such a trial: all of it is lost. */
function limitedTrial({ record: { outcome }, tree, calls }: TrialView): Sighting[] {
  if (outcome.status !== 'limit') return [];
  const why = `the trial was ended by its limit ${outcome.limit}: ${outcome.message}`;
  return [{ agent: NOBODY, spans: [tree.root], why, wasted: calls, severity: 'error' }];
}

const stoppedAgents = (view: TrialView): Sighting[] =>
  view.runs.flatMap((run) => {
    const stop = String(run.attributes[OWN.stop] ?? '');
    if (!STOPPED.has(stop)) return [];
    const agent = view.agentOf(run);
    return [{ agent, spans: [run], why: `${agent} was stopped by ${stop}, not by itself` }];
  });

function stoppedPattern({ record, tree }: TrialView): Sighting[] {
  if (record.outcome.status !== 'completed' || !STOPPED.has(record.stop)) return [];
  return [
    {
      agent: NOBODY,
      spans: [tree.root],
      why: `the pattern was stopped by ${record.stop}, not by its own condition`,
      severity: 'info',
    },
  ];
}
