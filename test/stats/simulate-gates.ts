import { join } from 'node:path';
import { readBaseline } from '../../src/bench/baseline.ts';
import { compareRuns } from '../../src/bench/compare-runs.ts';
import { type Random, seededRandom } from '../../src/kernel/random.ts';
import type { RunRecord } from '../../src/schema/run-record.ts';
import type { TrialRecord } from '../../src/schema/trial-record.ts';

interface Recorded {
  readonly run: RunRecord;
  readonly trials: readonly TrialRecord[];
}

export interface Setting {
  readonly splits: number;
  readonly seed: string;
  /** The chance that a passed trial of the later side is made to fail. */
  readonly damage?: number;
}

/** Shares of splits in which the gate said so, all groups together. */
export interface GateRates {
  readonly regressed: number;
  readonly improved: number;
  /** By metric: splits in which it was worse in a group. */
  readonly byMetric: Readonly<Record<string, number>>;
}

/** Trials of the shipped baseline: four patterns on 20 samples of 3 trials. */
export const recorded = (): Promise<Recorded> => readBaseline(join(import.meta.dirname, '../../reports'), 'main');

/**
 * Splits the trials of every sample at random into an earlier and a later side, and counts how often the statistical gate fires. Without damage both sides
 * are the same program, so every alarm is a false one.
 */
export function gateRates({ run, trials }: Recorded, { splits, seed, damage = 0 }: Setting): GateRates {
  const random = seededRandom(seed);
  // Both sides are draws of their own: recordings that nobody else has heard, as far as the gate can tell.
  const { test, treatment } = run.fingerprint;
  const before = { ...run, runId: 'before', fingerprint: { test, treatment, fixtures: 'before' } };
  let [regressed, improved] = [0, 0];
  const byMetric: Record<string, number> = { quality: 0, tokens: 0, costUsd: 0, latencyMs: 0 };
  const cells = Object.values(Object.groupBy(trials, ({ scenario, pattern, sample }) => `${scenario}/${pattern}/${sample}`));
  for (let split = 0; split < splits; split++) {
    const sides: [TrialRecord[], TrialRecord[]] = [[], []];
    for (const cell of cells) divide(cell ?? [], sides, random);
    const after = sides[1].map((trial) => (trial.passed && random.next() < damage ? failing(trial) : trial));
    const { verdict, groups } = compareRuns({ run: before, trials: sides[0] }, { run, trials: after });
    if (verdict === 'regressed') regressed++;
    if (groups.some((group) => group.comparisons.some((one) => one.verdict === 'improved'))) improved++;
    for (const metric of Object.keys(byMetric)) {
      if (groups.some(({ comparisons }) => comparisons.some((one) => one.metric === metric && one.verdict === 'regressed')))
        byMetric[metric]!++;
    }
  }
  const rates = Object.entries(byMetric).map(([metric, count]) => [metric, count / splits]);
  return {
    regressed: regressed / splits,
    improved: improved / splits,
    byMetric: Object.fromEntries(rates) as Record<string, number>,
  };
}

/** Deals the trials of a sample out in random order, beginning with a random side. */
function divide(trials: readonly TrialRecord[], sides: readonly [TrialRecord[], TrialRecord[]], random: Random): void {
  const rest = [...trials];
  for (let turn = random.int(2); rest.length > 0; turn++)
    sides[(turn % 2) as 0 | 1].push(...rest.splice(random.int(rest.length), 1));
}

const failing = (trial: TrialRecord): TrialRecord => ({
  ...trial,
  passed: false,
  scores: Object.fromEntries(Object.keys(trial.scores).map((scorer) => [scorer, 0])),
});

const percent = (share: number) => `${(100 * share).toFixed(1)}%`;

if (import.meta.main) {
  const splits = Number(process.argv[2] ?? 2000);
  const source = await recorded();
  const rows = [0, 0.1, 0.2, 0.3, 0.5].map((damage) => {
    const { regressed, improved, byMetric } = gateRates(source, { splits, seed: `gates ${damage}`, damage });
    return {
      damage,
      regressed: percent(regressed),
      improved: percent(improved),
      ...Object.fromEntries(Object.entries(byMetric).map(([metric, rate]) => [metric, percent(rate)])),
    };
  });
  const head = `${splits} random splits of ${source.run.runId}: how often the statistical gate fires, by the share of passes made to fail`;
  const lines = rows.map((row) =>
    Object.entries(row)
      .map(([name, value]) => `${name} ${value}`)
      .join('  '),
  );
  process.stdout.write(`${[head, ...lines].join('\n')}\n`);
}
