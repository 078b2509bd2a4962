import { messageOf, PatternbenchError } from '../kernel/errors.ts';
import type { RunTraffic, ScenarioTraffic, TrafficClosed } from './scenario-traffic.ts';
import type { Selection } from './selection.ts';

/** The traffic of a run, with the recordings that turned out to be a miss: of one that was cancelled, only its end can tell. */
export interface TrackedTraffic extends RunTraffic {
  /** `key#trial#occurrence` */
  readonly missed: ReadonlySet<string>;
}

/** The traffic of every scenario that is asked for, and of every run of it. */
export interface RunTable {
  readonly trafficOf: (scenario: string) => ScenarioTraffic;
  /** The same for all requests of a run in one mode, since repeats are counted in it. */
  readonly forRun: (selection: Selection, onMiss: (miss: PatternbenchError) => void) => Promise<TrackedTraffic>;
  readonly forget: (run?: string) => void;
  readonly close: () => Promise<{ readonly closed: readonly TrafficClosed[]; readonly notices: readonly string[] }>;
}

/** Names are a client's word: there must be an end to them. */
const MOST_SCENARIOS = 1000;

export function runTable(openTraffic: (scenario: string) => ScenarioTraffic): RunTable {
  const scenarios = new Map<string, ScenarioTraffic>();
  const runs = new Map<string, { readonly run: string; readonly traffic: Promise<TrackedTraffic> }>();
  const trafficOf = (scenario: string): ScenarioTraffic => {
    const known = scenarios.get(scenario);
    if (known) return known;
    if (scenarios.size >= MOST_SCENARIOS)
      throw new PatternbenchError('limit_exceeded', `${MOST_SCENARIOS} scenarios were asked for already`);
    const traffic = openTraffic(scenario);
    scenarios.set(scenario, traffic);
    return traffic;
  };
  return {
    trafficOf,
    forRun: ({ scenario, run, pattern, trial, mode }, onMiss) => {
      const key = JSON.stringify([scenario, run, pattern, trial, mode]);
      const known = runs.get(key);
      if (known) return known.traffic;
      const missed = new Set<string>();
      const note = (miss: PatternbenchError) => {
        const { key: missing, trial: ofTrial, occurrence } = miss.facts;
        missed.add(`${missing}#${ofTrial}#${occurrence}`);
        onMiss(miss);
      };
      const traffic = trafficOf(scenario)
        .forRun({ mode, trial, onMiss: note })
        .then((open) => ({ ...open, missed }));
      runs.set(key, { run, traffic });
      // What could not be opened now may be there for the next request.
      traffic.catch(() => runs.delete(key));
      return traffic;
    },
    forget: (name) => {
      for (const [key, { run }] of runs) if (name === undefined || run === name) runs.delete(key);
    },
    close: async () => {
      const closed: TrafficClosed[] = [];
      const notices: string[] = [];
      for (const [scenario, traffic] of scenarios) {
        try {
          const done = await traffic.close();
          if (done) closed.push(done);
        } catch (error) {
          // One file that cannot be brought into order must not keep the others from it.
          notices.push(`${scenario}: ${messageOf(error)}`);
        }
      }
      return { closed, notices };
    },
  };
}
