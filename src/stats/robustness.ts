import type { Random } from '../kernel/random.ts';
import { type Clusters, sampleMeans } from './cluster.ts';
import { ratioOfTotals, type TotalsRatio } from './ratio-of-totals.ts';

/**
 * Robustness: mean score under faults over mean score without, the same samples on both sides (R of Rabanser et al., arXiv 2602.16666), with a bootstrap
 * that keeps the two sides of a sample together. Not capped at 1: what got better under faults is worth seeing. Null where nothing scored without faults.
 */
export const robustness = (sides: { readonly faulty: Clusters; readonly clean: Clusters }, random: Random): TotalsRatio | null =>
  ratioOfTotals({ a: sampleMeans(sides.faulty), b: sampleMeans(sides.clean) }, random);
