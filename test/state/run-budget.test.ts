import { describe, expect, it } from 'vitest';
import { runBudget } from '../../src/state/run-budget.ts';

const codeOf = (work: () => void) => {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as { facts: { limit: string } }).facts.limit;
  }
};

describe('CHK4 the budget of a run', () => {
  it('lets calls pass until it is used up, then refuses and stops the run', () => {
    const budget = runBudget({ maxUsd: 1 });
    for (const usd of [0.4, 0.4, 0.4]) {
      expect(codeOf(budget.check)).toBeUndefined();
      budget.spend(10, usd);
    }
    expect(budget.signal.aborted).toBe(false);
    expect(codeOf(budget.check)).toBe('budgetUsd');
    expect(budget.signal.reason).toMatchObject({ code: 'limit_exceeded' });
  });

  it('tells once of 50, 80 and 100 percent, and of costs that nobody knows', () => {
    const told: string[] = [];
    const budget = runBudget({ maxTokens: 100, maxUsd: 10, onAlert: (sentence) => told.push(sentence) });
    for (const tokens of [49, 1, 29, 1, 1, 19, 5]) budget.spend(tokens, null);
    expect(told.filter((sentence) => sentence.includes('tokens')).map((sentence) => sentence.split(' ')[0])).toEqual([
      '50',
      '80',
      '100',
    ]);
    expect(told.filter((sentence) => sentence.includes('no listed price'))).toHaveLength(1);
    expect(codeOf(budget.check)).toBe('runTokens');
  });
});
