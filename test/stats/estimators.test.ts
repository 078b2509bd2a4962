import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/kernel/random.ts';
import { eachResample, resamplesOf } from '../../src/stats/bootstrap.ts';
import { clopperPearson } from '../../src/stats/clopper-pearson.ts';
import { discordanceBound, pairedDifference } from '../../src/stats/paired.ts';
import { type PassCount, passAtK, passHatK } from '../../src/stats/pass-hat-k.ts';
import { passEstimate } from '../../src/stats/pass-estimate.ts';
import { quantile, quantileInterval, quantileIntervalOver } from '../../src/stats/quantile.ts';
import { ratioOfTotals } from '../../src/stats/ratio-of-totals.ts';
import { robustness } from '../../src/stats/robustness.ts';
import { scoreEstimate } from '../../src/stats/score-interval.ts';
import { simultaneousLevel } from '../../src/stats/simultaneous.ts';
import { wilson } from '../../src/stats/wilson.ts';

const random = () => seededRandom('estimators');

describe('passEstimate', () => {
  const counts = fc.integer({ min: 1, max: 5 }).chain((trials) =>
    fc.array(fc.record({ trials: fc.constant(trials), passed: fc.integer({ min: 0, max: trials }) }), {
      minLength: 2,
      maxLength: 15,
    }),
  );

  it('holds its value in an interval of width above 0 that stays within [0, 1]', () => {
    fc.assert(
      fc.property(counts, fc.constantFrom('all' as const, 'any' as const), (drawn, of) => {
        for (let k = 1; k <= drawn[0]!.trials; k++) {
          const found = passEstimate(drawn, { k, of })!;
          const mean = drawn.reduce((sum, count) => sum + (of === 'all' ? passHatK : passAtK)(count, k), 0) / drawn.length;
          expect(found.value).toBeCloseTo(mean, 9);
          expect(found.low).toBeGreaterThanOrEqual(0);
          expect(found.high).toBeLessThanOrEqual(1);
          expect(found.high - found.low).toBeGreaterThan(0);
          expect(found.low).toBeLessThanOrEqual(found.value);
          expect(found.high).toBeGreaterThanOrEqual(found.value);
        }
      }),
    );
  });

  it('is the interval of a rate at k = 1, and Wilson on the samples where k is the number of trials', () => {
    const drawn: PassCount[] = [3, 1, 0, 2, 3, 3, 1, 0].map((passed) => ({ trials: 3, passed }));
    const clusters = drawn.map(({ trials, passed }) => Array.from({ length: trials }, (_, i) => (i < passed ? 1 : 0)));
    const rate = scoreEstimate(clusters)!;
    // The variance of the rate over samples is that of the design effect, so the effective sizes agree to the factor of p(1 - p).
    expect(passEstimate(drawn, { k: 1, of: 'all' })!.low).toBeCloseTo(rate.low, 6);
    expect(passEstimate(drawn, { k: 3, of: 'all' })).toMatchObject({ value: 3 / 8, ...wilson(3 / 8, 8) });
    expect(passEstimate(drawn, { k: 3, of: 'any' })!.value).toBeCloseTo(6 / 8, 12);
  });

  it('knows nothing of what was not tried, and has no interval across samples from one', () => {
    expect(
      passEstimate(
        [
          { trials: 2, passed: 1 },
          { trials: 3, passed: 1 },
        ],
        { k: 3, of: 'all' },
      ),
    ).toBeNull();
    expect(passEstimate([], { k: 1, of: 'all' })).toBeNull();
    expect(passEstimate([{ trials: 3, passed: 3 }], { k: 2, of: 'all' })).toMatchObject({ value: 1, low: 0, high: 1 });
  });
});

describe('clopperPearson', () => {
  /** The chance of at least `least` passes out of n. */
  const atLeast = (least: number, n: number, rate: number) => {
    let [term, total] = [(1 - rate) ** n, 0];
    for (let passed = 0; passed <= n; passed++) {
      if (passed >= least) total += term;
      term *= ((n - passed) / (passed + 1)) * (rate / (1 - rate));
    }
    return total;
  };

  it('ends where what was seen, or more of it, has a chance of 2.5 %', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, share) => {
        const passed = Math.round(share * n);
        const { low, high } = clopperPearson(passed / n, n);
        if (passed > 0) expect(atLeast(passed, n, low)).toBeCloseTo(0.025, 7);
        else expect(low).toBe(0);
        if (passed < n) expect(1 - atLeast(passed + 1, n, high)).toBeCloseTo(0.025, 7);
        else expect(high).toBe(1);
      }),
    );
    expect(clopperPearson(0.5, 0)).toEqual({ low: 0, high: 1 });
  });
});

