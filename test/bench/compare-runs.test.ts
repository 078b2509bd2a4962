import { describe, expect, it } from 'vitest';
import { compareRuns } from '../../src/bench/compare-runs.ts';
import type { ComparedRun } from '../../src/bench/compare-runs/differing-fields.ts';
import { heldAgainst, thresholdOf } from '../../src/bench/compare-runs/thresholds.ts';
import { tolerancesOf } from '../../src/bench/compare-runs/tolerances.ts';
import { groupsOf } from '../../src/bench/groups.ts';
import type { RunRecord, ScenarioSummary } from '../../src/schema/run-record.ts';
import type { TrialRecord } from '../../src/schema/trial-record.ts';
import { smallRun } from '../support/small-run.ts';
import { scenarioSummaryOf, trialRecordOf } from '../support/trial-record-of.ts';

const small = smallRun();
const other = (run: Partial<RunRecord>): RunRecord => ({ ...small.run, ...run });
const otherFixtures = (fixtures: string) => other({ runId: fixtures, fingerprint: { ...small.run.fingerprint, fixtures } });
const changed = (change: (trial: TrialRecord) => Partial<TrialRecord>) =>
  small.trials.map((trial) => ({ ...trial, ...change(trial) }));
const failed = { passed: false, scores: { facts: 0 } };

/** A run of one pattern from the scores of its samples. */
function runOf(scores: readonly (readonly number[])[], facts: Partial<RunRecord> = {}): ComparedRun {
  const scenario: ScenarioSummary = scenarioSummaryOf({ samples: scores.length });
  const trials = scores.flatMap((own, s) => own.map((quality, trial) => trialRecordOf({ sample: `s${s}`, trial, quality })));
  const groups = groupsOf(trials, scenario, [{ adapter: 'native', pattern: 'single' }]);
  return { trials, run: { ...small.run, scenarios: [scenario], groups, comparisons: [], ...facts } };
}

describe('the exact gate', () => {
  it('sees no change between equal runs', () => {
    const { verdict, gate, groups } = compareRuns(small, small);
    expect([verdict, gate]).toEqual(['no-material-change', 'exact']);
    expect(groups.map(({ pattern }) => pattern)).toEqual(['single', 'router', 'graph', 'swarm']);
    expect(groups.flatMap(({ flips, reasons }) => [...flips, ...reasons])).toEqual([]);
  });

  it('turns red for a single trial from pass to fail, and names it', () => {
    const trials = changed(({ pattern, sample, trial }) =>
      pattern === 'router' && sample === 's05' && trial === 1 ? failed : {},
    );
    const comparison = compareRuns(small, { run: small.run, trials });
    expect(comparison.verdict).toBe('regressed');
    const router = comparison.groups.find(({ pattern }) => pattern === 'router')!;
    expect(router.flips).toEqual([{ sample: 's05', before: '3/3', after: '2/3', lost: [1], won: [] }]);
    expect(router.reasons).toEqual(['1 trial turned from pass to fail']);
    expect(router.comparisons[0]).toMatchObject({ metric: 'quality', delta: -0.033333, low: -0.033333, p: null, n: 10 });
    expect(compareRuns(small, { run: small.run, trials }, { accept: true })).toMatchObject({
      verdict: 'regressed',
      accepted: true,
    });
  });

  it('is green for one from fail to pass', () => {
    const trials = changed(({ pattern, sample }) =>
      pattern === 'single' && sample === 's01' ? { passed: true, scores: { facts: 1 } } : {},
    );
    expect(compareRuns(small, { run: small.run, trials }).verdict).toBe('improved');
    expect(compareRuns({ run: small.run, trials }, small).verdict).toBe('regressed');
  });

  it('holds cost, tokens and latency against their tolerance, and only where they are gated on', () => {
    const slower = (factor: number) => ({
      run: small.run,
      trials: changed(({ latencyMs }) => ({ latencyMs: latencyMs * factor })),
    });
    expect(compareRuns(small, slower(1.049)).verdict).toBe('no-material-change');
    expect(compareRuns(small, slower(1.051)).verdict).toBe('regressed');
    expect(compareRuns(small, slower(0.9)).verdict).toBe('improved');
    expect(compareRuns(small, slower(1.2), { tolerances: tolerancesOf(['latency=25%']) }).verdict).toBe('no-material-change');
    const shown = compareRuns(small, slower(1.2), { gateOn: ['quality'] });
    expect(shown.verdict).toBe('no-material-change');
    expect(shown.groups[0]!.comparisons.find(({ metric }) => metric === 'latencyMs')).toMatchObject({
      ratio: 1.2,
      verdict: 'regressed',
    });
  });

  it('calls a pattern or a sample that is missing worse', () => {
    const without = (pattern: string) => ({
      run: other({ groups: small.run.groups.filter((group) => group.pattern !== pattern) }),
      trials: small.trials.filter((trial) => trial.pattern !== pattern),
    });
    const { verdict, groups } = compareRuns(small, without('graph'));
    expect(verdict).toBe('regressed');
    expect(groups.find(({ pattern }) => pattern === 'graph')?.reasons).toEqual(['this pattern is missing from the run']);
    expect(compareRuns(without('graph'), small)).toMatchObject({
      verdict: 'no-material-change',
      notes: ['New, not compared: support-desk/graph.'],
    });
    const unscored = changed(({ pattern, sample }) =>
      pattern === 'graph' && sample === 's03' ? { passed: null, scores: { facts: null } } : {},
    );
    expect(compareRuns(small, { run: small.run, trials: unscored }).groups[2]).toMatchObject({
      verdict: 'regressed',
      reasons: ['scored before and not now: s03', '3 trials turned from pass to fail'],
    });
  });
});

