import { describe, expect, it } from 'vitest';
import { spendingCap } from '../../src/bench/spending-cap.ts';
import type { PriceTable } from '../../src/telemetry/cost.ts';

const USAGE = { inputTokens: 1, outputTokens: 0, cachedInputTokens: 0, reasoningTokens: 0 };
/** A call costs what its model's name says; a name that is no number has no price. */
const prices: PriceTable = {
  version: 'test',
  costOf: (model) => (Number.isNaN(Number(model)) ? null : { usd: Number(model), inputUsd: 0, outputUsd: 0 }),
};
const paid = (usd: number | string) => ({ requested: 'unknown', served: String(usd), usage: USAGE, prices });

const cap = (maxCalls: number, maxCostUsd?: number) => spendingCap({ maxCalls, maxCostUsd, today: '2026-11-20' });

/** How many calls of a price go through. */
function callsOf(limit: ReturnType<typeof cap>, prices: readonly number[]): number {
  let count = 0;
  for (const usd of prices) {
    try {
      limit.before();
    } catch {
      return count;
    }
    limit.after(paid(usd));
    count++;
  }
  return count;
}

describe('a spending cap', () => {
  it('lets exactly so many calls through, lost ones too, and then none', () => {
    const limit = cap(3);
    limit.before();
    limit.after();
    expect(callsOf(limit, [1, 1, 1, 1])).toBe(2);
    expect(limit.reached()).toMatchObject({ code: 'limit_exceeded', facts: { limit: 'maxCalls' } });
    expect(() => limit.before()).toThrow('stopped after 3 requests');
  });

  it('stops before the call that would pass the cost, taking it for as dear as the dearest so far', () => {
    expect(
      callsOf(
        cap(100, 10),
        Array.from({ length: 20 }, () => 3),
      ),
    ).toBe(3);
    expect(
      callsOf(
        cap(100, 9),
        Array.from({ length: 20 }, () => 3),
      ),
    ).toBe(3);
    expect(callsOf(cap(100, 10), [1, 4, 1, 1, 1, 1])).toBe(4);
    const limit = cap(100, 10);
    callsOf(limit, [4, 4, 4]);
    expect(limit.spentUsd()).toBe(8);
    expect(limit.reached()).toMatchObject({ code: 'limit_exceeded', facts: { limit: 'runCostUsd' } });
  });

  it('counts calls that are on their way', () => {
    const limit = cap(100, 10);
    limit.before();
    limit.after(paid(3));
    limit.before();
    limit.before();
    expect(() => limit.before()).toThrow('--max-cost');
  });

  it('cannot be kept for a model without a price, and says so; without a cost limit that is no matter', () => {
    const limit = cap(100, 10);
    limit.before();
    limit.after(paid('nameless'));
    expect(() => limit.before()).toThrow('"nameless" has no listed price');
    const free = cap(100);
    free.before();
    free.after(paid('nameless'));
    expect(() => free.before()).not.toThrow();
  });
});
