import { readFile } from 'node:fs/promises';
import { loadFixtureSet } from '../fixtures/fixture-set.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import { priceTable } from '../telemetry/cost.ts';
import { drive } from './driver.ts';
import type { RunPlan } from './plan.ts';
import { replayTraffic } from './replay-traffic.ts';

/** What one pattern of one scenario would take. */
export interface PlannedWork {
  readonly scenario: string;
  readonly pattern: string;
  readonly notApplicable: string | undefined;
  readonly trials: number;
  /** To models, as far as recordings tell: what follows from a missing answer is not known. */
  readonly calls: number;
  readonly tokens: number;
  /** null where a model has no listed price. */
  readonly costUsd: number | null;
  /** Calls that are not recorded; at least so many. */
  readonly missing: number;
}

/**
 * What a plan would take, told by replaying it on recordings in memory: nothing is written, nobody is asked, no tool with effects runs. Of a scenario
 * without a recording every trial is missing at least one call.
 */
export async function dryRun(plan: RunPlan, fileOf: (scenario: string) => string, signal: AbortSignal): Promise<PlannedWork[]> {
  const work = plan.cells.map((cell) => ({
    cell,
    scenario: cell.scenario.name,
    pattern: cell.pattern,
    notApplicable: cell.notApplicable,
    trials: 0,
    calls: 0,
    tokens: 0,
    costUsd: 0 as number | null,
    missing: 0,
  }));
  const workOf = new Map(work.map((one) => [one.cell, one] as const));
  for (const { cell } of plan.trials) workOf.get(cell)!.trials += 1;
  for (const scenario of plan.scenarios) {
    const trials = plan.trials.filter(({ cell }) => cell.scenario === scenario);
    const file = fileOf(scenario.name);
    if (!(await isRecorded(file))) {
      for (const { cell } of trials) workOf.get(cell)!.missing += 1;
      continue;
    }
    const onMiss = ({ cell }: (typeof trials)[number]) => void (workOf.get(cell)!.missing += 1);
    const traffic = await replayTraffic({ scenario, file, onMiss, remedy: '' });
    const prices = await priceTable(scenario.prices);
    await drive({
      trials,
      concurrency: 16,
      signal,
      environmentOf: (trial) => ({
        clock: traffic.clock,
        model: traffic.modelFor(trial),
        prices,
        seed: 1,
        fixtureSet: traffic.fixtureSet,
        signal,
        denyWrites: true,
      }),
      onTrial: ({ plan: { cell } }, record) => {
        const one = workOf.get(cell)!;
        one.calls += record.llmCalls;
        one.tokens += record.inputTokens + record.outputTokens;
        one.costUsd = one.costUsd === null || record.costUsd === null ? null : one.costUsd + record.costUsd;
      },
    });
  }
  return work.map(({ cell: _cell, ...rest }) => rest);
}

/** Throws `invalid_fixture` for a file that is there and cannot be read as one. */
async function isRecorded(file: string): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new PatternbenchError('invalid_fixture', 'this file cannot be read', { place: { file }, cause });
  });
  if (text !== undefined) loadFixtureSet(text, file);
  return text !== undefined;
}