describe('which gate', () => {
  const heard = (answers: (trial: TrialRecord) => string | null): TrialRecord[] =>
    changed((trial) => ({ answers: answers(trial) }));
  const before = { run: small.run, trials: heard(({ traceId, sample, trial }) => `${traceId}${sample}${trial}`) };
  const after = (trials: readonly TrialRecord[]) => ({ run: otherFixtures('grown'), trials });
  const gates = (run: ComparedRun) => compareRuns(before, run).groups.map(({ pattern, gate }) => `${pattern} ${gate}`);
  const router = (change: (trial: TrialRecord) => Partial<TrialRecord>) =>
    before.trials.map((trial) => (trial.pattern === 'router' ? { ...trial, ...change(trial) } : trial));

  it('AP2 is exact where both sides were given the same recorded answers, whatever else the fixture files hold', () => {
    expect(compareRuns(before, after(before.trials))).toMatchObject({ gate: 'exact', verdict: 'no-material-change' });
    const lost = after(router(({ sample, trial }) => (sample === 's05' && trial === 1 ? failed : {})));
    expect(compareRuns(before, lost)).toMatchObject({ gate: 'exact', verdict: 'regressed' });
  });

  it('AP2 is statistical for the groups whose answers are new, and for those alone', () => {
    const anew = after(router(({ sample }) => (sample === 's05' ? { answers: 'new' } : {})));
    expect(gates(anew)).toEqual(['single exact', 'router statistical', 'graph exact', 'swarm exact']);
    expect(compareRuns(before, anew).gate).toBe('mixed');
    // One lost trial on new answers is chance; on the very answers that passed before it is the program.
    const at = (wanted: string) => (trial: TrialRecord) => ({
      ...(trial.sample === 's05' ? { answers: 'new' } : {}),
      ...(trial.sample === wanted && trial.trial === 1 ? failed : {}),
    });
    expect(compareRuns(before, after(router(at('s05')))).verdict).toBe('inconclusive');
    const lost = compareRuns(before, after(router(at('s06')))).groups[1]!;
    expect([lost.verdict, lost.reasons]).toEqual([
      'regressed',
      ['1 trial turned from pass to fail on the very answers that passed before'],
    ]);
  });

  it('AP2 is exact for the same recordings and prompts although other code asks other questions', () => {
    const others = before.trials.map((trial) => ({ ...trial, answers: 'other calls' }));
    expect(compareRuns(before, { run: small.run, trials: others }).gate).toBe('exact');
    const prompts = other({ fingerprint: { ...small.run.fingerprint, treatment: 'another prompt' } });
    expect(compareRuns(before, { run: prompts, trials: others }).gate).toBe('statistical');
  });

  it('AP2 is never exact for answers that no recording vouches for', () => {
    const unknown = before.trials.map((trial) => ({ ...trial, answers: null }));
    expect(compareRuns({ ...before, trials: unknown }, after(unknown)).gate).toBe('statistical');
    const live = { run: { ...after([]).run, mode: 'live' as const }, trials: before.trials };
    expect(compareRuns(before, live).gate).toBe('statistical');
  });

  it('AP2 counts the same recordings heard twice as no evidence of their own', () => {
    const { groups } = compareRuns(before, after(before.trials));
    for (const { p, mde, method } of groups.flatMap(({ comparisons }) => comparisons).filter(({ n }) => n > 0))
      expect([p, mde, method.startsWith('exact')]).toEqual([null, null, true]);
  });
});

