import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusteredStandardError, designEffect, effectiveSampleSize, sampleMeans } from '../../src/stats/cluster.ts';
import { tCritical, zCritical } from '../../src/stats/interval.ts';
import { mean, standardDeviation } from '../../src/stats/mean.ts';
import { scoreEstimate, tInterval } from '../../src/stats/score-interval.ts';
import { wilson } from '../../src/stats/wilson.ts';

/** Clusters with the given numbers of samples that passed 0, 1, 2 … of their trials. */
const clustersOf = (solvedIn: readonly number[]) =>
  solvedIn.flatMap((count, passed) =>
    Array.from({ length: count }, () => Array.from({ length: solvedIn.length - 1 }, (_, trial) => (trial < passed ? 1 : 0))),
  );

// tau-bench, airline, raw trajectories: 50 tasks x 4 trials.
const airline = clustersOf([14, 12, 10, 4, 10]);

describe('critical values', () => {
  it.each([
    [1, 12.706204736174694],
    [2, 4.302652729749462],
    [3, 3.1824463052837078],
    [4, 2.7764451051977934],
    [5, 2.5705818356363146],
    [9, 2.262157162798205],
    [10, 2.228138851986274],
    [19, 2.0930240544083087],
    [29, 2.045229642132703],
    [30, 2.0422724563],
    [49, 2.0095752371292392],
    [100, 1.9839715185235518],
    [1000, 1.9623390808264083],
  ])('t at 95 %% with %d degrees of freedom', (df, expected) => expect(tCritical(0.95, df)).toBeCloseTo(expected, 9));

  it.each([
    [0.6, 0.8416212335729143],
    [0.8, 1.2815515655446004],
    [0.9, 1.6448536269514722],
    [0.95, 1.959963984540054],
    [0.99, 2.5758293035489004],
  ])('z at %d', (level, expected) => expect(zCritical(level)).toBeCloseTo(expected, 9));

  it('has no t without degrees of freedom', () => expect(tCritical(0.95, 0)).toBeNaN());
});

describe('wilson', () => {
  it.each([
    [0, 10, 0, 0.2775327999],
    [1, 10, 0.0178762131, 0.4041500268],
    [5, 10, 0.2365930905, 0.7634069095],
    [9, 10, 0.5958499732, 0.9821237869],
    [10, 10, 0.7224672001, 1],
    [81, 263, 0.2552885199, 0.366209577],
    [15, 148, 0.0623863995, 0.1604872417],
    [0, 20, 0, 0.1611251581],
    [1, 29, 0.0061132143, 0.1717552188],
    [29, 30, 0.8332960901, 0.9940914096],
    [30, 30, 0.8864866068, 1],
    [21, 50, 0.2937500335, 0.5576655823],
    [84, 200, 0.35373599161616726, 0.4892792606041954],
    [10, 50, 0.11243750015776109, 0.33037105932225413],
  ])('%d of %d, as statsmodels has it', (passed, n, low, high) => {
    const interval = wilson(passed / n, n);
    expect(interval.low).toBeCloseTo(low, 9);
    expect(interval.high).toBeCloseTo(high, 9);
  });

  it('knows nothing at n = 0', () => expect(wilson(0.5, 0)).toEqual({ low: 0, high: 1 }));

  it('holds the rate, stays within [0, 1], is never of width zero, and narrows with n', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0.5, max: 500, noNaN: true }), (rate, n) => {
        const { low, high } = wilson(rate, n);
        const more = wilson(rate, 2 * n);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(rate);
        expect(high).toBeGreaterThanOrEqual(rate);
        expect(high - low).toBeGreaterThan(0);
        expect(more.high - more.low).toBeLessThan(high - low);
      }),
    );
  });
});

