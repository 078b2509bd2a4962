import { OWN } from '../telemetry/attribute-names.ts';
import type { SpanRecord } from '../telemetry/span.ts';
import { defineDetector } from './seen/detector.ts';
import { times, type TrialView } from './seen/trial-view.ts';

export default defineDetector({
  name: 'idle-fan-out',
  description: 'Of workers that were set to work side by side, some write an answer that nobody ever reads.',
  severity: 'warning',
  advice:
    'ask only whom the answer needs (route first, or fan out to fewer), or let the combining step see every result; where the first answers are enough, stop the others (`first`)',
  mast: 'FM-2.5',
  settings: (z) => z.strictObject({ workers: z.int().min(1).default(1).describe('workers of a fan-out that are not read') }),
  detect: (view, { workers }) => {
    const read = new Set(view.calls.flatMap(({ attributes }) => attributes[OWN.promptReads] ?? []));
    const isRead = (call: SpanRecord) => read.has(call.path) || call.attributes[OWN.outputInAnswer] === true;
    return [...fansOf(view)].flatMap(([fan, runs]) => {
      const done = runs.filter((run) => !run.error).map((run) => ({ run, calls: callsIn(view, run) }));
      const idle = done.filter(({ calls }) => calls.length > 0 && !calls.some(isRead));
      // Where no prompt holds any of them, code has put them together: a vote reads every answer without a trace.
      if (idle.length < workers || !done.some(({ calls }) => calls.some(({ path }) => read.has(path)))) return [];
      return idle.map(({ run, calls }) => {
        const agent = view.agentOf(run);
        const why = `${agent} is one of ${times(runs.length, 'worker')} set to work side by side (${fan}), and its answer stands in no later prompt and not in the trial's`;
        return { agent, spans: [run], why, wasted: calls };
      });
    });
  },
});

const BRANCH = /\[\d+\]\/[^/[]+$/;

/** Runs of agents that are branches of one step, by the path of that step. */
function fansOf(view: TrialView): Map<string, readonly SpanRecord[]> {
  const branches = view.runs.filter(({ path }) => BRANCH.test(path));
  const fans = Map.groupBy(branches, ({ path }) => path.replace(BRANCH, ''));
  return new Map([...fans].filter(([, runs]) => runs.length > 1));
}

const callsIn = (view: TrialView, run: SpanRecord): SpanRecord[] => {
  const inside = new Set(view.within(run));
  return view.calls.filter((call) => inside.has(call) && call.attributes[OWN.outputDigest] !== undefined);
};
