import type { Group } from '../../schema/run-record.ts';

/** What the judges of some groups did and cost, in a sentence or two; null where nobody was asked. */
export function judgesSentence(groups: readonly Group[]): string | null {
  const asked = groups.filter(({ judgeCalls }) => judgeCalls !== undefined);
  if (asked.length === 0) return null;
  const sum = (of: (group: Group) => number) => asked.reduce((total, group) => total + of(group), 0);
  const calls = sum(({ judgeCalls = 0 }) => judgeCalls);
  const cost = asked.some(({ judgeCostUsd }) => judgeCostUsd === null)
    ? 'unpriced'
    : `$${sum(({ judgeCostUsd }) => judgeCostUsd ?? 0).toFixed(2)}`;
  const swaps = sum(({ judgeSwaps }) => judgeSwaps?.asked ?? 0);
  const agreed = sum(({ judgeSwaps }) => judgeSwaps?.agreed ?? 0);
  const swapped =
    swaps === 0
      ? ''
      : ` Asked in both orders ${swaps} times, they said the same ${agreed} times (${Math.round((100 * agreed) / swaps)}%).`;
  return `${calls} calls to models that judge, ${cost}, in no cost or time above.${swapped}`;
}
