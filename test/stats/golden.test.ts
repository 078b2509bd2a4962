import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/kernel/random.ts';
import { krippendorffAlpha } from '../../src/stats/agreement.ts';
import { clopperPearson } from '../../src/stats/clopper-pearson.ts';
import { clusteredStandardError, designEffect, sampleMeans } from '../../src/stats/cluster.ts';
import { holm } from '../../src/stats/holm.ts';
import { tCritical, zCritical } from '../../src/stats/interval.ts';
import { mcnemarP } from '../../src/stats/mcnemar.ts';
import { minimumDetectableDifference, samplesNeeded } from '../../src/stats/mde.ts';
import { mean } from '../../src/stats/mean.ts';
import { pairedDifference } from '../../src/stats/paired.ts';
import { passEstimate } from '../../src/stats/pass-estimate.ts';
import { passAtK, passHatKs } from '../../src/stats/pass-hat-k.ts';
import { tInterval } from '../../src/stats/score-interval.ts';
import { signFlipP } from '../../src/stats/sign-flip.ts';
import { wilson } from '../../src/stats/wilson.ts';
import { golden, published, tolerances } from './golden-statistics.ts';
import { fullPrecision, threeDecimals } from './published-pass-hat-k.ts';

const expectNear = (value: number | undefined | null, expected: number, tolerance: number = tolerances.scipy) =>
  expect(Math.abs((value ?? Number.NaN) - expected), `${value} against ${expected}`).toBeLessThanOrEqual(tolerance);

const countsOf = (solvedIn: readonly number[]) =>
  solvedIn.flatMap((tasks, passed) => Array.from({ length: tasks }, () => ({ trials: solvedIn.length - 1, passed })));
const clustersOf = (solvedIn: readonly number[]) =>
  countsOf(solvedIn).map(({ trials, passed }) => Array.from({ length: trials }, (_, trial) => (trial < passed ? 1 : 0)));

const airline = clustersOf(published.airline.solvedIn);
const { first, second } = published.sleep;

describe('values of scipy and statsmodels, to 1e-9', () => {
  it.each(Object.entries(golden.wilson))('Wilson and Clopper-Pearson of %s', (rate, [low, high, exactLow, exactHigh]) => {
    const [passed, n] = rate.split('/').map(Number) as [number, number];
    const [score, exact] = [wilson(passed / n, n), clopperPearson(passed / n, n)];
    expectNear(score.low, low);
    expectNear(score.high, high);
    expectNear(exact.low, exactLow);
    expectNear(exact.high, exactHigh);
  });

  it.each(Object.entries(golden.t975))('t at 97.5 %% with %s degrees of freedom', (df, t) =>
    expectNear(tCritical(0.95, Number(df)), t),
  );

  it.each(Object.entries(golden.z))('z at %s', (probability, z) => expectNear(zCritical(2 * Number(probability) - 1), z));

  it.each(Object.entries(golden.mcnemar))('McNemar of %s', (pair, p) => {
    const [won, lost] = pair.split(',').map(Number) as [number, number];
    expectNear(mcnemarP(won, lost), p);
  });

  it('the paired t of the sleep data', () => {
    const found = pairedDifference(second, first)!;
    const { mean: difference, se, t, p, ci } = golden.sleep_paired;
    expectNear(found.mean, difference);
    expectNear(found.standardError, se);
    expectNear(found.mean / found.standardError, t);
    expectNear(found.p, p);
    expectNear(found.low, ci[0]);
    expectNear(found.high, ci[1]);
  });

  it('planning of samples', () => {
    const inputs = (trials: number) => ({ between: 1 / 9, within: (2 * (1 / 6)) / trials });
    const told = golden.miller;
    expectNear(samplesNeeded({ between: 1 / 9, within: 0 }, 0.03), told['n(.03,1/9,0)']);
    expectNear(samplesNeeded(inputs(1), 0.03), told['n(.03,1/9,1/6,K=1)']);
    expectNear(samplesNeeded(inputs(10), 0.03), told['n(.03,1/9,1/6,K=10)']);
    expectNear(minimumDetectableDifference(inputs(1), 198), told.mde198K1);
    expectNear(minimumDetectableDifference(inputs(10), 198), told.mde198K10);
  });

  it('the airline runs of tau-bench', () => {
    const told = golden.tau;
    expectNear(mean(sampleMeans(airline)), told.mean);
    expectNear(clusteredStandardError(airline), told.se_cluster_means);
    expectNear(designEffect(airline), told.deff);
    expectNear(airline.flat().length / designEffect(airline), told.neff);
    expectNear(tInterval(airline).low, told.t_ci[0]);
    expectNear(tInterval(airline).high, told.t_ci[1]);
    const all = wilson(84 / 200, 200);
    expectNear(all.low, told.wilson_naive_84_200[0]);
    expectNear(all.high, told.wilson_naive_84_200[1]);
    const fourth = passEstimate(countsOf(published.airline.solvedIn), { k: 4, of: 'all' })!;
    expectNear(fourth.low, told['pass^4_wilson_10_50'][0]);
    expectNear(fourth.high, told['pass^4_wilson_10_50'][1]);
  });
});

