import type { Random } from '../../../src/kernel/random.ts';

/** A draw of the standard normal (Box and Muller 1958; one of the two). */
export const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

/** A draw of the gamma distribution with scale 1 (Marsaglia and Tsang 2000). */
function gamma(random: Random, shape: number): number {
  if (shape < 1) return gamma(random, shape + 1) * (1 - random.next()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.next()) < x * x * 0.5 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** How easy samples are: a beta distribution with this mean, and this correlation between two trials of a sample. */
export interface Difficulty {
  readonly mean: number;
  readonly correlation: number;
}

/** The two parameters of the beta distribution. */
export const betaOf = ({ mean, correlation }: Difficulty): [number, number] => {
  const size = (1 - correlation) / correlation;
  return [mean * size, (1 - mean) * size];
};

/** The chance that one sample is solved. */
export function chance(random: Random, difficulty: Difficulty): number {
  const [a, b] = betaOf(difficulty);
  const x = gamma(random, a);
  const y = gamma(random, b);
  // Both so small that they vanish: the sample is nearly sure to be of one kind.
  return x + y > 0 ? x / (x + y) : random.next() < difficulty.mean ? 1 : 0;
}

/** Passes (1) and failures (0) of so many trials. */
export const passes = (random: Random, rate: number, trials: number): number[] =>
  Array.from({ length: trials }, () => (random.next() < rate ? 1 : 0));
