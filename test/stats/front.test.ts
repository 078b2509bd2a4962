import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/kernel/random.ts';
import { frontMembership, meanExpense, medianExpense } from '../../src/stats/front.ts';
import { quantile } from '../../src/stats/quantile.ts';

const random = () => seededRandom('front');

describe('the Pareto front', () => {
  const candidate = (quality: readonly number[], cost: readonly number[]) => ({ quality, expense: meanExpense(cost) });
  const good = candidate([1, 0.9, 1, 0.8], [4, 5, 4, 5]);
  const cheap = candidate([0.2, 0.1, 0.3, 0.2], [1, 1, 1, 1]);
  const worse = candidate([0.8, 0.7, 0.7, 0.6], [6, 7, 6, 7]);

  it('holds what nothing beats in both, and is sure of it where every sample says so', () => {
    const found = frontMembership([good, cheap, worse], random());
    expect(found.map(({ isOn }) => isOn)).toEqual([true, true, false]);
    expect(found.map(({ probability }) => probability)).toEqual([1, 1, 0]);
  });

  it('is unsure where samples disagree, keeps equals both, and says nothing from one sample', () => {
    const torn = candidate([1, 0, 1, 0.8], [4, 5, 4, 5]);
    const other = candidate([0, 1, 0.9, 0.8], [4, 5, 4, 5]);
    const found = frontMembership([torn, other], random());
    for (const { probability } of found) expect(probability! > 0.1 && probability! < 1).toBe(true);
    expect(frontMembership([good, good], random())).toEqual([
      { isOn: true, probability: 1 },
      { isOn: true, probability: 1 },
    ]);
    expect(frontMembership([candidate([1], [1])], random())).toEqual([{ isOn: true, probability: null }]);
  });

  it('never loses everybody, whoever takes part', () => {
    const units = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(fc.tuple(units, units), { minLength: 1, maxLength: 6 }), (drawn) => {
        const found = frontMembership(
          drawn.map(([quality, cost]) => candidate(quality, cost)),
          random(),
        );
        expect(found.some(({ isOn }) => isOn)).toBe(true);
        expect(found.reduce((sum, { probability }) => sum + probability!, 0)).toBeGreaterThanOrEqual(1 - 1e-9);
      }),
      { numRuns: 10 },
    );
  });

  it('takes the median of all trials as the report does, also of samples that are drawn twice', () => {
    const samples = [
      [1, 9],
      [3, 4],
      [7, 8],
    ];
    const median = medianExpense(samples);
    expect(median([1, 1, 1])).toBe(quantile(samples.flat(), 0.5));
    expect(median([2, 0, 1])).toBe(quantile([1, 9, 1, 9, 7, 8], 0.5));
    expect(median([0, 3, 0])).toBe(3.5);
  });
});
