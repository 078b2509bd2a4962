import { describe, expect, it } from 'vitest';
import { composeRecord } from '../../src/bench/compose-record.ts';
import { missingTrials } from '../../src/bench/missing-trials.ts';
import terminal from '../../src/reporters/terminal.ts';
import type { PlanFacts } from '../../src/schema/plan-facts.ts';
import { runRecord } from '../../src/schema/run-record.ts';
import { NATIVE } from '../../src/schema/trial-record.ts';
import { scenarioSummaryOf, trialRecordOf } from '../support/trial-record-of.ts';

const scenario = scenarioSummaryOf({ samples: 4, trials: 2 });
const plan: PlanFacts = {
  version: 1,
  tool: 'test',
  runId: 'run',
  mode: 'replay',
  clock: 'virtual',
  seed: 1,
  fingerprint: { test: 'a', treatment: 'b', fixtures: 'c' },
  priceTable: 'test',
  scenarios: [scenario],
  cells: ['single', 'router'].map((pattern) => ({ scenario: 'desk', adapter: NATIVE, pattern, settings: '', trials: 8 })),
};
const all = ['single', 'router'].flatMap((pattern) =>
  [0, 1, 2, 3].flatMap((s) =>
    [0, 1].map((trial) => trialRecordOf({ pattern, sample: `s${s}`, trial, provenance: { simulated: 1 } })),
  ),
);

describe('planned trials without a record', () => {
  it('count as failures, in the denominator, and are told apart from those that failed', () => {
    const run = composeRecord(
      plan,
      all.filter(({ pattern, sample }) => pattern === 'single' || sample === 's0'),
      [],
    );
    const [single, router] = run.groups;
    expect(single).toMatchObject({ trials: 8, quality: { mean: 1, n: 4 } });
    expect(single).not.toHaveProperty('missing');
    expect(router).toMatchObject({ trials: 2, missing: 6, errors: 0, quality: { mean: 0.25, n: 4 }, passHatK: [0.25, 0.25] });
    expect(router!.costUsdPer1kTasks).toBe(10);
    expect(router!.latencyMs.n).toBe(2);
    expect(run.complete).toBe(false);
    expect(run.provenance.simulated).toBe(10);
    expect(run.comparisons.find(({ metric }) => metric === 'quality')).toMatchObject({ n: 4, delta: -0.75 });
    expect(runRecord.safeParse(run).error).toBeUndefined();
    expect(terminal.render({ run, trials: all }, { width: 80, color: false })).toMatch(
      /Missing +router 6 of 8 planned trials have no record\./,
    );
  });

  it('are none of a run that is whole', () => expect(missingTrials(plan, all)).toEqual([]));

  it('stand in for samples that no record names, and for a pattern that was never tried', () => {
    const some = all.filter(({ pattern, sample }) => pattern === 'single' && sample < 's3');
    const found = missingTrials(plan, some);
    expect(found).toHaveLength(2 + 8);
    expect(found.filter(({ pattern }) => pattern === 'single').map(({ sample }) => sample)).toEqual([
      'missing sample 1',
      'missing sample 1',
    ]);
    const run = composeRecord(plan, some, []);
    expect(run.groups[1]).toMatchObject({ trials: 0, missing: 8, quality: { mean: 0 }, costUsdPer1kTasks: null });
    expect(run.recommendations?.[0]?.pattern).toBe('single');
    expect(JSON.stringify(run)).not.toContain('NaN');
  });
});
