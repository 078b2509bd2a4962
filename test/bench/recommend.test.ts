import { describe, expect, it } from 'vitest';
import { comparisonsOf } from '../../src/bench/comparisons.ts';
import { groupsOf } from '../../src/bench/groups.ts';
import { bestSetOf, recommend } from '../../src/bench/recommend.ts';
import { recommendation as recommendationSchema } from '../../src/schema/run-record.ts';
import { NATIVE, type TrialRecord } from '../../src/schema/trial-record.ts';
import { scenarioSummaryOf, trialRecordOf } from '../support/trial-record-of.ts';

const scenario = scenarioSummaryOf();

/** Passes of `passed` of three trials in each of twelve samples; the last digit of the sample moves it by one trial. */
const trialsOf = (pattern: string, passed: number, facts: Partial<TrialRecord>): TrialRecord[] =>
  Array.from({ length: 12 }, (_, s) => s).flatMap((s) =>
    [0, 1, 2].map((trial) =>
      trialRecordOf({ pattern, sample: `s${s}`, trial, quality: trial < passed - (s % 2) ? 1 : 0, ...facts }),
    ),
  );

const single = trialsOf('single', 1, { costUsd: 0.002 });
const graph = trialsOf('graph', 3, { costUsd: 0.009, inputTokens: 3000 });
const near = trialsOf('router', 3, { costUsd: 0.004, inputTokens: 1500 }).map((trial) =>
  trial.sample === 's0' && trial.trial === 2 ? { ...trial, scores: { facts: 0 }, passed: false } : trial,
);

function run(trials: readonly TrialRecord[]) {
  const patterns = [...new Set(trials.map((trial) => trial.pattern))];
  const groups = groupsOf(
    trials,
    scenario,
    patterns.map((pattern) => ({ adapter: NATIVE, pattern })),
  );
  const comparisons = comparisonsOf(trials, scenario);
  return {
    best: bestSetOf(trials, scenario, groups),
    recommendations: recommend({ scenarios: [scenario], groups, comparisons }, trials),
  };
}

describe('recommend', () => {
  it('recommends the cheapest of those that cannot be told from the leader', () => {
    const { best, recommendations } = run([...single, ...graph, ...near]);
    expect(best?.leader.pattern).toBe('graph');
    expect(best?.behind.map((group) => group.pattern)).toEqual(['single']);
    expect(recommendations).toHaveLength(1);
    expect(recommendations[0]).toMatchObject({
      pattern: 'router',
      bestSet: ['graph', 'router'],
      sentence: 'Use router for desk: it is the cheapest of the 2 patterns that this run cannot tell from the best (graph).',
    });
    const evidence = recommendations[0]?.evidence.join('\n');
    expect(evidence).toMatch(/^Better than single: \+\d/m);
    expect(evidence).toContain('Got worse: cost, tokens.');
    expect(evidence).toContain('graph scores 2.8 points more for +125% cost');
    expect(recommendations[0]?.sure).toBe(
      'Not told apart from graph: router (one-sided paired t against the leader, Holm, 5%). Behind it by that test: single.',
    );
    expect(recommendationSchema.safeParse(recommendations[0]).error).toBeUndefined();
  });

  it('goes by tokens where a price is missing', () => {
    const unpriced = near.map((trial) => ({ ...trial, costUsd: null }));
    const { recommendations } = run([...single, ...graph, ...unpriced]);
    expect(recommendations[0]?.pattern).toBe('router');
    expect(recommendations[0]?.sentence).toContain('the fewest tokens');
  });

  it('recommends a leader that stands alone, however dear', () => {
    const { recommendations } = run([...single, ...graph]);
    expect(recommendations[0]).toMatchObject({ pattern: 'graph', bestSet: ['graph'] });
    expect(recommendations[0]?.sentence).toBe(
      'Use graph for desk: it scores highest, and every other pattern is behind it by a one-sided test.',
    );
  });

  it('stays with the baseline when nothing beats it', () => {
    const { recommendations } = run([...single, ...trialsOf('swarm', 1, { costUsd: 0.02 })]);
    expect(recommendations[0]?.pattern).toBe('single');
    expect(recommendations[0]?.evidence[0]).toContain('It is the baseline');
  });

  it('says when there was nothing to choose from', () => {
    expect(run(single).recommendations[0]?.sentence).toBe('Use single for desk: no other pattern has scores to compare with.');
  });

  it('recommends nothing when nothing is scored', () => {
    expect(run(single.map((trial) => ({ ...trial, scores: { facts: null }, passed: null }))).recommendations).toEqual([]);
  });
});
