import { describe, expect, it } from 'vitest';
import { compareRuns } from '../../src/bench/compare-runs.ts';
import type { ComparedRun } from '../../src/bench/compare-runs/differing-fields.ts';
import { groupsOf } from '../../src/bench/groups.ts';
import csv from '../../src/reporters/csv.ts';
import markdown from '../../src/reporters/markdown.ts';
import terminal from '../../src/reporters/terminal.ts';
import type { RunRecord } from '../../src/schema/run-record.ts';
import type { TrialRecord } from '../../src/schema/trial-record.ts';
import { smallRun } from '../support/small-run.ts';
import { scenarioSummaryOf, trialRecordOf } from '../support/trial-record-of.ts';

const small = smallRun();
const OPTIONS = { width: 120, color: false };

let recordings = 0;

/** A run of one pattern from the scores of its samples, whose answers no other run has heard. */
function drawn(scores: readonly (readonly number[])[], facts: Partial<TrialRecord> = {}): ComparedRun {
  const scenario = scenarioSummaryOf({ samples: scores.length });
  const trials = scores.flatMap((own, s) =>
    own.map((quality, trial) => trialRecordOf({ sample: `s${s}`, trial, quality, ...facts })),
  );
  const groups = groupsOf(trials, scenario, [{ adapter: 'native', pattern: 'single' }]);
  const fingerprint = { ...small.run.fingerprint, fixtures: `recording ${++recordings}` };
  return { trials, run: { ...small.run, scenarios: [scenario], groups, comparisons: [], fingerprint } };
}

const twenty = (score: (sample: number) => number[]) => Array.from({ length: 20 }, (_, sample) => score(sample));
const cost = (comparison: ReturnType<typeof compareRuns>) =>
  comparison.groups[0]!.comparisons.find(({ metric }) => metric === 'costUsd');

describe('AP2 what others got wrong', () => {
  it('a gate on "the mean fell": a fall that chance makes is no regression, and says what it could have seen', () => {
    const before = twenty((s) => [s % 3 === 0 ? 0 : 1]);
    const after = before.map((own, s) => (s === 7 || s === 8 ? [0] : s === 3 ? [1] : own));
    const { verdict, groups, gate } = compareRuns(drawn(before), drawn(after));
    const quality = groups[0]!.comparisons[0]!;
    expect(quality.delta).toBeLessThan(-0.02);
    expect([gate, verdict, quality.mde! > 0.1]).toEqual(['statistical', 'inconclusive', true]);
  });

  it('an interval of no width where all samples agree: the differences seen leave room for others', () => {
    const { groups } = compareRuns(
      drawn(twenty(() => [1, 1])),
      drawn(
        twenty(() => [1, 1]),
        { latencyMs: 900 },
      ),
    );
    const quality = groups[0]!.comparisons[0]!;
    expect([quality.delta, quality.low < 0, quality.high > 0]).toEqual([0, true, true]);
    expect(quality.reasons[0]).toMatch(/share of samples that differ otherwise is below 13\.9%/);
  });

  it('a price that is not known taken for 0: the cost is not compared, and every report says so', () => {
    const scores = twenty(() => [1]);
    const unpriced = compareRuns(drawn(scores), drawn(scores, { costUsd: null }));
    expect(cost(unpriced)).toMatchObject({
      verdict: 'incomparable',
      n: 0,
      reasons: ['unknown for a trial of one side: unpriced'],
    });
    expect(unpriced.verdict).toBe('no-material-change');
    expect(terminal.render(small, OPTIONS)).toMatch(/^ swarm .* unpriced /m);
    expect(markdown.render(small, OPTIONS)).toMatch(/^\| swarm \|.* unpriced \|/m);
    const [, row] = csv
      .render({ ...small, trials: small.trials.filter(({ costUsd }) => costUsd === null) }, OPTIONS)
      .split('\r\n');
    expect(row).toMatch(/,\d+,,\d+,\d+,/);
  });

  it('results that are missing taken for results that did not get worse: a sample, a pattern, a scenario', () => {
    const without = (isLeft: (trial: TrialRecord) => boolean) =>
      compareRuns(small, { ...small, trials: small.trials.filter(isLeft) });
    const sample = without(({ pattern, sample: id }) => pattern !== 'router' || id !== 's05');
    expect([sample.verdict, sample.groups[1]!.reasons]).toEqual([
      'regressed',
      ['scored before and not now: s05', '3 trials turned from pass to fail'],
    ]);
    const groups = small.run.groups.filter(({ pattern }) => pattern !== 'graph');
    const pattern = compareRuns(small, { run: { ...small.run, groups }, trials: small.trials });
    expect(pattern.verdict).toBe('regressed');
    const brief = smallRun({ name: 'market-brief' });
    const both: RunRecord = {
      ...small.run,
      scenarios: [...small.run.scenarios, ...brief.run.scenarios],
      groups: [...small.run.groups, ...brief.run.groups],
    };
    const scenario = compareRuns({ run: both, trials: [...small.trials, ...brief.trials] }, small);
    expect(scenario.groups.filter(({ verdict }) => verdict === 'regressed').flatMap(({ reasons }) => reasons)).toEqual(
      Array.from({ length: 4 }, () => 'this scenario is missing from the run'),
    );
    // What a person left out on purpose is another matter.
    const only = { scenarios: ['support-desk'], patterns: null };
    expect(compareRuns({ run: both, trials: [...small.trials, ...brief.trials] }, small, { only })).toMatchObject({
      verdict: 'no-material-change',
      partial: true,
    });
  });

  it('failures left out of the denominator: a trial that fails now and passed before was lost', () => {
    const trials = small.trials.map((trial): TrialRecord =>
      trial.pattern === 'router' && trial.sample === 's01'
        ? { ...trial, outcome: { status: 'limit', limit: 'maxTokens', message: '' }, scores: {}, passed: null, output: null }
        : trial,
    );
    const router = compareRuns(small, { ...small, trials }).groups[1]!;
    expect([router.verdict, router.flips[0]!.after, router.comparisons[0]!.delta]).toEqual(['regressed', '0/3', -0.1]);
  });

  it('two runs that are quietly not the same: other kinds of answers, other prices, another clock are named', () => {
    const other = (run: Partial<RunRecord>) => compareRuns(small, { ...small, run: { ...small.run, ...run } });
    expect(other({ provenance: { recorded: 9, simulated: 0, imported: 0 } }).differing[0]).toMatchObject({
      field: 'provenance',
      before: 'simulated',
      after: 'recorded',
    });
    expect(other({ priceTable: 'another' }).notes).toEqual(['The price tables differ, so costs are not compared.']);
    expect(other({ tool: 'patternbench 9' }).notes).toEqual([
      'Another version ran: patternbench 0.1.0 before, patternbench 9 now.',
    ]);
  });
});
