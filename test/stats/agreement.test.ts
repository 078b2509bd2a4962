import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/kernel/random.ts';
import { krippendorffAlpha, swapConsistency } from '../../src/stats/agreement.ts';
import { outcomeConsistency, resourceConsistency, trajectoryConsistency } from '../../src/stats/consistency.ts';
import { wilson } from '../../src/stats/wilson.ts';

const random = () => seededRandom('agreement');

describe('consistency', () => {
  it('of outcomes has no bias: its mean over all that can happen is (2p - 1)^2, which the plug-in exceeds', () => {
    for (const p of [0.5, 0.7, 0.9]) {
      const expected = [0, 1, 2, 3].reduce((sum, passed) => {
        const chance = [1, 3, 3, 1][passed]! * p ** passed * (1 - p) ** (3 - passed);
        const trials = Array.from({ length: 3 }, (_, i) => (i < passed ? 1 : 0));
        const variance = passed === 0 || passed === 3 ? 0 : 1 / 3;
        expect(outcomeConsistency([trials])).toBe(variance === 0 ? 1 : 0);
        return sum + chance * (1 - 4 * variance);
      }, 0);
      expect(expected).toBeCloseTo((2 * p - 1) ** 2, 12);
    }
    expect(
      outcomeConsistency([
        [1, 1, 1],
        [0, 0, 0],
      ]),
    ).toBe(1);
    expect(
      outcomeConsistency([
        [1, 1, 1],
        [1, 1, 0],
      ]),
    ).toBeCloseTo(1 / 3, 12);
    expect(outcomeConsistency([[1], [0]])).toBeNull();
  });

  it('of trajectories is 1 for equal ones, sees order apart from choice, and needs two', () => {
    const same = trajectoryConsistency([
      [
        ['a', 'b', 'c'],
        ['a', 'b', 'c'],
      ],
    ])!;
    expect([same.distribution, same.sequence]).toEqual([1, 1]);
    const turned = trajectoryConsistency([
      [
        ['a', 'b'],
        ['b', 'a'],
      ],
    ])!;
    expect(turned).toEqual({ distribution: 1, sequence: 0 });
    const apart = trajectoryConsistency([
      [
        ['a', 'a'],
        ['b', 'b'],
      ],
    ])!;
    expect(apart).toEqual({ distribution: 0, sequence: 0 });
    expect(
      trajectoryConsistency([
        [
          ['a', 'b', 'c'],
          ['a', 'c'],
        ],
      ])!.sequence,
    ).toBeCloseTo(2 / 3, 12);
    // JSD of (1, 0) and (1/2, 1/2) in bits, by hand: (log2(4/3) + (log2(2/3) + 1) / 2) / 2.
    const half = (Math.log2(4 / 3) + (Math.log2(2 / 3) + 1) / 2) / 2;
    expect(trajectoryConsistency([[['a'], ['a', 'b']]])!.distribution).toBeCloseTo(1 - half, 12);
    expect(trajectoryConsistency([[['a']], []])).toBeNull();
    expect(trajectoryConsistency([[[], []]])).toEqual({ distribution: 1, sequence: 1 });
  });

  it('of resources is exp of minus the coefficient of variation', () => {
    expect(resourceConsistency([[[5, 5, 5]], [[1, 1, 1]]])).toBe(1);
    expect(resourceConsistency([[[1, 3]]])).toBeCloseTo(Math.exp(-Math.SQRT2 / 2), 12);
    expect(resourceConsistency([[[1]]])).toBeNull();
  });
});

describe('agreement of judges', () => {
  it('alpha is 1 when they agree, about 0 by chance, null when there is nothing to disagree about', () => {
    expect(
      krippendorffAlpha([
        [1, 1],
        [0, 0],
        [1, 1],
      ]),
    ).toBe(1);
    expect(
      krippendorffAlpha([
        [1, 0],
        [0, 1],
      ]),
    ).toBeLessThan(0);
    expect(
      krippendorffAlpha([
        [1, 1],
        [1, 1],
      ]),
    ).toBeNull();
    expect(
      krippendorffAlpha([
        [1, null],
        [null, 0],
      ]),
    ).toBeNull();
    const draws = random();
    const chance = Array.from({ length: 4000 }, () => [draws.int(2), draws.int(2)]);
    expect(Math.abs(krippendorffAlpha(chance)!)).toBeLessThan(0.05);
  });

  it('swap consistency is the share of pairs with the same winner in both orders', () => {
    const found = swapConsistency([
      ['a', 'a'],
      ['b', 'a'],
      ['tie', 'tie'],
      ['b', 'b'],
    ])!;
    expect(found).toMatchObject({ rate: 0.75, n: 4, ...wilson(0.75, 4) });
    expect(swapConsistency([])).toBeNull();
  });
});