describe('published numbers', () => {
  it.each(fullPrecision)('pass^k of $source, to 1e-12', ({ solvedIn, passHatK }) =>
    passHatKs(countsOf(solvedIn)).forEach((value, i) => expectNear(value, passHatK[i]!, tolerances.fullPrecision)),
  );

  it.each(threeDecimals)('pass^k of $source, to three decimals', ({ solvedIn, passHatK }) =>
    passHatKs(countsOf(solvedIn)).forEach((value, i) => expectNear(value, passHatK[i]!, tolerances.threeDecimals + 1e-12)),
  );

  it('pass@k of the airline runs, which is not the plug-in', () => {
    const counts = countsOf(published.airline.solvedIn);
    published.airline.passAtK.forEach((value, i) => expectNear(mean(counts.map((count) => passAtK(count, i + 1))), value, 5e-5));
    const ours = passHatKs(counts);
    for (const k of [2, 3, 4] as const) expect(Math.abs(ours[k - 1]! - golden['plugin_pass^k'][k])).toBeGreaterThan(0.03);
    expectNear(ours[0], golden['plugin_pass^k'][1]);
  });

  it('standard errors of clustered scores', () => {
    expectNear(
      clusteredStandardError([0, 1, 2, 3].map((rest) => [0, 1, 2, 3, 4].map((i) => 4 * i + rest))),
      published.clusteredError,
      5e-4,
    );
    const { naive, paper, corrected, ratio, designEffect: effect, effective } = published.airlineErrors;
    const unclustered = Math.sqrt((0.42 * 0.58) / 199);
    expectNear(Math.sqrt((0.42 * 0.58) / 200), unclustered, 1e-4);
    expectNear(unclustered, naive, 5e-6);
    expectNear(clusteredStandardError(airline) * Math.sqrt(49 / 50), paper, 5e-6);
    expectNear(clusteredStandardError(airline), corrected, 5e-6);
    expectNear((clusteredStandardError(airline) * Math.sqrt(49 / 50)) / unclustered, ratio, 5e-3);
    expectNear(designEffect(airline), effect, 5e-3);
    expectNear(200 / designEffect(airline), effective, 5e-2);
  });

  it("Newcombe's examples", () => {
    for (const [rate, [low, high]] of Object.entries(published.wilson)) {
      const [passed, n] = rate.split('/').map(Number) as [number, number];
      expectNear(wilson(passed / n, n).low, low, 5e-5);
      expectNear(wilson(passed / n, n).high, high, 5e-5);
    }
  });

  it('the sign-flip p of the sleep data, a gap of 3.8 points, the sizes of studies, Holm', () => {
    const differences = second.map((value, i) => value - first[i]!);
    expect(signFlipP(differences, seededRandom('sleep'))).toBe(published.sleep.signFlip);
    const { won, lost, n, difference, low, high } = published.gap;
    const side = (from: number, to: number) => Array.from({ length: n }, (_, i) => (i >= from && i < to ? 1 : 0));
    const gap = pairedDifference(side(0, won), side(won, won + lost))!;
    expectNear(gap.mean, difference);
    expectNear(gap.low, low, 5e-4);
    expectNear(gap.high, high, 5e-4);
    const { samples, trials1, trials10, shown1, shown10 } = published.planning;
    const inputs = (trials: number) => ({ between: 1 / 9, within: (2 * (1 / 6)) / trials });
    expectNear(samplesNeeded({ between: 1 / 9, within: 0 }, 0.03), samples, 0.5);
    expectNear(samplesNeeded(inputs(1), 0.03), trials1, 0.5);
    expectNear(samplesNeeded(inputs(10), 0.03), trials10, 0.5);
    expectNear(minimumDetectableDifference(inputs(1), 198), shown1, 5e-4);
    expectNear(minimumDetectableDifference(inputs(10), 198), shown10, 5e-4);
    holm(published.holm.plain).forEach((p, i) => expectNear(p, published.holm.corrected[i]!, 1e-12));
  });

  it("Krippendorff's own example, with its missing ratings", () => {
    const { observers, nominal, interval } = published.krippendorff;
    const units = observers[0].map((_, unit) => observers.map((ratings) => ratings[unit]!));
    expectNear(krippendorffAlpha(units, 'nominal'), nominal, 5e-4);
    expectNear(krippendorffAlpha(units, 'interval'), interval, 5e-4);
  });
});

// Where the table that these facts were taken from lies beside the checkout, they must still be the same.
const TABLE = ['..', '../..']
  .map((up) => join(import.meta.dirname, '../..', up, 'shared', 'data', 'golden-statistics.json'))
  .find(existsSync);

describe('the facts of this folder', () => {
  it.skipIf(TABLE === undefined)(
    'are those of the table they were taken from (skipped where it does not lie beside the checkout)',
    () => {
      const table = JSON.parse(readFileSync(TABLE!, 'utf8')) as {
        scipy: unknown;
        passHatK_tau2: { histC: number[]; published: number[] }[];
        passHatK_tauReadme: { hist: number[]; published: number[] }[];
        tolerances: Record<string, number>;
      };
      expect(golden).toEqual(table.scipy);
      expect(fullPrecision.map(({ solvedIn, passHatK }) => [solvedIn, passHatK])).toEqual(
        table.passHatK_tau2.map(({ histC, published: values }) => [histC, values]),
      );
      expect(threeDecimals.map(({ solvedIn, passHatK }) => [solvedIn, passHatK])).toEqual(
        table.passHatK_tauReadme.map(({ hist, published: values }) => [hist, values]),
      );
      expect([tolerances.scipy, tolerances.fullPrecision, tolerances.threeDecimals]).toEqual([
        table.tolerances['scipy'],
        table.tolerances['passHatK_tau2'],
        table.tolerances['passHatK_tauReadme'],
      ]);
    },
  );
});
