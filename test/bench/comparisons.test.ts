import { describe, expect, it } from 'vitest';
import { comparisonsOf } from '../../src/bench/comparisons.ts';
import { seededRandom } from '../../src/kernel/random.ts';
import { comparison as comparisonSchema } from '../../src/schema/run-record.ts';
import type { TrialRecord } from '../../src/schema/trial-record.ts';
import { holm } from '../../src/stats/holm.ts';
import { pairedDifference } from '../../src/stats/paired.ts';
import { scenarioSummaryOf, trialRecordOf } from '../support/trial-record-of.ts';

const scenario = scenarioSummaryOf();

/** Trials of a pattern: one row of scores for each sample. */
const trialsOf = (
  pattern: string,
  rows: readonly (readonly number[])[],
  facts: (sample: number) => Partial<TrialRecord> = () => ({}),
) =>
  rows.flatMap((row, s) => row.map((quality, trial) => trialRecordOf({ pattern, sample: `s${s}`, trial, quality, ...facts(s) })));

const drawn = (seed: string, chance: number) => {
  const random = seededRandom(seed);
  return Array.from({ length: 12 }, () => Array.from({ length: 3 }, () => (random.next() < chance ? 1 : 0)));
};

const base = drawn('base', 0.4);
const weak = drawn('weak', 0.1);
const strong = base.map(() => [1, 1, 1]);
const find = (trials: readonly TrialRecord[], a: string, metric = 'quality') => {
  const found = comparisonsOf(trials, scenario).find((one) => one.a === a && one.metric === metric);
  if (!found) throw new Error(`no comparison of ${a} in ${metric}`);
  return found;
};

describe('comparisonsOf', () => {
  const trials = [
    ...trialsOf('single', base),
    ...trialsOf('strong', strong, (s) => ({ inputTokens: 1900 + 100 * s, latencyMs: 500 + s })),
    ...trialsOf('weak', weak),
    ...trialsOf('same', base),
  ];

  it('gives the paired t on sample means, Holm over the patterns, with the plain interval', () => {
    const mean = (row: readonly number[]) => row.reduce((a, b) => a + b, 0) / row.length;
    const differences = [strong, weak, base].map((rows) => pairedDifference(rows.map(mean), base.map(mean)));
    const corrected = holm(differences.map((difference) => difference?.p ?? 1));
    const comparison = find(trials, 'strong');
    expect(comparison.delta).toBeCloseTo(differences[0]?.mean ?? 0, 6);
    expect(comparison.low).toBeCloseTo(differences[0]?.low ?? 0, 6);
    expect(comparison.p).toBeCloseTo(corrected[0] ?? 0, 8);
    expect(comparison).toMatchObject({ b: 'single', verdict: 'improved', n: 12 });
    expect(comparison.method).toBe('paired t on means of 12 samples; p Holm-corrected over 3, verdict at 5%; interval plain 95%');
    expect(find(trials, 'weak').delta).toBeLessThan(0);
  });

  it('never claims certainty where nothing differs', () => {
    const same = find(trials, 'same');
    expect(same).toMatchObject({ delta: 0, verdict: 'inconclusive', p: 1 });
    expect(same.high - same.low).toBeGreaterThan(0.4);
    expect(same.reasons.join(' ')).toContain('no discordant sample among 12');
    const tokens = find(trials, 'same', 'tokens');
    expect(tokens).toMatchObject({ ratio: 1, verdict: 'inconclusive' });
    expect(tokens.reasons.join(' ')).toContain('no interval could be estimated');
  });

  it('calls less time an improvement and more tokens a regression', () => {
    expect(find(trials, 'strong', 'latencyMs')).toMatchObject({ verdict: 'improved' });
    const tokens = find(trials, 'strong', 'tokens');
    expect(tokens.verdict).toBe('regressed');
    expect(tokens.ratio).toBeGreaterThan(2);
    expect(tokens.delta).toBeUndefined();
  });

  it('says what it could have seen', () => {
    expect(find(trials, 'weak').mde).toBeGreaterThan(0.05);
    expect(find([...trialsOf('single', [[0], [0]]), ...trialsOf('other', [[0], [0]])], 'other').mde).toBeNull();
  });

  it('reads a wide interval around a small gain as inconclusive', () => {
    const other = base.map((_, s) => base[(s + 5) % base.length] as number[]);
    expect(find([...trialsOf('single', base), ...trialsOf('shuffled', other)], 'shuffled').verdict).toBe('inconclusive');
  });

  it('checks single-trial passes with McNemar', () => {
    const passes = Array.from({ length: 12 }, (_, s) => [s < 10 ? 1 : 0]);
    const fails = passes.map((_, s) => [s < 10 ? 0 : 1]);
    const comparison = find([...trialsOf('single', fails), ...trialsOf('other', passes)], 'other');
    expect(comparison.reasons).toContain('10 samples won, 0 tied, 2 lost');
    expect(comparison.reasons).toContain('check: McNemar exact p = 0.0386');
  });

  it('leaves unpriced cost out, and compares nothing without common samples or without the baseline', () => {
    const unpriced = [...trialsOf('single', base), ...trialsOf('other', base, () => ({ costUsd: null }))];
    expect(comparisonsOf(unpriced, scenario).map((one) => one.metric)).toEqual(['quality', 'tokens', 'latencyMs']);
    const apart = [
      ...trialsOf('single', base),
      ...trialsOf('other', base).map((trial) => ({ ...trial, sample: `x${trial.sample}` })),
    ];
    expect(find(apart, 'other')).toMatchObject({ verdict: 'incomparable', low: -1, high: 1, p: null, n: 0 });
    expect(comparisonsOf(trialsOf('other', base), scenario)).toEqual([]);
  });

  it('gives each difference the interval that holds together with those of all others, wider than the plain one', () => {
    const compared = comparisonsOf(trials, scenario).filter(({ metric }) => metric === 'quality');
    expect(compared.length).toBeGreaterThan(1);
    for (const { simultaneous, low, high } of compared) {
      expect(simultaneous!.level).toBeCloseTo(1 - 0.05 / compared.length, 6);
      expect(simultaneous!.high - simultaneous!.low).toBeGreaterThan(high - low);
    }
  });

  it('fits its schema', () => {
    for (const comparison of comparisonsOf(trials, scenario))
      expect(comparisonSchema.safeParse(comparison).error).toBeUndefined();
  });
});
