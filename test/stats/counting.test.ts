import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { passAtK, passHatK, passHatKs } from '../../src/stats/pass-hat-k.ts';
import { quantile, quantileInterval } from '../../src/stats/quantile.ts';
import { fullPrecision, threeDecimals } from './published-pass-hat-k.ts';

const countsOf = (solvedIn: readonly number[]) =>
  solvedIn.flatMap((tasks, passed) => Array.from({ length: tasks }, () => ({ trials: solvedIn.length - 1, passed })));

describe('pass^k and pass@k', () => {
  it.each(fullPrecision)('$source to 1e-12', ({ solvedIn, passHatK: published }) => {
    const ours = passHatKs(countsOf(solvedIn));
    expect(ours).toHaveLength(published.length);
    published.forEach((value, i) => expect(Math.abs((ours[i] as number) - value)).toBeLessThan(1e-12));
  });

  it.each(threeDecimals)('$source to three decimals', ({ solvedIn, passHatK: published }) => {
    const ours = passHatKs(countsOf(solvedIn));
    published.forEach((value, i) => expect(Math.abs((ours[i] as number) - value)).toBeLessThan(5e-4 + 1e-12));
  });

  it('pass@k of the same runs', () => {
    const counts = countsOf([14, 12, 10, 4, 10]);
    [0.42, 0.5667, 0.66, 0.72].forEach((published, i) => {
      expect(counts.reduce((total, count) => total + passAtK(count, i + 1), 0) / 50).toBeCloseTo(published, 4);
    });
  });

  it('is not the plug-in estimate, which is biased', () => {
    const ours = passHatKs(countsOf([14, 12, 10, 4, 10]));
    [0.31, 0.2625, 0.23875].forEach((plugIn, i) => expect(Math.abs((ours[i + 1] as number) - plugIn)).toBeGreaterThan(0.03));
  });

  it('equals the count of all subsets, for every n up to 8', () => {
    for (let trials = 1; trials <= 8; trials++) {
      for (let passed = 0; passed <= trials; passed++) {
        for (let k = 1; k <= trials; k++) {
          const { all, any } = bySubsets(trials, passed, k);
          expect(passHatK({ trials, passed }, k)).toBeCloseTo(all, 12);
          expect(passAtK({ trials, passed }, k)).toBeCloseTo(any, 12);
        }
      }
    }
  });

  it('cannot say what was not tried', () => {
    expect(passHatK({ trials: 2, passed: 2 }, 3)).toBeNaN();
    expect(passAtK({ trials: 2, passed: 2 }, 3)).toBeNaN();
    expect(
      passHatKs([
        { trials: 3, passed: 3 },
        { trials: 2, passed: 0 },
      ]),
    ).toEqual([0.5, 0.5]);
    expect(passHatKs([])).toEqual([]);
  });
});

function bySubsets(trials: number, passed: number, k: number) {
  let subsets = 0;
  let all = 0;
  let any = 0;
  for (let set = 0; set < 2 ** trials; set++) {
    const members = Array.from({ length: trials }, (_, i) => i).filter((i) => (set >> i) & 1);
    if (members.length !== k) continue;
    subsets++;
    if (members.every((i) => i < passed)) all++;
    if (members.some((i) => i < passed)) any++;
  }
  return { all: all / subsets, any: any / subsets };
}

describe('quantile', () => {
  it('is type 7', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([10, 20, 30, 40, 50], 0.95)).toBeCloseTo(48, 12);
    expect(quantile([7], 0.95)).toBe(7);
    expect(quantile([], 0.5)).toBeNaN();
  });

  it('stays within the values and rises with the probability', () => {
    const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 });
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(values, unit, unit, (drawn, p, q) => {
        expect(quantile(drawn, Math.min(p, q))).toBeLessThanOrEqual(quantile(drawn, Math.max(p, q)) + 1e-6);
        expect(quantile(drawn, 1)).toBe(Math.max(...drawn));
        expect(quantile(drawn, 0)).toBe(Math.min(...drawn));
      }),
    );
  });

  it('gives p95 a two-sided interval from 72 values on, and none before', () => {
    const values = (n: number) => Array.from({ length: n }, (_, i) => i);
    expect(quantileInterval(values(71), 0.95)).toBeNull();
    expect(quantileInterval(values(72), 0.95)?.high).toBe(71);
  });

  it('gives the median of ten the second and the ninth value, as the tables do', () => {
    expect(quantileInterval([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.5)).toEqual({ low: 2, high: 9 });
  });
});
