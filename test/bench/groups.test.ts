import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupsOf } from '../../src/bench/groups.ts';
import { group as groupSchema } from '../../src/schema/run-record.ts';
import { NATIVE, type TrialRecord } from '../../src/schema/trial-record.ts';
import { scoreEstimate } from '../../src/stats/score-interval.ts';
import { scenarioSummaryOf, trialRecordOf } from '../support/trial-record-of.ts';

const scenario = scenarioSummaryOf();
const single = { adapter: NATIVE, pattern: 'single' };

const one = (trials: readonly TrialRecord[], cell: Parameters<typeof groupsOf>[2][number] = single) => {
  const [group] = groupsOf(trials, scenario, [cell]);
  if (!group) throw new Error('one cell gives one group');
  return group;
};

describe('groupsOf', () => {
  it('counts failures and limits as 0 in the denominator, and keeps what is unscored apart', () => {
    const group = one([
      trialRecordOf({ sample: 's01' }),
      trialRecordOf({ sample: 's02', outcome: { status: 'failed', code: 'timeout', message: '' }, scores: {}, passed: false }),
      trialRecordOf({ sample: 's03', outcome: { status: 'limit', limit: 'maxTokens', message: '' }, scores: {}, passed: false }),
      trialRecordOf({ sample: 's04', quality: null }),
      trialRecordOf({ sample: 's05', outcome: { status: 'cancelled' }, scores: {}, passed: false }),
    ]);
    expect(group.quality).toMatchObject({ mean: 0.333333, n: 3 });
    expect(group).toMatchObject({ errors: 1, limits: 1, unscored: 2, trials: 5, samples: 5, passHatK: [0.333333] });
    expect(group.latencyMs.n).toBe(4);
  });

  it('weighs samples, not trials', () => {
    const trials = [1, 1, 1, 1].map((quality, trial) => trialRecordOf({ sample: 's01', trial, quality }));
    expect(one([...trials, trialRecordOf({ sample: 's02', quality: 0 })]).quality?.mean).toBe(0.5);
  });

  it('names its interval: Wilson on the effective n, of passes and of shares', () => {
    const passes = [
      [1, 1, 0],
      [0, 0, 0],
      [1, 1, 1],
    ];
    const trials = passes.flatMap((row, s) => row.map((quality, trial) => trialRecordOf({ sample: `s0${s}`, trial, quality })));
    const expected = scoreEstimate(passes);
    const quality = one(trials).quality;
    expect(quality?.low).toBeCloseTo(expected?.low ?? -1, 6);
    expect(quality?.method).toMatch(/^Wilson, 95%, effective n = /);
    const shares = [0.2, 0.5, 0.9].map((share, s) => trialRecordOf({ sample: `s0${s}`, quality: share }));
    expect(one(shares).quality?.method).toMatch(/^Wilson, 95%, effective n = .* \(3 sample means\)$/);
  });

  it('has cost of attempted trials, failures included, and no cost where any is unknown', () => {
    const failed = trialRecordOf({ sample: 's02', costUsd: 0.03, outcome: { status: 'failed', code: 'timeout', message: '' } });
    const priced = one([trialRecordOf({ costUsd: 0.01 }), failed]);
    expect(priced).toMatchObject({ costUsdPer1kTasks: 20, costUsdPerSuccess: 0.04, pricedShare: 1 });
    const part = one([trialRecordOf({}), trialRecordOf({ sample: 's02', costUsd: null })]);
    expect(part).toMatchObject({ costUsdPer1kTasks: null, costUsdPerSuccess: null, pricedShare: 0.5 });
    expect(one([trialRecordOf({ quality: 0 })]).costUsdPerSuccess).toBeNull();
  });

  it('has type 7 quantiles of time and the mean parallelism of those that have one', () => {
    const trials = [1000, 2000, 3000, 10_000].map((latencyMs, i) =>
      trialRecordOf({ sample: `s${i}`, latencyMs, parallelism: i === 0 ? null : i }),
    );
    expect(one(trials)).toMatchObject({ latencyMs: { p50: 2500, p95: 8950, max: 10_000, n: 4 }, parallelism: 2 });
  });

  it('sets tokens over those of the baseline, and knows no overhead without one', () => {
    const router = trialRecordOf({ pattern: 'router', inputTokens: 400, outputTokens: 170 });
    const cells = [single, { adapter: NATIVE, pattern: 'router' }];
    const groups = groupsOf([trialRecordOf({}), router], scenario, cells);
    expect(groups.map((group) => group.tokenOverhead)).toEqual([0, -0.43]);
    expect(groupsOf([router], scenario, cells.slice(1))[0]?.tokenOverhead).toBeNull();
  });

  it('shows a planned cell that cannot run, with its reason and without invented figures', () => {
    const group = one([], { ...single, pattern: 'debate', notApplicable: 'needs two agents' });
    expect(group).toMatchObject({
      notApplicable: 'needs two agents',
      quality: null,
      trials: 0,
      costUsdPer1kTasks: null,
      tokenOverhead: null,
      passHatK: [],
    });
  });

  it('fits its schema and looks at its own trials only, whatever they are', () => {
    const facts = fc.record({
      pattern: fc.constantFrom('single', 'router'),
      scenario: fc.constantFrom('desk', 'other'),
      sample: fc.constantFrom('s01', 's02', 's03'),
      quality: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
      costUsd: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
      latencyMs: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(facts, { maxLength: 12 }), (drawn) => {
        const trials = drawn.map(trialRecordOf);
        for (const group of groupsOf(trials, scenario, [single, { ...single, pattern: 'router' }])) {
          expect(groupSchema.safeParse(group).error).toBeUndefined();
          expect(group.trials).toBe(drawn.filter((fact) => fact.scenario === 'desk' && fact.pattern === group.pattern).length);
        }
      }),
    );
  });

  it('says what agents see of the steps before them, where the plan knows', () => {
    expect(one([trialRecordOf({ sample: 's01' })], { ...single, context: 'all' }).context).toBe('all');
    expect(one([trialRecordOf({ sample: 's01' })])).not.toHaveProperty('context');
  });
});
