import { describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../src/kernel/random.ts';
import { holm } from '../../src/stats/holm.ts';
import { pairedDifference } from '../../src/stats/paired.ts';
import { scoreEstimate } from '../../src/stats/score-interval.ts';

const REPEATS = 1500;

/** A draw of Johnk's beta generator: how easy a sample is, with the given mean and correlation of trials. */
function difficulty(random: Random, mean: number, correlation: number): number {
  const a = (mean * (1 - correlation)) / correlation;
  const b = ((1 - mean) * (1 - correlation)) / correlation;
  for (;;) {
    const x = random.next() ** (1 / a);
    const y = random.next() ** (1 / b);
    if (x + y > 0 && x + y <= 1) return x / (x + y);
  }
}

const trialsOf = (random: Random, chance: number, trials: number): number[] =>
  Array.from({ length: trials }, () => (random.next() < chance ? 1 : 0));

describe('coverage of the default interval of a rate, nominal 95%', () => {
  // Published with the design for 24 settings: 0.927 to 0.993. The naive interval over all rows covers 0.58 in the second.
  it.each([
    { samples: 8, trials: 1, mean: 0.9, correlation: 0.3 },
    { samples: 8, trials: 5, mean: 0.9, correlation: 0.7 },
    { samples: 20, trials: 3, mean: 0.9, correlation: 0.7 },
    { samples: 20, trials: 5, mean: 0.6, correlation: 0.7 },
  ])('$samples samples x $trials trials, mean $mean, correlation $correlation', ({ samples, trials, mean, correlation }) => {
    const random = seededRandom(`coverage/${samples}/${trials}/${mean}/${correlation}`);
    let covered = 0;
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      const clusters = Array.from({ length: samples }, () => trialsOf(random, difficulty(random, mean, correlation), trials));
      const estimate = scoreEstimate(clusters);
      if (estimate && estimate.low <= mean && mean <= estimate.high) covered++;
    }
    expect(covered / REPEATS).toBeGreaterThan(0.905);
    expect(covered / REPEATS).toBeLessThan(0.999);
  });
});

describe('false alarms among patterns that are all equal', () => {
  it('stay below 5% over seven comparisons with Holm, and do not without', () => {
    const random = seededRandom('false-alarms');
    const means = (chances: readonly number[]) =>
      chances.map((chance) => trialsOf(random, chance, 3).reduce((a, b) => a + b, 0) / 3);
    let corrected = 0;
    let plain = 0;
    const runs = 500;
    for (let run = 0; run < runs; run++) {
      const chances = Array.from({ length: 20 }, () => difficulty(random, 0.6, 0.5));
      const baseline = means(chances);
      const ps = Array.from({ length: 7 }, () => pairedDifference(means(chances), baseline)?.p ?? 1);
      if (Math.min(...ps) < 0.05) plain++;
      if (Math.min(...holm(ps)) < 0.05) corrected++;
    }
    expect(corrected / runs).toBeLessThan(0.08);
    expect(plain / runs).toBeGreaterThan(0.1);
  });
});