describe('the statistical gate', () => {
  // Student's sleep data (1908) as scores: differences of the two drugs over ten, 1.58 hours on average, p = 0.00283289, 95 % 0.7001 to 2.4599.
  const drugs = [
    [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2],
    [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
  ].map((hours) => hours.map((value) => [(value + 2) / 10])) as [number[][], number[][]];
  const fixtures = { fingerprint: { ...small.run.fingerprint, fixtures: 'later' } };

  it('reproduces a published paired t', () => {
    const { gate, verdict, groups } = compareRuns(runOf(drugs[0]), runOf(drugs[1], fixtures));
    expect([gate, verdict]).toEqual(['statistical', 'improved']);
    const quality = groups[0]!.comparisons[0]!;
    expect(quality.delta).toBeCloseTo(0.158, 6);
    expect([quality.low, quality.high]).toEqual([0.070011, 0.245989]);
    expect(quality.p).toBeCloseTo(0.00283289, 8);
    expect(compareRuns(runOf(drugs[1]), runOf(drugs[0], fixtures)).verdict).toBe('regressed');
    expect(compareRuns(runOf(drugs[0]), runOf(drugs[1], fixtures), { tolerances: tolerancesOf(['score=0.16']) }).verdict).toBe(
      'no-material-change',
    );
  });

  it('says what it could have seen where it cannot tell', () => {
    const before = runOf([[1], [1], [0], [1], [0], [1]]);
    const { verdict, groups } = compareRuns(before, runOf([[1], [0], [0], [1], [0], [1]], fixtures));
    expect(verdict).toBe('inconclusive');
    // Miller's formula: 2.8016 * sqrt(var(d) / n), var of (0,-1,0,0,0,0) = 1/6.
    expect(groups[0]!.comparisons[0]).toMatchObject({ verdict: 'inconclusive', mde: 0.466931 });
    expect(groups[0]!.notes).toEqual([
      's1 passed in every trial before and in none now; with 1 a side that is a hint, no verdict',
    ]);
  });

  it('turns red for a sample that fell from all to none only from five trials on', () => {
    const rows = (first: number, trials: number) =>
      [1, ...Array.from({ length: 11 }, (_, i) => i % 2)].map((value, s) =>
        Array.from({ length: trials }, () => (s === 0 ? first : value)),
      );
    const verdictAt = (trials: number) => compareRuns(runOf(rows(1, trials)), runOf(rows(0, trials), fixtures)).verdict;
    expect([4, 5].map(verdictAt)).toEqual(['inconclusive', 'regressed']);
  });

  it('corrects for the patterns it looks at', () => {
    const { groups } = compareRuns(small, { run: otherFixtures('later'), trials: small.trials });
    for (const { method } of groups.flatMap(({ comparisons }) => comparisons).filter(({ p }) => p !== null))
      expect(method).toContain('Holm');
  });
});

describe('runs that cannot be compared', () => {
  const against = (run: Partial<RunRecord>, trials = small.trials) => compareRuns(small, { run: other(run), trials });
  const fields = (...compared: Parameters<typeof against>) => against(...compared).differing.map(({ field }) => field);
  const test = { fingerprint: { ...small.run.fingerprint, test: 'another' } };

  it('names the fields that differ', () => {
    expect(against(test)).toMatchObject({ verdict: 'incomparable', groups: [] });
    expect(fields(test)[0]).toMatch(/^fingerprint\.test/);
    const scenario = { ...small.run.scenarios[0]!, passThreshold: 0.5, trials: 2 };
    expect(fields({ ...test, scenarios: [scenario] })).toEqual(['support-desk: passThreshold', 'support-desk: trials']);
    expect(
      fields(
        test,
        small.trials.filter(({ sample }) => sample !== 's03'),
      ),
    ).toEqual(['support-desk: sample ids']);
    expect(fields({ complete: false })).toEqual(['complete (after)']);
    expect(fields({ provenance: { simulated: 0, recorded: 5, imported: 0 } })).toEqual(['provenance']);
    expect(fields({ ...test, scenarios: [{ ...scenario, name: 'x' }] })).toEqual(['scenarios']);
  });

  it('AP2 names each part of the test identity that differs', () => {
    const parts = { samples: 'a', scorers: 'a', tools: 'a', trials: 'a', limits: 'a', seed: 'a', baseline: 'a' };
    const withParts = (test: Readonly<Record<string, string>>, more: Partial<RunRecord> = {}) => {
      const scenarios = { 'support-desk': { test: { ...parts, ...test }, treatment: 'b', fixtures: 'c' } };
      return other({ ...more, fingerprint: { ...small.run.fingerprint, test: Object.values(test).join(), scenarios } });
    };
    const named = (test: Readonly<Record<string, string>>, more: Partial<RunRecord> = {}) =>
      compareRuns({ ...small, run: withParts({}) }, { ...small, run: withParts(test, more) }).differing.map(({ field }) => field);
    expect(named({})).toEqual([]);
    for (const part of ['samples', 'scorers', 'tools', 'trials', 'limits', 'seed'])
      expect(named({ [part]: 'b' })[0], part).toMatch(new RegExp(`^support-desk: ${part}`));
    expect(named({ limits: 'b', tools: 'b' })).toHaveLength(2);
    const scenario = { ...small.run.scenarios[0]!, trials: 2 };
    expect(named({ trials: 'b' }, { scenarios: [scenario] })).toEqual(['support-desk: trials']);
    // A run of fewer scenarios is still checked by the fields of those it has.
    const more = [...small.run.scenarios, { ...scenario, name: 'market-brief' }];
    expect(named({ 'more scenarios': 'x' }, { scenarios: more })).toEqual(['support-desk: more scenarios']);
  });

  it('voids only costs for other prices, and only latency for another clock', () => {
    const voided = (run: Partial<RunRecord>) =>
      against(run)
        .groups[0]!.comparisons.filter(({ verdict }) => verdict === 'incomparable')
        .map(({ metric }) => metric);
    expect(voided({ priceTable: 'newer' })).toEqual(['costUsd']);
    expect(voided({ clock: 'real' })).toEqual(['latencyMs']);
    expect(against({ priceTable: 'newer' }).verdict).toBe('no-material-change');
  });

  it('is never green where nothing was scored', () => {
    const trials = changed(() => ({ outcome: { status: 'completed' }, passed: null, scores: { facts: null } }));
    expect(compareRuns({ run: small.run, trials }, { run: small.run, trials })).toMatchObject({
      verdict: 'incomparable',
      differing: [{ field: 'scores' }],
    });
  });
});

describe('thresholds and tolerances', () => {
  const held = (text: string) => heldAgainst(small.run.groups, thresholdOf(text)).map(({ pattern, met }) => `${pattern} ${met}`);

  it('hold for every pattern, or for one', () => {
    expect(held('quality>=80%')).toEqual(['single false', 'router true', 'graph true', 'swarm false']);
    expect(held('support-desk/graph:pass^3>=0.8')).toEqual(['graph true']);
    expect(held('support-desk/graph:pass^3>0.8')).toEqual(['graph false']);
  });

  it('are not met by what is unknown, nor by nothing', () => {
    expect(held('support-desk/swarm:costUsdPer1kTasks<=1000')).toEqual(['swarm false']);
    expect(held('support-desk/nobody:quality>=0')).toEqual(['any false']);
  });

  it('are refused when they are none', () => {
    for (const text of ['quality', 'quality>=', 'speed>=1', 'quality>=a', 'toString>=1'])
      expect(() => thresholdOf(text)).toThrow();
    for (const text of ['costUsd', 'costUsd=-1', 'speed=1', 'costUsd=1=2']) expect(() => tolerancesOf([text])).toThrow();
    expect(tolerancesOf(['costUsd=10%'])).toEqual({ quality: 0.02, tokens: 0.05, costUsd: 0.1, latencyMs: 0.05 });
  });
});
