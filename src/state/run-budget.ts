import { PatternbenchError } from '../kernel/errors.ts';

export interface RunBudgetOptions {
  /** USD at listed prices, over all trials. */
  readonly maxUsd?: number | undefined;
  /** Input and output tokens, over all trials. */
  readonly maxTokens?: number | undefined;
  /** Told once for each of 50, 80 and 100 percent of each of them, and when a cost cannot be told. */
  readonly onAlert?: (sentence: string) => void;
}

/** What a whole run may spend. Shared by its trials; what a resumed run has spent before counts too, as it is gone through again. */
export interface RunBudget {
  /** Throws `limit_exceeded` (facts.limit: `budgetUsd`, `runTokens`) when there is nothing left; asked before each call to a model. */
  readonly check: () => void;
  /** Counts an answer; `usd` is null when its model has no listed price. */
  readonly spend: (tokens: number, usd: number | null) => void;
  /** Aborted as soon as a call has been refused: the run stops as a whole. */
  readonly signal: AbortSignal;
  readonly spent: () => { readonly usd: number; readonly tokens: number };
}

/** Shares of a budget at which somebody is told. */
export const ALERT_SHARES = [0.5, 0.8, 1] as const;

/** Those shares that lie between what was spent before and what is spent now. */
export const sharesCrossed = (before: number, now: number, limit: number): number[] =>
  ALERT_SHARES.filter((share) => before < share * limit && now >= share * limit);

export function runBudget({ maxUsd, maxTokens, onAlert }: RunBudgetOptions): RunBudget {
  const controller = new AbortController();
  const spent = { usd: 0, tokens: 0 };
  let unpriced = false;
  const refuse = (limit: string, what: string, option: string): never => {
    const error = new PatternbenchError(
      'limit_exceeded',
      `the run has used up its ${what}; it stops here, and nothing done so far is lost`,
      {
        remedy: `go on with a higher ${option}: npm run patternbench -- resume <run> ${option} …`,
        facts: { limit },
      },
    );
    controller.abort(error);
    throw error;
  };
  return {
    signal: controller.signal,
    spent: () => ({ ...spent }),
    check: () => {
      if (maxUsd !== undefined && spent.usd >= maxUsd) refuse('budgetUsd', `budget of $${maxUsd}`, '--budget-usd');
      if (maxTokens !== undefined && spent.tokens >= maxTokens) refuse('runTokens', `${maxTokens} tokens`, '--max-tokens');
    },
    spend: (tokens, usd) => {
      const before = { ...spent };
      spent.tokens += tokens;
      spent.usd += usd ?? 0;
      if (maxTokens !== undefined)
        tellShares(sharesCrossed(before.tokens, spent.tokens, maxTokens), `${maxTokens} tokens`, onAlert);
      if (maxUsd === undefined) return;
      tellShares(sharesCrossed(before.usd, spent.usd, maxUsd), `$${maxUsd}`, onAlert);
      if (usd === null && !unpriced) onAlert?.('a model has no listed price: what it costs is not counted towards --budget-usd');
      unpriced ||= usd === null;
    },
  };
}

function tellShares(shares: readonly number[], of: string, onAlert: RunBudgetOptions['onAlert']): void {
  for (const share of shares) onAlert?.(`${share * 100} % of the run's budget of ${of} used up`);
}
