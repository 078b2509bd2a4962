import { type Random, seededRandom } from '../../../src/kernel/random.ts';
import { passEstimate } from '../../../src/stats/pass-estimate.ts';
import { pairedDifference } from '../../../src/stats/paired.ts';
import { quantileIntervalOver } from '../../../src/stats/quantile.ts';
import { ratioOfTotals } from '../../../src/stats/ratio-of-totals.ts';
import { scoreEstimate, tInterval } from '../../../src/stats/score-interval.ts';
import { betaOf, chance, type Difficulty, normal, passes } from './draws.ts';

/** What a simulated study looks like. */
export interface Study extends Difficulty {
  readonly samples: number;
  readonly trials: number;
}

/** One drawn interval: whether it holds the truth, and how wide it is. Null where the estimator gives none. */
type Draw = (random: Random) => { readonly holds: boolean; readonly width: number } | null;

/** A figure with its true value and what draws its interval. */
export interface Simulated {
  readonly name: string;
  readonly draw: Draw;
}

export interface Coverage {
  /** Share of intervals that hold the truth. */
  readonly covered: number;
  /** Mean width. */
  readonly width: number;
  /** How many of the first `CHECK` hold it: what a test recomputes. */
  readonly check: number;
}

/** Repeats that a test recomputes, to see that the table still tells of this code. */
export const CHECK = 200;

/** The share of `repeats` drawn intervals that hold the truth, from a seed of its own for each figure. Intervals that are not given are left out. */
export function coverageOf({ name, draw }: Simulated, repeats: number): Coverage {
  const random = seededRandom(`coverage/${name}`);
  let [covered, width, given, check] = [0, 0, 0, 0];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const drawn = draw(random);
    if (!drawn) continue;
    given++;
    width += drawn.width;
    if (drawn.holds) covered++;
    if (drawn.holds && repeat < CHECK) check++;
  }
  return { covered: covered / given, width: width / given, check };
}

interface Ends {
  readonly low: number | null;
  readonly high: number | null;
}

const judged = (interval: Ends | null, truth: number) => {
  if (!interval) return null;
  const [low, high] = [interval.low ?? Number.NEGATIVE_INFINITY, interval.high ?? Number.POSITIVE_INFINITY];
  // Ends and truth may meet exactly (a rate of 1), but for rounding.
  return { holds: low <= truth + 1e-9 && truth - 1e-9 <= high, width: Number.isFinite(high - low) ? high - low : 0 };
};

const sizeOf = ({ samples, trials, mean, correlation }: Study) =>
  `${samples} x ${trials}, mean ${mean}, correlation ${correlation}`;

const drawn = <Value>(count: number, of: () => Value): Value[] => Array.from({ length: count }, of);

/** The mean of passes: the default interval of a rate. */
export const rate = (study: Study): Simulated => ({
  name: `rate: ${sizeOf(study)}`,
  draw: (random) =>
    judged(scoreEstimate(drawn(study.samples, () => passes(random, chance(random, study), study.trials))), study.mean),
});

/** The mean of scores that are shares of so many facts: by the interval of reports, or by Student's t on the sample means. */
export const graded = (study: Study, facts: number, by: 'report' | 't' = 'report'): Simulated => ({
  name: `${by === 't' ? 't of ' : ''}shares of ${facts} facts: ${sizeOf(study)}`,
  draw: (random) => {
    const share = (easy: number) => passes(random, easy, facts).reduce((sum, fact) => sum + fact, 0) / facts;
    const clusters = drawn(study.samples, () => {
      const easy = chance(random, study);
      return drawn(study.trials, () => share(easy));
    });
    return judged(by === 't' ? tInterval(clusters) : scoreEstimate(clusters), study.mean);
  },
});

/** pass^k (`all`) or pass@k (`any`); the truth is a moment of the beta distribution. */
export const passing = (study: Study, k: number, of: 'all' | 'any'): Simulated => {
  const [a, b] = betaOf(study);
  const moment = (p: number, q: number) =>
    drawn(k, () => 0).reduce<number>((product, _, i) => (product * (p + i)) / (p + q + i), 1);
  const truth = of === 'all' ? moment(a, b) : 1 - moment(b, a);
  return {
    name: `${of === 'all' ? 'pass^' : 'pass@'}${k}: ${sizeOf(study)}`,
    draw: (random) => {
      const counts = drawn(study.samples, () => ({
        trials: study.trials,
        passed: passes(random, chance(random, study), study.trials).reduce((sum, pass) => sum + pass, 0),
      }));
      return judged(passEstimate(counts, { k, of }), truth);
    },
  };
};

/** A quantile of log-normal times; `correlation` of the logarithms of two trials of a sample. */
export const timeQuantile = (study: Study, probability: 0.5 | 0.95): Simulated => ({
  name: `p${100 * probability} of times: ${study.samples} x ${study.trials}, correlation ${study.correlation}`,
  draw: (random) => {
    const [between, within] = [Math.sqrt(study.correlation), Math.sqrt(1 - study.correlation)];
    const clusters = drawn(study.samples, () => {
      const own = between * normal(random);
      return drawn(study.trials, () => Math.exp(own + within * normal(random)));
    });
    return judged(quantileIntervalOver(clusters, probability), Math.exp(probability === 0.5 ? 0 : 1.6448536269514722));
  },
});

/** Cost per success: a trial costs 1 on average, and more where a sample is hard; fewer resamples than in a report, as they are drawn for every study. */
export const costPerPass = (study: Study): Simulated => ({
  name: `cost per pass: ${sizeOf(study)}`,
  draw: (random) => {
    const samples = drawn(study.samples, () => {
      const easy = chance(random, study);
      const cost = drawn(study.trials, () => Math.exp(0.3 * normal(random) - 0.045) * (1.5 - easy)).reduce(
        (sum, each) => sum + each,
        0,
      );
      return { cost, passed: passes(random, easy, study.trials).reduce((sum, pass) => sum + pass, 0) };
    });
    const pairs = { a: samples.map(({ cost }) => cost), b: samples.map(({ passed }) => passed) };
    return judged(ratioOfTotals(pairs, random, 400), (1.5 - study.mean) / study.mean);
  },
});

/** The paired difference of two patterns on the same samples; `gain` is added to each chance of the second, at most up to 1. */
export const paired = (study: Study, gain: number): Simulated & { readonly rejects: (repeats: number) => number } => {
  const name = `paired difference of ${gain}: ${sizeOf(study)}`;
  const difference = (random: Random) => {
    const means = drawn(study.samples, () => {
      const easy = chance(random, study);
      const mean = (p: number) => passes(random, p, study.trials).reduce((sum, pass) => sum + pass, 0) / study.trials;
      return [mean(Math.min(1, easy + gain)), mean(easy)] as const;
    });
    return pairedDifference(
      means.map(([a]) => a),
      means.map(([, b]) => b),
    );
  };
  return {
    name,
    draw: (random) => judged(difference(random), gain),
    rejects: (repeats) => {
      const random = seededRandom(`rejects/${name}`);
      let rejected = 0;
      for (let repeat = 0; repeat < repeats; repeat++) if (difference(random)!.p < 0.05) rejected++;
      return rejected / repeats;
    },
  };
};
