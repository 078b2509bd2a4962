import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { powerOf } from '../../src/bench/power-of.ts';
import { minimumDetectableDifference, powerInputsOf } from '../../src/stats/mde.ts';
import { planInputsOf, samplesToSee, smallestSeen } from '../../src/stats/power-plan.ts';
import { smallRun } from '../support/small-run.ts';

describe('planning a paired comparison', () => {
  // Miller, arXiv 2411.00640: variance of true differences 1/9, of a trial 1/6 on either side.
  const inputs = { between: 1 / 9, perTrial: 2 / 6 };

  it.each([
    [1, 3876],
    [10, 1260],
    [1e12, 969],
  ])('needs with %d trials %d samples for three points', (trials, samples) => {
    expect(samplesToSee(inputs, { difference: 0.03, trials })).toBe(samples);
  });

  it.each([
    [1, 0.133],
    [10, 0.076],
  ])('sees with 198 samples of %d trials %d', (trials, smallest) => {
    expect(smallestSeen(inputs, { samples: 198, trials })).toBeCloseTo(smallest, 3);
  });

  it('agrees with what a comparison says that it could have seen', () => {
    const score = fc.constantFrom(0, 0.25, 0.5, 1);
    const side = fc.array(fc.tuple(score, score, score), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(side, side, (a, b) => {
        const seen = smallestSeen(planInputsOf(a, b)!, { samples: 6, trials: 3 });
        expect(seen).toBeCloseTo(minimumDetectableDifference(powerInputsOf(a, b), 6), 9);
      }),
    );
  });

  it('says nothing of what cannot be told apart', () => {
    expect(planInputsOf([[1], [0]], [[0], [0]])).toBeNull();
    expect(planInputsOf([[1, 1]], [[0, 1]])).toBeNull();
  });

  it('is told for every pattern but the baseline', () => {
    const { trials, run } = smallRun();
    const power = powerOf(trials, run.scenarios[0]!, { difference: 0.1, trials: [1, 3] });
    expect(power.map(({ pattern, samples }) => [pattern, samples])).toEqual([
      ['router', 10],
      ['graph', 10],
      ['swarm', 10],
    ]);
    for (const { pattern, smallest, needed } of power) {
      expect(smallest).toBeCloseTo(run.comparisons.find(({ a, metric }) => a === pattern && metric === 'quality')!.mde!, 5);
      // The run has ten samples of three trials: so many samples as the plan says would bring its smallest difference down to 10 points.
      expect(needed[1]).toBe(Math.ceil(10 * (smallest! / 0.1) ** 2 - 1e-9));
      expect(needed[0]).toBeGreaterThan(needed[1]!);
    }
  });
});
