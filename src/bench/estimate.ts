import { msOf } from '../kernel/clock.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import { priceTable } from '../telemetry/cost.ts';
import { drive } from './driver.ts';
import type { RunPlan } from './plan.ts';
import { replayTraffic } from './replay-traffic.ts';

export interface Estimate {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** null when a model has no listed price. */
  readonly costUsd: number | null;
  /** Summed latency of the trials, in seconds, as recorded. */
  readonly seconds: number;
}

/**
 * What a plan will take at an endpoint, told by replaying it on recordings that exist: same prompts, same tools, simulated answers, listed
 * prices. Nothing when a scenario of the plan has no such recording.
 */
export async function estimateFromRecordings(
  plan: RunPlan,
  fileOf: (scenario: string) => string,
  signal: AbortSignal,
): Promise<Estimate | undefined> {
  const total = { calls: 0, inputTokens: 0, outputTokens: 0, costUsd: 0 as number | null, latencyMs: 0 };
  try {
    for (const scenario of plan.scenarios) {
      const traffic = await replayTraffic({ scenario, file: fileOf(scenario.name), onMiss: () => undefined, remedy: '' });
      const prices = await priceTable(scenario.prices);
      await drive({
        trials: plan.trials.filter(({ cell }) => cell.scenario === scenario),
        concurrency: 16,
        signal,
        environmentOf: (trial) => ({
          clock: traffic.clock,
          model: traffic.modelFor(trial),
          judge: () => traffic.modelFor(trial),
          prices,
          seed: 1,
          fixtureSet: traffic.fixtureSet,
          signal,
        }),
        onTrial: (_finished, record) => {
          total.calls += record.llmCalls + (record.judgeCalls ?? 0);
          total.inputTokens += record.inputTokens;
          total.outputTokens += record.outputTokens;
          total.latencyMs += record.latencyMs;
          const { costUsd, judgeCostUsd = 0 } = record;
          total.costUsd =
            total.costUsd === null || costUsd === null || judgeCostUsd === null ? null : total.costUsd + costUsd + judgeCostUsd;
        },
      });
    }
  } catch (error) {
    if (error instanceof PatternbenchError && error.code === 'fixture_miss') return undefined;
    throw error;
  }
  const { latencyMs, ...rest } = total;
  return { ...rest, seconds: msOf(latencyMs) };
}