describe('quantileIntervalOver', () => {
  it('counts samples: trials that repeat their sample leave the interval as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 6, maxLength: 40 }), fc.integer({ min: 1, max: 4 }), (values, trials) => {
        const clusters = values.map((value) => Array.from({ length: trials }, () => value));
        expect(quantileIntervalOver(clusters, 0.5)).toEqual(quantileInterval(values, 0.5));
      }),
    );
  });

  it('holds the quantile of the trials, and gives p95 none below 72 samples however many trials there are', () => {
    const clusters = (n: number) => Array.from({ length: n }, (_, i) => [i, i + 0.5, i + 7]);
    const median = quantileIntervalOver(clusters(20), 0.5)!;
    expect(median.low).toBeLessThan(quantile(clusters(20).flat(), 0.5));
    expect(median.high).toBeGreaterThan(quantile(clusters(20).flat(), 0.5));
    // Of 20 values the 6th and the 15th hold the median; of 20 blocks of three, the first of the 6th and the last of the 15th.
    const sorted = clusters(20)
      .flat()
      .sort((x, y) => x - y);
    expect(median).toEqual({ low: sorted[15], high: sorted[44] });
    expect(quantileIntervalOver(clusters(71), 0.95)).toBeNull();
    expect(quantileIntervalOver(clusters(72), 0.95)).not.toBeNull();
  });
});

describe('the bootstrap over samples', () => {
  it('draws as many units as there are, and the same ones from the same seed', () => {
    const draws = (seed: string) => {
      const seen: number[][] = [];
      eachResample(5, seededRandom(seed), (counts) => seen.push([...counts]), 50);
      return seen;
    };
    expect(draws('a').every((counts) => counts.reduce((sum, count) => sum + count, 0) === 5)).toBe(true);
    expect(draws('a')).toEqual(draws('a'));
    expect(draws('a')).not.toEqual(draws('b'));
  });

  it('gives a ratio of totals an interval around it, none from one sample, and no upper end where a denominator may vanish', () => {
    const a = [2, 3, 4, 1, 6, 2, 3, 5];
    const found = ratioOfTotals({ a, b: [1, 2, 2, 1, 2, 1, 2, 3] }, random())!;
    expect(found.ratio).toBeCloseTo(26 / 14, 12);
    expect(found.low!).toBeLessThan(found.ratio);
    expect(found.high!).toBeGreaterThan(found.ratio);
    const proportional = ratioOfTotals({ a, b: a.map((value) => value / 2) }, random())!;
    expect([proportional.low, proportional.high].map((end) => end?.toFixed(9))).toEqual(['2.000000000', '2.000000000']);
    expect(ratioOfTotals({ a: [1], b: [1] }, random())).toEqual({ ratio: 1, low: null, high: null, n: 1 });
    expect(ratioOfTotals({ a: [1, 1, 1, 1], b: [0, 0, 0, 1] }, random())).toMatchObject({ ratio: 4, high: null });
    expect(ratioOfTotals({ a: [1, 1], b: [0, 0] }, random())).toBeNull();
  });

  it('keeps the two sides of a sample together in robustness', () => {
    const clean = [
      [1, 1],
      [0.5, 0.5],
      [1, 0],
      [0.2, 0.2],
    ];
    const halved = clean.map((scores) => scores.map((score) => score / 2));
    const found = robustness({ faulty: halved, clean }, random())!;
    // By rows instead of pairs the interval would be wide: the samples differ much, their ratios do not at all.
    expect([found.ratio, found.low, found.high].map((value) => value?.toFixed(9))).toEqual([
      '0.500000000',
      '0.500000000',
      '0.500000000',
    ]);
    expect(robustness({ faulty: [[1]], clean: [[0]] }, random())).toBeNull();
  });
});

describe('several intervals at once', () => {
  it('are wider, each by the level that Bonferroni gives it', () => {
    expect(simultaneousLevel(1)).toBe(0.95);
    expect(simultaneousLevel(10)).toBeCloseTo(0.995, 12);
    const [a, b]: [number[], number[]] = [
      [1, 0.5, 0.7, 0.9],
      [0.2, 0.4, 0.6, 0.1],
    ];
    const [plain, together] = [pairedDifference(a, b)!, pairedDifference(a, b, simultaneousLevel(10))!];
    expect(together.high - together.low).toBeGreaterThan(plain.high - plain.low);
  });
});

describe('resamples', () => {
  it('are 10,000, and fewer where samples are so many that each draw takes long', () => {
    expect([2, 20, 1000].map(resamplesOf)).toEqual([10_000, 10_000, 10_000]);
    expect([4000, 1_000_000].map(resamplesOf)).toEqual([2500, 1000]);
  });
});

describe('the rule of three', () => {
  it('is what the exact bound comes to: no failure among n leaves room for up to 3 / n', () => {
    for (const n of [5, 20, 100, 1000]) {
      expect(discordanceBound(n)).toBeLessThan(3 / n);
      expect(discordanceBound(n)).toBeGreaterThan(2.2 / n);
      // With that share of failures, n passes in a row have a chance of 5 %.
      expect((1 - discordanceBound(n)) ** n).toBeCloseTo(0.05, 12);
    }
  });
});