describe('clusters', () => {
  it('gives the clustered standard error of Inspect: scores 0..19 in four clusters by remainder', () => {
    const clusters = [0, 1, 2, 3].map((rest) => Array.from({ length: 5 }, (_, i) => 4 * i + rest));
    expect(clusteredStandardError(clusters)).toBeCloseTo(0.645, 3);
  });

  it('reproduces the figures of the tau-bench airline runs', () => {
    expect(clusteredStandardError(airline)).toBeCloseTo(0.05221619109284876, 9);
    expect(designEffect(airline)).toBeCloseTo(2.238530880332428, 9);
    expect(200 / designEffect(airline)).toBeCloseTo(89.34431137724552, 9);
    expect(effectiveSampleSize(airline)).toBeCloseTo(89.34431137724552 * (1.959963984540054 / 2.0095752371292392) ** 2, 8);
  });

  it('equals sd(sample means) / sqrt(samples) when all samples have equally many trials', () => {
    const scores = fc.array(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }), {
      minLength: 2,
      maxLength: 12,
    });
    fc.assert(
      fc.property(scores, (clusters) => {
        const means = sampleMeans(clusters);
        expect(clusteredStandardError(clusters)).toBeCloseTo(standardDeviation(means) / Math.sqrt(means.length), 9);
      }),
    );
  });

  it('counts a sample whose trials always agree once', () => {
    const agreeing = [
      [1, 1, 1],
      [1, 1, 1],
      [1, 1, 1],
      [1, 1, 1],
    ];
    expect(designEffect(agreeing)).toBe(3);
    expect(effectiveSampleSize(agreeing)).toBeLessThan(4);
  });
});

describe('scoreEstimate', () => {
  it('is Wilson on the effective n for scores of 0 and 1', () => {
    const estimate = scoreEstimate(airline);
    const expected = wilson(0.42, effectiveSampleSize(airline));
    expect(estimate).toMatchObject({ n: 50, low: expected.low, high: expected.high });
    expect(estimate?.mean).toBeCloseTo(0.42, 12);
    expect(estimate?.method).toBe('Wilson, 95%, effective n = 85.0 (design effect 2.24)');
  });

  it('is Wilson on the size that the sample means are worth for other scores, beside which t is the textbook', () => {
    const t = tInterval(airline);
    expect(t.low).toBeCloseTo(0.31506763540260274, 9);
    expect(t.high).toBeCloseTo(0.5249323645973972, 9);
    // Each score moved off 0 and 1 by half, which halves mean and standard error.
    const halved = airline.map((trials) => trials.map((score) => score / 2));
    const size = (0.21 * 0.79) / (0.05221619109284876 / 2) ** 2;
    const expected = wilson(0.21, size * (1.959963984540054 / 2.0095752371292392) ** 2);
    const estimate = scoreEstimate(halved);
    expect(estimate?.low).toBeCloseTo(expected.low, 9);
    expect(estimate?.high).toBeCloseTo(expected.high, 9);
    expect(estimate?.method).toMatch(/^Wilson, 95%, effective n = [\d.]+ \(50 sample means\)$/);
  });

  it('is exact on request, and wider', () => {
    const [usual, exact] = [scoreEstimate(airline), scoreEstimate(airline, { rate: 'clopper-pearson' })];
    expect(exact?.method).toMatch(/^Clopper-Pearson, 95%, effective n = 85.0/);
    expect(exact!.low).toBeLessThan(usual!.low);
    expect(exact!.high).toBeGreaterThan(usual!.high);
  });

  it('clips to [0, 1]', () => {
    expect(tInterval([[0.9], [1], [0.2]])).toEqual({ high: 1, low: 0 });
    const { low, high } = scoreEstimate([[0.9], [1], [0.2]])!;
    expect(low > 0 && high < 1).toBe(true);
  });

  it('never claims an interval of width zero, whatever agrees', () => {
    const score = fc.oneof(fc.constantFrom(0, 0.5, 1), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(fc.array(fc.array(score, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 8 }), (clusters) => {
        const estimate = scoreEstimate(clusters);
        expect(estimate).not.toBeNull();
        if (!estimate) return;
        expect(estimate.low).toBeLessThanOrEqual(estimate.mean + 1e-12);
        expect(estimate.high).toBeGreaterThanOrEqual(estimate.mean - 1e-12);
        expect(estimate.high - estimate.low).toBeGreaterThan(0);
        expect(estimate.mean).toBeCloseTo(mean(sampleMeans(clusters)), 12);
      }),
    );
  });

  it('says that one sample has no interval, and that no score has no estimate', () => {
    expect(scoreEstimate([[1, 1, 1]])).toMatchObject({ low: 0, high: 1, n: 1 });
    expect(scoreEstimate([])).toBeNull();
  });
});
