import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/kernel/random.ts';
import { holm } from '../../src/stats/holm.ts';
import { mcnemarP } from '../../src/stats/mcnemar.ts';
import { minimumDetectableDifference, powerInputsOf, samplesNeeded } from '../../src/stats/mde.ts';
import { discordanceBound, pairedDifference } from '../../src/stats/paired.ts';
import { geometricRatio } from '../../src/stats/ratio.ts';
import { signFlipP } from '../../src/stats/sign-flip.ts';

// Student's sleep data (1908): extra hours of sleep of ten patients under two drugs.
const drug1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2];
const drug2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];

const score = fc.double({ min: 0, max: 1, noNaN: true });
const pairs = fc.array(fc.tuple(score, score), { minLength: 1, maxLength: 20 });

describe('pairedDifference', () => {
  it('reproduces the sleep data', () => {
    const difference = pairedDifference(drug2, drug1);
    expect(difference?.mean).toBeCloseTo(1.58, 9);
    expect(difference?.standardError).toBeCloseTo(0.3889587238883952, 9);
    expect(difference?.p).toBeCloseTo(0.002832890197384273, 9);
    expect(difference?.low).toBeCloseTo(0.7001142367230175, 9);
    expect(difference?.high).toBeCloseTo(2.459885763276983, 9);
    expect(difference?.pBelow).toBeCloseTo(1 - 0.002832890197384273 / 2, 9);
  });

  it('reproduces a gap of 3.8 points out of 500 samples with 41 won and 22 lost', () => {
    const a = Array.from({ length: 500 }, (_, i) => (i < 41 ? 1 : 0));
    const b = Array.from({ length: 500 }, (_, i) => (i >= 41 && i < 63 ? 1 : 0));
    const difference = pairedDifference(a, b);
    expect(difference?.mean).toBeCloseTo(0.038, 9);
    expect(difference?.low).toBeCloseTo(0.007, 3);
    expect(difference?.high).toBeCloseTo(0.069, 3);
  });

  it('is honest when no sample differs: the interval is the discordance that could have hidden', () => {
    expect(pairedDifference([1, 0, 1], [1, 0, 1])).toMatchObject({
      mean: 0,
      p: 1,
      kind: 'constant',
      low: -discordanceBound(3),
      high: discordanceBound(3),
    });
    expect(discordanceBound(20)).toBeCloseTo(1 - 0.05 ** (1 / 20), 12);
  });

  it('is honest when all samples differ alike', () => {
    const difference = pairedDifference([1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 0]);
    expect(difference).toMatchObject({ mean: 1, high: 1, p: 2 ** -5, kind: 'constant' });
    expect(difference?.low).toBeLessThan(1);
  });

  it('never has width zero, and turns round with its sides', () => {
    fc.assert(
      fc.property(pairs, (drawn) => {
        const a = drawn.map(([x]) => x);
        const b = drawn.map(([, y]) => y);
        const forth = pairedDifference(a, b);
        const back = pairedDifference(b, a);
        if (!forth || !back) throw new Error('pairs were given');
        expect(forth.high - forth.low).toBeGreaterThan(0);
        expect(forth.mean).toBeCloseTo(-back.mean, 9);
        expect(forth.low).toBeCloseTo(-back.high, 9);
        expect(forth.p).toBeCloseTo(back.p, 9);
      }),
    );
  });

  it('has nothing to say without pairs', () => expect(pairedDifference([], [])).toBeNull());
});

describe('signFlipP', () => {
  const random = seededRandom('sign-flip');
  const sleep = drug2.map((value, i) => value - (drug1[i] as number));

  it('is exact on the sleep data', () => expect(signFlipP(sleep, random)).toBe(0.00390625));

  it('is near the exact value where it samples', () => {
    const long = [...sleep, ...sleep.map((value) => -value / 2)];
    const exactish = signFlipP(long, seededRandom('a'));
    expect(signFlipP(long, seededRandom('a'))).toBe(exactish);
    expect(signFlipP(long, seededRandom('b'))).toBeCloseTo(exactish, 1);
  });

  it('is 1 without a difference, and never 0', () => {
    expect(signFlipP([0, 0, 0], random)).toBe(1);
    expect(
      signFlipP(
        Array.from({ length: 40 }, () => 1),
        random,
      ),
    ).toBeGreaterThan(0);
  });
});

