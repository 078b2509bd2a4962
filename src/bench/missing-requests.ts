import type { BatchRequest } from '../fixtures/export-batch.ts';
import type { FixtureSet } from '../fixtures/fixture-set.ts';
import { addressOf } from '../fixtures/interaction.ts';
import { replayPort } from '../fixtures/replay-port.ts';
import { scrubOf } from '../fixtures/scrub.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import { VirtualClock } from '../kernel/virtual-clock.ts';
import { priceTable } from '../telemetry/cost.ts';
import { drive } from './driver.ts';
import type { RunPlan } from './plan.ts';

/**
 * What the trials of a plan ask for that a recording set does not have, each request once, in the order of the plan. A trial is not followed beyond its
 * first such request, since nobody knows what would come back: with the answers imported, the next call of this gives the next wave.
 * The plan has one scenario, the set's.
 */
export async function missingRequests(plan: RunPlan, set: FixtureSet, signal: AbortSignal): Promise<BatchRequest[]> {
  const scenario = plan.scenarios[0]!;
  const missing = new Map<string, { readonly order: number; readonly request: BatchRequest }>();
  const prices = await priceTable(scenario.prices);
  const orders = new Map(plan.trials.map((trial, order) => [trial, order] as const));
  await drive({
    trials: plan.trials,
    concurrency: 16,
    signal,
    environmentOf: (trial) => {
      const port = replayPort({ set, scrub: scrubOf(set.header.scrub), trial: trial.trial, scenario: scenario.name });
      return {
        clock: () => new VirtualClock(),
        model: {
          call: async (request, info) => {
            try {
              return await port.call(request, info);
            } catch (error) {
              if (error instanceof PatternbenchError && error.code === 'fixture_miss') {
                const { key, occurrence } = error.facts;
                const address = addressOf(String(key), trial.trial, Number(occurrence));
                const order = orders.get(trial)!;
                const known = missing.get(address);
                // Trials run at the same time: whichever comes first in the plan gives a request its place.
                if (!known || known.order > order)
                  missing.set(address, { order, request: { address, api: 'chat.completions', body: withoutStream(request) } });
              }
              throw error;
            }
          },
        },
        prices,
        seed: 1,
        fixtureSet: `${set.header.scenario}/${set.header.profile}`,
        signal,
      };
    },
    onTrial: () => undefined,
  });
  return [...missing.values()]
    .toSorted((a, b) => a.order - b.order || (a.request.address < b.request.address ? -1 : 1))
    .map(({ request }) => request);
}

/** The Batch API streams nothing. */
function withoutStream(request: object): Readonly<Record<string, unknown>> {
  const { stream: _stream, stream_options: _options, ...body } = request as Readonly<Record<string, unknown>>;
  return body;
}
