import type { Random } from '../kernel/random.ts';

const EXACT_UP_TO = 16;
const FLIPS = 10_000;

/**
 * Two-sided p of "the differences are as likely of either sign" (Fisher's randomisation test for pairs, 1935): the share of sign patterns whose sum is at
 * least as far from 0 as the one seen. All 2^n patterns up to 16 differences; beyond, 10,000 drawn ones, where the one seen counts as drawn (so p > 0).
 * 1 without differences.
 */
export function signFlipP(differences: readonly number[], random: Random): number {
  const nonZero = differences.filter((value) => value !== 0);
  const observed = Math.abs(nonZero.reduce((total, value) => total + value, 0));
  // Sums in another order differ by rounding; a tie must count as a tie.
  const bar = observed - 1e-12 * Math.max(1, observed);
  return nonZero.length <= EXACT_UP_TO ? exact(nonZero, bar) : sampled(nonZero, bar, random);
}

function exact(values: readonly number[], bar: number): number {
  const patterns = 2 ** values.length;
  let extreme = 0;
  for (let pattern = 0; pattern < patterns; pattern++) {
    let total = 0;
    for (let i = 0; i < values.length; i++) total += (pattern >> i) & 1 ? (values[i] as number) : -(values[i] as number);
    if (Math.abs(total) >= bar) extreme++;
  }
  return extreme / patterns;
}

function sampled(values: readonly number[], bar: number, random: Random): number {
  let extreme = 1;
  for (let flip = 0; flip < FLIPS; flip++) {
    let total = 0;
    for (const value of values) total += random.next() < 0.5 ? value : -value;
    if (Math.abs(total) >= bar) extreme++;
  }
  return extreme / (FLIPS + 1);
}
