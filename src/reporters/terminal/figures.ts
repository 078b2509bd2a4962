import { NATIVE } from '../../schema/trial-record.ts';
import type { Comparison, Group } from '../../schema/run-record.ts';

/** A score as per cent with one decimal. */
export const percent = (score: number): string => (100 * score).toFixed(1);

/** The interval of a rate in whole per cent, rounded outwards so that it never claims more than it holds. */
export const percentInterval = ({ low, high }: { readonly low: number; readonly high: number }): string =>
  `${Math.floor(100 * low + 1e-9)}-${Math.ceil(100 * high - 1e-9)}`;

/** Seconds with one decimal; short ones with more, so that they are not 0. */
export const seconds = (ms: number): string => (ms > 0 && ms < 100 ? (ms / 1000).toFixed(3) : (ms / 1000).toFixed(1));

/** USD with two decimals; "unpriced" where unknown, never 0; what is too small for two decimals says so. */
export function usd(amount: number | null): string {
  if (amount === null) return 'unpriced';
  return amount > 0 && amount < 0.005 ? '<0.01' : amount.toFixed(2);
}

/** The verdict as people say it. */
export function verdictWord(verdict: Comparison['verdict']): string {
  switch (verdict) {
    case 'improved':
      return 'better';
    case 'regressed':
      return 'worse';
    case 'no-material-change':
      return 'no change';
    case 'inconclusive':
    case 'incomparable':
      return verdict;
  }
}

/** What a group is called in comparisons: the pattern, with its adapter when that is not this program. */
export const groupName = (group: Pick<Group, 'adapter' | 'pattern'>): string =>
  group.adapter === NATIVE ? group.pattern : `${group.adapter}/${group.pattern}`;
