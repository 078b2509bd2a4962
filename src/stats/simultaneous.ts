/**
 * The level of each of `count` intervals that are to hold all at once with the chance `level` (Bonferroni): 1 - (1 - level) / count, whatever their
 * dependence.
 */
export const simultaneousLevel = (count: number, level = 0.95): number => 1 - (1 - level) / Math.max(1, count);
