import { describe, expect, it } from 'vitest';
import { frontsOf } from '../../src/bench/fronts.ts';
import { frontSentences, probabilityInWords } from '../../src/reporters/text/guidance.ts';
import { recommendation } from '../../src/schema/run-record.ts';
import type { TrialRecord } from '../../src/schema/trial-record.ts';
import { smallRun } from '../support/small-run.ts';

const { run, trials } = smallRun();
const [scenario] = run.scenarios;
const fronts = (changed: readonly TrialRecord[]) => frontsOf(changed, scenario!, run.groups);

describe('SEL1 the Pareto fronts of a scenario', () => {
  it('hold quality against cost and against time, cheapest first, with a probability for every pattern', () => {
    const [cost, time] = fronts(trials);
    expect(cost).toMatchObject({ axis: 'costUsd', members: [{ pattern: 'router' }, { pattern: 'graph' }] });
    expect(time).toMatchObject({ axis: 'latencyMs', members: [{ pattern: 'router' }, { pattern: 'graph' }] });
    expect(time!.others.map(({ pattern }) => pattern).toSorted()).toEqual(['single', 'swarm']);
    for (const { probability } of [...time!.members, ...time!.others]) expect(probability! >= 0 && probability! <= 1).toBe(true);
    expect(time!.method).toBe('bootstrap over 10 samples, 10000 resamples');
  });

  it('leave a pattern without a price out of the front of cost, not out of that of time', () => {
    const names = (front: (typeof run.recommendations & object)[number]['fronts'] & object) =>
      front.map(({ members, others }) => [...members, ...others].some(({ pattern }) => pattern === 'swarm'));
    expect(names(fronts(trials))).toEqual([false, true]);
  });

  it('are the same for the same trials, and none where one pattern is left', () => {
    expect(fronts(trials)).toEqual(fronts(trials));
    expect(fronts(trials.filter(({ pattern }) => pattern === 'router'))).toEqual([]);
  });

  it('stand in the record, and fit its schema', () => {
    const [found] = run.recommendations!;
    expect(recommendation.safeParse(found).error).toBeUndefined();
    expect(found!.fronts).toEqual(fronts(trials));
  });

  it('never claim certainty in words', () => {
    expect([1, 0.991, 0.985, 0.5, 0.0101, 0.001, 0].map(probabilityInWords)).toEqual([
      '> 99%',
      '> 99%',
      '99%',
      '50%',
      '1%',
      '< 1%',
      '< 1%',
    ]);
    const sentences = frontSentences(run.recommendations![0]!).join(' ');
    expect(sentences).toMatch(/^No other pattern is both better and cheaper than router \(> 99%\), graph \(\d+%\)/);
    expect(sentences).not.toMatch(/100%|\(0%/);
  });
});
