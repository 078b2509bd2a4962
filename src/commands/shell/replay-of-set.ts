import { join } from 'node:path';
import { loadPatterns, loadScorers } from '../../bench/parts.ts';
import { planOf } from '../../bench/plan.ts';
import { selectScenarios } from '../../bench/select-scenarios.ts';
import { usedInteractions, type UsedInteractions } from '../../bench/used-interactions.ts';
import type { FixtureSet } from '../../fixtures/fixture-set.ts';
import { installNetworkGuard } from '../../transport/network-guard.ts';
import type { Shell } from './shell.ts';

export interface ReplayedSet extends UsedInteractions {
  readonly trials: number;
  readonly patterns: number;
}

/** A recording set replayed in memory, under every pattern, with as many trials as were recorded. Throws as loading its scenario does. */
export async function replayOfSet(set: FixtureSet, shell: Shell): Promise<ReplayedSet> {
  const [patterns, scorers] = await Promise.all([loadPatterns(), loadScorers()]);
  const { scenario, trials } = set.header;
  const scenarios = await selectScenarios({
    folder: join(shell.root, 'scenarios'),
    names: [scenario],
    parts: { patterns, scorers },
  });
  const plan = planOf({ scenarios, patterns, scorers, trials });
  using _guard = await installNetworkGuard({ allow: [] });
  const used = await usedInteractions(plan, set, shell.signal);
  return { ...used, trials: plan.trials.length, patterns: plan.cells.filter(({ agent }) => agent !== undefined).length };
}
