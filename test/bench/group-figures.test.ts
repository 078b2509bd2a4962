import { describe, expect, it } from 'vitest';
import { groupsOf } from '../../src/bench/groups.ts';
import { group as groupSchema } from '../../src/schema/run-record.ts';
import { NATIVE, type TrialRecord } from '../../src/schema/trial-record.ts';
import { wilson } from '../../src/stats/wilson.ts';
import { published } from '../stats/golden-statistics.ts';
import { scenarioSummaryOf, trialRecordOf } from '../support/trial-record-of.ts';

const scenario = scenarioSummaryOf();
const cells = ['single', 'team'].map((pattern) => ({ adapter: NATIVE, pattern }));

/** `passed[s]` of three trials pass in sample s. */
const trialsOf = (
  pattern: string,
  passed: readonly number[],
  facts: (s: number, trial: number) => Partial<TrialRecord> = () => ({}),
) =>
  passed.flatMap((count, s) =>
    [0, 1, 2].map((trial) =>
      trialRecordOf({ pattern, sample: `s${s}`, trial, quality: trial < count ? 1 : 0, ...facts(s, trial) }),
    ),
  );

const single = trialsOf('single', [1, 2, 0, 3, 1, 0, 2, 1]);
const team = trialsOf('team', [3, 3, 1, 3, 2, 2, 3, 3], (s, trial) => ({
  llmCalls: 4,
  inputTokens: 1800 + 100 * s,
  outputTokens: 200,
  latencyMs: 2000 + 10 * s + trial,
  costUsd: 0.02 + 0.001 * s,
  coordination: { messages: 3, steps: ['@lead', '@worker', trial === 0 ? 'search' : 'read'] },
}));
const [base, other] = groupsOf([...single, ...team], scenario, cells) as [
  ReturnType<typeof groupsOf>[number],
  ReturnType<typeof groupsOf>[number],
];

describe('the further figures of a group', () => {
  it('fit their schema', () => {
    for (const one of [base, other]) expect(groupSchema.safeParse(one).error).toBeUndefined();
  });

  it('give pass^k and pass@k an interval each, which counts samples', () => {
    const { passHatK, passAtK } = other.intervals!;
    expect([passHatK.length, passAtK.length, other.passAtK!.length]).toEqual([3, 3, 3]);
    const last = wilson(other.passHatK[2]!, 8);
    expect(passHatK[2]).toEqual({
      low: Number(last.low.toFixed(6)),
      high: Number(last.high.toFixed(6)),
      n: 8,
      method: 'Wilson on 8 samples, 95%',
    });
    expect(other.passAtK![2]).toBe(1);
    for (const [i, { low, high, n }] of passHatK.entries()) {
      expect(n).toBe(8);
      expect(low).toBeLessThan(other.passHatK[i]!);
      expect(high).toBeGreaterThan(other.passHatK[i]!);
    }
  });

  it('give the median an interval that counts samples, and p95 none of eight', () => {
    const { p50, p95, n } = other.intervals!.latencyMs;
    expect(n).toBe(8);
    expect(p50!.low).toBeLessThan(other.latencyMs.p50);
    expect(p50!.high).toBeGreaterThan(other.latencyMs.p50);
    expect(p95).toBeNull();
  });

  it('give cost per success and token overhead intervals around them, and none to what is unknown', () => {
    const { costUsdPerSuccess, tokenOverhead } = other.intervals!;
    expect(costUsdPerSuccess!.low!).toBeLessThan(other.costUsdPerSuccess!);
    expect(costUsdPerSuccess!.high!).toBeGreaterThan(other.costUsdPerSuccess!);
    expect(tokenOverhead!.low!).toBeLessThan(other.tokenOverhead!);
    expect(tokenOverhead!.high!).toBeGreaterThan(other.tokenOverhead!);
    expect(base.intervals!.tokenOverhead).toBeNull();
    const unpriced = groupsOf(
      team.map((trial) => ({ ...trial, costUsd: null })),
      scenario,
      cells,
    )[1]!;
    expect(unpriced.intervals!.costUsdPerSuccess).toBeNull();
    expect(unpriced.intervals!.tokenOverhead).toBeNull();
  });

  it('say how alike the trials of a sample are', () => {
    expect(base.consistency).toMatchObject({ samples: 8, resources: 1, steps: 1, order: 1 });
    expect(other.consistency!.outcome!).toBeGreaterThan(base.consistency!.outcome!);
    // The first trial of each sample used another tool than the other two.
    expect(other.consistency!.order!).toBeLessThan(1);
    expect(
      groupsOf(
        single.filter(({ trial }) => trial === 0),
        scenario,
        cells,
      )[0],
    ).not.toHaveProperty('consistency');
  });

  it('hold working together against the baseline', () => {
    const passed = 20 / 24;
    expect(base.coordination).toMatchObject({ turnOverhead: 0, messagesPerTurn: null });
    expect(other.coordination).toEqual({
      turnOverhead: 3,
      efficiency: Number((passed / 4).toFixed(6)),
      messagesPerTurn: 0.75,
      passesPer1kTokens: Number(
        ((1000 * 20) / team.reduce((sum, { inputTokens, outputTokens }) => sum + inputTokens + outputTokens, 0)).toFixed(6),
      ),
    });
    expect(groupsOf(team, scenario, cells)[1]!.coordination).toMatchObject({ turnOverhead: null, efficiency: null });
  });

  it('reproduce the published overheads of coordination in turns', () => {
    const calls = (pattern: string, turns: number) => trialRecordOf({ pattern, llmCalls: Math.round(10 * turns) });
    const { single: one, turns, overhead } = published.coordination;
    turns.forEach((value, i) => {
      const groups = groupsOf([calls('single', one), calls('team', value)], scenario, cells);
      expect(groups[1]!.coordination!.turnOverhead!).toBeCloseTo(overhead[i]!, 2);
    });
  });

  it('do not grow surer by the same trials told twice as often under one sample', () => {
    // Three trials that repeat one recording are one observation: the design effect takes them back.
    const once = single.filter(({ trial }) => trial === 0);
    const thrice = once.flatMap((own) => [0, 1, 2].map((trial) => ({ ...own, trial })));
    const width = (trials: readonly TrialRecord[]) => {
      const { low, high } = groupsOf(trials, scenario, cells)[0]!.quality!;
      return high - low;
    };
    expect(width(thrice)).toBeCloseTo(width(once), 1);
    expect(width(thrice)).toBeGreaterThan(0.9 * width(once));
    expect(groupsOf(thrice, scenario, cells)[0]!.quality!.n).toBe(8);
  });
});
