import { join } from 'node:path';
import { loadPatterns, loadScorers } from '../../bench/parts.ts';
import { missingRequests } from '../../bench/missing-requests.ts';
import { planOf, type RunPlan } from '../../bench/plan.ts';
import { selectScenarios } from '../../bench/select-scenarios.ts';
import { usedInteractions, type UsedInteractions } from '../../bench/used-interactions.ts';
import type { BatchRequest } from '../../fixtures/export-batch.ts';
import type { FixtureSet } from '../../fixtures/fixture-set.ts';
import { installNetworkGuard } from '../../transport/network-guard.ts';
import type { Shell } from './shell.ts';

export interface ReplayedSet extends UsedInteractions {
  readonly trials: number;
  readonly patterns: number;
}

/** A recording set replayed in memory, under every pattern, with as many trials as were recorded. Throws as loading its scenario does. */
export async function replayOfSet(set: FixtureSet, shell: Shell): Promise<ReplayedSet> {
  const plan = await planOfSet(set, shell);
  using _guard = await installNetworkGuard({ allow: [] });
  const used = await usedInteractions(plan, set, shell.signal);
  return { ...used, trials: plan.trials.length, patterns: plan.cells.filter(({ agent }) => agent !== undefined).length };
}

/** What every pattern asks for that the set does not have (bench/missing-requests.ts). Throws as loading its scenario does. */
export async function missingOfSet(set: FixtureSet, shell: Shell): Promise<BatchRequest[]> {
  const plan = await planOfSet(set, shell);
  using _guard = await installNetworkGuard({ allow: [] });
  return missingRequests(plan, set, shell.signal);
}

async function planOfSet({ header }: FixtureSet, shell: Shell): Promise<RunPlan> {
  const [patterns, scorers] = await Promise.all([loadPatterns(), loadScorers()]);
  const { scenario, trials } = header;
  const scenarios = await selectScenarios({
    folder: join(shell.root, 'scenarios'),
    names: [scenario],
    parts: { patterns, scorers },
  });
  return planOf({ scenarios, patterns, scorers, trials });
}
