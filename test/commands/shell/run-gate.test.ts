import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { loadReporters } from '../../../src/bench/parts.ts';
import { worstExit } from '../../../src/commands/shell/exit-code.ts';
import { declareGateOptions, type GateOptionValues } from '../../../src/commands/shell/gate-options.ts';
import { reporterFor, reportFiles, writeReports } from '../../../src/commands/shell/report-files.ts';
import { gateOfRun, judged } from '../../../src/commands/shell/run-gate.ts';
import type { Shell } from '../../../src/commands/shell/shell.ts';
import type { RunRecord } from '../../../src/schema/run-record.ts';
import type { TrialRecord } from '../../../src/schema/trial-record.ts';
import { smallRun } from '../../support/small-run.ts';

const small = { ...smallRun(), folder: '' };
const shell = { root: tmpdir(), now: () => 0, err: () => undefined } as unknown as Shell;
const optionsOf = (...args: string[]): GateOptionValues => {
  const command = new Command().exitOverride();
  declareGateOptions(command);
  return command.parse(args, { from: 'user' }).opts<GateOptionValues>();
};

interface Held {
  readonly run?: Partial<RunRecord>;
  readonly trials?: readonly TrialRecord[];
  readonly against?: boolean;
}

/** The small run, or a change of it, held against what the options ask; against the small run itself where `against` says so. */
async function held(args: readonly string[], { run, trials = small.trials, against = false }: Held = {}) {
  const gate = await gateOfRun(optionsOf(...args), shell);
  const executed = { folder: '', run: { ...small.run, ...run }, trials };
  return judged(executed, { ...gate, before: against ? { ...small, baseline: 'main' } : undefined }, undefined);
}

const where = (change: (trial: TrialRecord) => Partial<TrialRecord>) =>
  small.trials.map((trial) => ({ ...trial, ...change(trial) }));
const failing = { passed: false, scores: { facts: 0 } };
const lost = where(({ pattern, sample }) => (pattern === 'router' && sample === 's01' ? failing : {}));
const brokenTrials = (count: number) =>
  small.trials.map((trial, i) =>
    i < count ? { ...trial, ...failing, outcome: { status: 'failed' as const, code: 'model_error', message: 'refused' } } : trial,
  );

describe('what makes a run fail', () => {
  it('AP2 is a regression, a threshold, errors above the tolerance, and nothing else unless it is asked for', async () => {
    expect(await held([])).toMatchObject({ code: 0, failures: [], against: undefined });
    expect(await held([], { against: true })).toMatchObject({ code: 0, failures: [] });
    expect(await held([], { against: true, trials: lost })).toMatchObject({ code: 1 });
    expect(await held(['--threshold', 'quality>=0.1'])).toMatchObject({ code: 0 });
    expect(await held(['--threshold', 'quality>=0.1', '--threshold', 'quality>=0.2'])).toMatchObject({
      code: 1,
      failures: ['1 threshold not met'],
    });
    expect(await held(['--fail-on', 'threshold'], { against: true, trials: lost })).toMatchObject({ code: 0 });
  });

  it('AP2 is what --fail-on names: findings, unscored trials, an undecided comparison', async () => {
    const finding = {
      kind: 'ping-pong',
      severity: 'warning',
      scenario: 'support-desk',
      pattern: 'swarm',
      sample: 's01',
    } as const;
    const findings = [
      { ...finding, trial: 0, agent: 'a', spanIds: [], wastedTokens: 0, wastedUsd: null, wastedMs: 0, advice: '' },
    ];
    expect(await held([], { run: { findings } })).toMatchObject({ code: 0 });
    expect(await held(['--fail-on', 'finding'], { run: { findings } })).toMatchObject({
      code: 1,
      failures: ['1 findings: ping-pong'],
    });
    expect(await held(['--fail-on', 'finding'], { run: { findings: [{ ...findings[0]!, severity: 'info' }] } })).toMatchObject({
      code: 0,
    });
    const groups = small.run.groups.map((group) => ({ ...group, unscored: 1 }));
    expect(await held(['--fail-on', 'unscored,threshold'], { run: { groups } })).toMatchObject({ code: 1 });
  });

  it('REP1 is never green where nothing was scored, whatever is tolerated', async () => {
    const trials = where(() => ({ scores: {}, passed: null }));
    expect(await held(['--fail-on', 'threshold', '--max-errors', '100%'], { trials })).toMatchObject({
      code: 3,
      failures: ['nothing was scored: a run without scores is an error, never a success'],
    });
  });

  it('AP2 is more broken trials than --max-errors allows, as a number or a share; tolerated ones are compared as failures', async () => {
    const trials = brokenTrials(6);
    const run = { complete: false };
    expect(await held([], { run, trials, against: true })).toMatchObject({ code: 3, against: { verdict: 'incomparable' } });
    expect(await held(['--max-errors', '5'], { run, trials })).toMatchObject({ code: 3 });
    expect(await held(['--max-errors', '6'], { run, trials })).toMatchObject({ code: 0 });
    expect(await held(['--max-errors', '4.9%'], { run, trials })).toMatchObject({ code: 3 });
    expect(await held(['--max-errors', '5%'], { run, trials })).toMatchObject({ code: 0 });
    const tolerated = await held(['--max-errors', '6'], { run, trials, against: true });
    expect([tolerated.code, tolerated.against?.verdict]).toEqual([1, 'regressed']);
  });

  it('REP1 gives the worst of several exit codes: 2, 6, 3, 4, 5, 1', () => {
    const order = [2, 6, 3, 4, 5, 1];
    order.forEach((code, i) => expect(worstExit(order.slice(i).toReversed())).toBe(code));
    expect(worstExit([])).toBe(0);
  });

  it('is refused before anything runs where it means nothing', async () => {
    const mistakes = [
      ['--tolerance', 'quality=1'],
      ['--fail-on', 'regression'],
      ['--against', 'nobody'],
      ['-o', 'report.pdf'],
    ];
    for (const args of mistakes) await expect(gateOfRun(optionsOf(...args), shell), args.join(' ')).rejects.toThrow();
    for (const args of [
      ['--fail-on', 'speed'],
      ['--max-errors', '1.5'],
      ['--max-errors', '101%'],
      ['--max-errors', '-1'],
    ])
      expect(() => optionsOf(...args), args.join(' ')).toThrow();
  });
});

describe('a report file', () => {
  it('REP1 is rendered by the reporter whose ending its name has, the longest first', async () => {
    const reporters = await loadReporters();
    for (const { name, extension } of reporters)
      if (extension !== undefined) expect(reporterFor(`out/a.${extension}`, reporters)?.name).toBe(name);
    expect(reporterFor('x.xml', reporters)).toBeUndefined();
    expect(reporterFor('x.terminal', reporters)).toBeUndefined();
  });

  it('REP1 holds what the reporter says, in a folder that need not be there', async () => {
    const root = await mkdtemp(join(tmpdir(), 'patternbench-files-'));
    try {
      const paths = ['deep/er/trials.csv', 'a.md'].map((name) => join(root, name));
      const files = await reportFiles(paths, root);
      await writeReports(files, small, shell);
      for (const { path, reporter } of files)
        expect(await readFile(path, 'utf8')).toBe(reporter.render(small, { width: 80, color: false }));
      // Node's recursive mkdir tries there for ever.
      await expect(reportFiles(['/proc/none/a.md'], root)).rejects.toMatchObject({ code: 'usage' });
      await expect(reportFiles([join(paths[1]!, 'under-a-file.md')], root)).rejects.toMatchObject({ code: 'usage' });
    } finally {
      await rm(root, { recursive: true });
    }
  });
});
