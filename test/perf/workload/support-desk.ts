import { join } from 'node:path';
import { loadPatterns, loadScorers } from '../../../src/bench/parts.ts';
import { planOf, type RunPlan } from '../../../src/bench/plan.ts';
import { selectScenarios } from '../../../src/bench/select-scenarios.ts';

export interface DeskChoice {
  /** The repository. */
  readonly root: string;
  /** All that ship when absent. */
  readonly patterns?: readonly string[];
  readonly samples?: number;
  readonly trials?: number;
}

/** Trials of scenarios/support-desk. */
export async function supportDesk({ root, patterns: names, samples, trials }: DeskChoice): Promise<RunPlan> {
  const [patterns, scorers] = await Promise.all([loadPatterns(), loadScorers()]);
  const scenarios = await selectScenarios({
    folder: join(root, 'scenarios'),
    names: ['support-desk'],
    parts: { patterns, scorers },
  });
  return planOf({
    scenarios,
    patterns: patterns.filter(({ name }) => !names || names.includes(name)),
    scorers,
    ...(samples === undefined ? {} : { samples }),
    ...(trials === undefined ? {} : { trials }),
  });
}