describe('mcnemarP', () => {
  it.each([
    [41, 22, 0.022574972673257185],
    [10, 2, 0.03857421875],
    [5, 0, 0.0625],
    [6, 0, 0.03125],
    [3, 3, 1],
    [1, 8, 0.0390625],
    [0, 0, 1],
  ])('%d won, %d lost', (won, lost, expected) => expect(mcnemarP(won, lost)).toBeCloseTo(expected, 9));
});

describe('holm', () => {
  it('corrects in the order given', () => {
    const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
    [0.03, 0.06, 0.06, 0.02].forEach((expected, i) => expect(adjusted[i]).toBeCloseTo(expected, 12));
  });

  it('never lowers a p, never passes 1, keeps the order of the plain ones', () => {
    fc.assert(
      fc.property(fc.array(score, { maxLength: 12 }), (ps) => {
        const adjusted = holm(ps);
        ps.forEach((p, i) => {
          expect(adjusted[i]).toBeGreaterThanOrEqual(p);
          expect(adjusted[i]).toBeLessThanOrEqual(1);
          ps.forEach((q, j) => p < q && expect(adjusted[i]).toBeLessThanOrEqual(adjusted[j] as number));
        });
      }),
    );
  });
});

describe('geometricRatio', () => {
  it('averages ratios so that doubling and halving cancel', () => {
    const ratio = geometricRatio([2, 1, 3], [1, 2, 3]);
    expect(ratio?.ratio).toBeCloseTo(1, 12);
    expect((ratio?.low ?? 0) * (ratio?.high ?? 0)).toBeCloseTo(1, 9);
    expect(ratio?.p).toBeCloseTo(1, 9);
  });

  it('agrees with Student on the logarithms', () => {
    const ratio = geometricRatio(drug2.map(Math.exp), drug1.map(Math.exp));
    expect(Math.log(ratio?.ratio ?? 0)).toBeCloseTo(1.58, 9);
    expect(Math.log(ratio?.low ?? 0)).toBeCloseTo(0.7001142367230175, 9);
    expect(Math.log(ratio?.high ?? 0)).toBeCloseTo(2.459885763276983, 9);
    expect(ratio?.p).toBeCloseTo(0.002832890197384273, 9);
  });

  it('claims no interval where all ratios are equal, and counts what it left out', () => {
    expect(geometricRatio([2, 4, 0], [1, 2, 5])).toMatchObject({ ratio: 2, n: 2, leftOut: 1, p: 0.5, kind: 'constant' });
    expect(geometricRatio([0], [0])).toBeNull();
  });
});

describe('minimum detectable difference (Miller)', () => {
  const wide = { between: 1 / 9, within: 0 };
  const within = (trials: number) => ({ between: 1 / 9, within: (2 * (1 / 6)) / trials });

  it('reproduces the published sample sizes and differences', () => {
    expect(samplesNeeded(wide, 0.03)).toBeCloseTo(968.9974980677886, 8);
    expect(samplesNeeded(within(1), 0.03)).toBeCloseTo(3875.9899922711543, 8);
    expect(samplesNeeded(within(10), 0.03)).toBeCloseTo(1259.6967474881253, 8);
    expect(minimumDetectableDifference(within(1), 198)).toBeCloseTo(0.1327333278739942, 9);
    expect(minimumDetectableDifference(within(10), 198)).toBeCloseTo(0.0756696392667773, 9);
  });

  it('splits the variance of the differences into samples and trials', () => {
    const inputs = powerInputsOf(
      [
        [1, 0],
        [1, 1],
        [0, 0],
      ],
      [
        [0, 0],
        [0, 0],
        [0, 0],
      ],
    );
    // Differences 0.5, 1, 0: variance 0.25; one sample of three has trials of variance 0.5, over 2 trials.
    expect(inputs.within).toBeCloseTo(0.25 / 3, 12);
    expect(inputs.between).toBeCloseTo(0.25 - 0.25 / 3, 12);
  });
});
