/** How often one sample was tried, and how often it passed. */
export interface PassCount {
  readonly trials: number;
  readonly passed: number;
}

/**
 * The chance that k trials of a sample all pass, unbiased: C(c, k) / C(n, k) (tau-bench, arXiv 2406.12045). NaN for k > n: what was not tried k times
 * cannot say. The plug-in (c / n)^k is biased upwards and is not this.
 */
export const passHatK = ({ trials, passed }: PassCount, k: number): number =>
  k > trials ? Number.NaN : allOf(trials, passed, k);

/** The chance that at least one of k trials passes, unbiased: 1 - C(n - c, k) / C(n, k) (Chen et al., arXiv 2107.03374). NaN for k > n. */
export const passAtK = ({ trials, passed }: PassCount, k: number): number =>
  k > trials ? Number.NaN : 1 - allOf(trials, trials - passed, k);

/** C(c, k) / C(n, k) as a product of k factors, so that nothing overflows. */
function allOf(n: number, c: number, k: number): number {
  let chance = 1;
  for (let i = 0; i < k; i++) chance *= Math.max(0, c - i) / (n - i);
  return chance;
}

/** pass^1 .. pass^k as means over samples; k goes up to the fewest trials that any sample has. Empty without samples. */
export function passHatKs(counts: readonly PassCount[]): number[] {
  const most = counts.length === 0 ? 0 : Math.min(...counts.map((count) => count.trials));
  return Array.from(
    { length: most },
    (_, i) => counts.reduce((total, count) => total + passHatK(count, i + 1), 0) / counts.length,
  );
}
