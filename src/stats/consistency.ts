import { mean, standardDeviation } from './mean.ts';
import type { Clusters } from './cluster.ts';

// Consistency over the trials of a sample, after Rabanser et al., "Towards a science of AI agent reliability" (arXiv 2602.16666): outcome (definition
// 3.1), trajectory (3.2) and resources (3.3). 1 = every trial alike. Each is null where no sample has two trials to compare.

/**
 * Outcome: 1 - 4 s^2, the mean over samples, with s^2 the variance within the sample (0.25 at most for scores of 0 and 1). For passes it is twice the
 * chance that two trials agree, minus 1. The published form (2p - 1)^2 takes the variance without the factor n / (n - 1): at three trials a fair coin
 * then looks consistent by a third. This one is unbiased; a sample by itself may lie below 0, and the mean is kept within [0, 1].
 */
export function outcomeConsistency(clusters: Clusters): number | null {
  const values = clusters.filter(({ length }) => length > 1).map((scores) => 1 - 4 * standardDeviation(scores) ** 2);
  return values.length === 0 ? null : Math.min(1, Math.max(0, mean(values)));
}

/** What was done in a trial, in order: names of tools and agents. */
export type Trajectory = readonly string[];

export interface TrajectoryConsistency {
  /** Of how often each thing was done: 1 - Jensen-Shannon divergence (base 2). */
  readonly distribution: number;
  /** Of the order in which it was done: 1 - edit distance / longer length. */
  readonly sequence: number;
}

/** Trajectory: the mean over samples of the mean over pairs of trials; of trials that passed, as those that failed differ for reasons of their own. */
export function trajectoryConsistency(samples: readonly (readonly Trajectory[])[]): TrajectoryConsistency | null {
  const pairs = samples.map(pairsOf).filter(({ length }) => length > 0);
  if (pairs.length === 0) return null;
  const over = (likeness: (a: Trajectory, b: Trajectory) => number) =>
    mean(pairs.map((own) => mean(own.map(([a, b]) => likeness(a, b)))));
  return { distribution: over((a, b) => 1 - divergence(a, b)), sequence: over((a, b) => 1 - editShare(a, b)) };
}

/** Resources: exp(-CV) of the mean coefficient of variation over the kinds of resource (USD, milliseconds, tokens …), the mean over samples. */
export function resourceConsistency(kinds: readonly Clusters[]): number | null {
  const samples = kinds[0]?.length ?? 0;
  const values = Array.from({ length: samples }, (_, i) => kinds.flatMap((kind) => variation(kind[i] ?? []) ?? [])).flatMap(
    (cvs) => (cvs.length === 0 ? [] : Math.exp(-mean(cvs))),
  );
  return values.length === 0 ? null : mean(values);
}

/** The coefficient of variation; null below two values, and where the mean is 0. */
function variation(values: readonly number[]): number | null {
  const centre = mean(values);
  return values.length < 2 || !(centre > 0) ? null : standardDeviation(values) / centre;
}

const pairsOf = <Item>(items: readonly Item[]): [Item, Item][] =>
  items.flatMap((a, i) => items.slice(i + 1).map((b): [Item, Item] => [a, b]));

/** Jensen-Shannon divergence in bits between how often each name occurs; two empty trajectories do not differ, one empty one differs by 1. */
function divergence(a: Trajectory, b: Trajectory): number {
  if (a.length === 0 || b.length === 0) return a.length === b.length ? 0 : 1;
  const share = (names: Trajectory, name: string) => names.filter((each) => each === name).length / names.length;
  const bits = (p: number, middle: number) => (p > 0 ? p * Math.log2(p / middle) : 0);
  const parts = [...new Set([...a, ...b])].sort().map((name) => {
    const [p, q] = [share(a, name), share(b, name)];
    return (bits(p, (p + q) / 2) + bits(q, (p + q) / 2)) / 2;
  });
  return Math.min(
    1,
    Math.max(
      0,
      parts.reduce((sum, part) => sum + part, 0),
    ),
  );
}

/** Levenshtein distance over the longer length. */
function editShare(a: Trajectory, b: Trajectory): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  a.forEach((name, i) => {
    const next = [i + 1];
    b.forEach((other, j) => next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (name === other ? 0 : 1))));
    row = next;
  });
  return Math.max(a.length, b.length) === 0 ? 0 : row[b.length]! / Math.max(a.length, b.length);
}
