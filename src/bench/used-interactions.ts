import type { FixtureSet } from '../fixtures/fixture-set.ts';
import { replayPort } from '../fixtures/replay-port.ts';
import { scrubOf } from '../fixtures/scrub.ts';
import type { PatternbenchError } from '../kernel/errors.ts';
import { VirtualClock } from '../kernel/virtual-clock.ts';
import { priceTable } from '../telemetry/cost.ts';
import { drive } from './driver.ts';
import type { RunPlan } from './plan.ts';

export interface UsedInteractions {
  /** How often each interaction was asked for, over all trials of all patterns, by address. */
  readonly uses: ReadonlyMap<string, number>;
  /** Trials that asked for something that is not recorded, and the first such miss. */
  readonly missedTrials: number;
  readonly firstMiss: PatternbenchError | undefined;
}

/** What a plan asks of a recording set: its trials replayed in memory, on virtual time. The plan has one scenario, the set's. */
export async function usedInteractions(plan: RunPlan, set: FixtureSet, signal: AbortSignal): Promise<UsedInteractions> {
  const scenario = plan.scenarios[0]!;
  const uses = new Map<string, number>();
  const missed = new Set<unknown>();
  let firstMiss: PatternbenchError | undefined;
  const watched: FixtureSet = {
    ...set,
    find: (key, trial, occurrence) => {
      const found = set.find(key, trial, occurrence);
      if (found) uses.set(found.address, (uses.get(found.address) ?? 0) + 1);
      return found;
    },
  };
  const prices = await priceTable(scenario.prices);
  await drive({
    trials: plan.trials,
    concurrency: 16,
    signal,
    environmentOf: (trial) => {
      const portOf = () =>
        replayPort({
          set: watched,
          scrub: scrubOf(set.header.scrub),
          trial: trial.trial,
          scenario: scenario.name,
          onMiss: (miss) => {
            missed.add(trial);
            firstMiss ??= miss;
          },
        });
      return {
        clock: () => new VirtualClock(),
        model: portOf(),
        judge: portOf,
        prices,
        seed: 1,
        fixtureSet: `${set.header.scenario}/${set.header.profile}`,
        signal,
      };
    },
    onTrial: () => undefined,
  });
  return { uses, missedTrials: missed.size, firstMiss };
}
