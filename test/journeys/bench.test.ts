import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trialName } from '../../src/bench/read-trial.ts';
import type { RunRecord } from '../../src/schema/run-record.ts';
import type { TrialRecord } from '../../src/schema/trial-record.ts';
import { CHECKOUT, jsonLines, journeyProject, type JourneyProject, sha256, type Told } from '../support/journey.ts';

const CANONICAL = ['run.json', 'trials.jsonl', 'spans.jsonl'];

let project: JourneyProject;
let first: Told;
let folder: string;

beforeAll(async () => {
  project = await journeyProject();
  first = await project.type(['run']);
  folder = (await project.runs())[0]!;
});
afterAll(() => project[Symbol.asyncDispose]());

const digests = async (run: string) =>
  Promise.all(CANONICAL.map(async (name) => [name, sha256(await project.read('reports', run, name))]));

describe('somebody who has just installed it compares the patterns, without key and network', () => {
  it('gets a table of every scenario under its patterns', async ({ annotate }) => {
    await annotate(`replay of all scenarios: ${(first.ms / 1000).toFixed(1)} s`);
    expect(first).toMatchObject({ code: 0, stack: false });
    expect(first.out.trimStart()).toMatch(/^SIMULATED /);
    for (const word of ['support-desk', 'market-brief', 'single', 'sequential', 'parallel', 'router'])
      expect(first.out).toContain(word);
    expect(first.out).not.toContain('starter');
    expect(first.out).toContain(folder);
  });

  it('sees what the README shows', async () => {
    const readme = await readFile(join(CHECKOUT, 'README.md'), 'utf8');
    const shown = /<!-- output of: npm run bench -->\n```text\n(.*?)```/s.exec(readme)![1]!;
    for (const line of shown.split('\n')) expect(first.out.split('\n')).toContain(line);
  });

  it('can read it on a terminal of 80 columns', () => {
    expect(first.out.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(first.out).not.toContain('\u001b');
  });

  it('has every trial on disk, each scored', async () => {
    expect(await project.runs()).toEqual([folder]);
    const trials = jsonLines<TrialRecord>(await project.read('reports', folder, 'trials.jsonl'));
    expect(trials.length).toBeGreaterThan(2 * 4 * 20 * 3);
    expect(trials.filter(({ outcome, passed }) => outcome.status !== 'completed' || passed === null).map(trialName)).toEqual([]);
    const { groups } = JSON.parse(await project.read('reports', folder, 'run.json')) as RunRecord;
    const ran = groups.filter(({ notApplicable }) => notApplicable === undefined);
    expect(ran.reduce((sum, group) => sum + group.trials, 0)).toBe(trials.length);
    expect(new Set(ran.map(({ samples }) => samples))).toEqual(new Set([20]));
    // Every pattern has a scenario in which it is run, and each scenario says why it leaves out the others.
    expect(new Set(ran.map(({ pattern }) => pattern))).toEqual(new Set(groups.map(({ pattern }) => pattern)));
  });

  it('sees where every microsecond of every trial went', async () => {
    const trials = jsonLines<TrialRecord>(await project.read('reports', folder, 'trials.jsonl'));
    const us = (ms: number) => Math.round(ms * 1000);
    const sums = trials.filter(
      ({ criticalPath, latencyMs }) => criticalPath.reduce((sum, { ms }) => sum + us(ms), 0) !== us(latencyMs),
    );
    expect(sums.map(trialName)).toEqual([]);
  });

  it('gets the same bytes again, however many trials run at a time, and may start it in two terminals at once', async () => {
    const before = await digests(folder);
    const inTerminal = (concurrency: string) => project.type(['run', '-j', concurrency, '--quiet'], { alone: true });
    const both = await Promise.all([inTerminal('1'), inTerminal('16')]);
    for (const told of both) expect(told).toMatchObject({ code: 0, out: first.out, err: '' });
    expect(await digests(folder)).toEqual(before);
    expect(await project.runs()).toEqual([folder]);
  });

  it('runs the commands that stand under the table', async () => {
    // `view` serves until Ctrl-C; test/journeys/view.test.ts types it.
    const commands = [...first.out.matchAll(/^ +npm run patternbench -- (?!view )(.+)$/gm)].map(([, args]) =>
      args!.trim().split(' '),
    );
    expect(commands.length).toBeGreaterThanOrEqual(2);
    for (const args of commands) {
      const told = await project.type(args);
      expect(told).toMatchObject({ code: 0, err: '', stack: false });
      expect(told.out).toContain(
        ({ show: 'Scores', lint: 'findings in' } as Record<string, string>)[args[0]!] ?? 'commit that folder',
      );
    }
  });

  it('takes the run as JSON', async () => {
    const told = await project.type([
      'run',
      '-s',
      'support-desk',
      '-p',
      'single',
      'router',
      '--sample',
      '2',
      '--json',
      '--quiet',
    ]);
    expect(told).toMatchObject({ code: 0, err: '' });
    const { groups } = JSON.parse(told.out) as RunRecord;
    expect(groups.map(({ pattern, samples }) => [pattern, samples])).toEqual([
      ['single', 2],
      ['router', 2],
    ]);
  });
});

describe('somebody who wants to know why', () => {
  it('sees scores, reasons and the conversation of a trial', async () => {
    const told = await project.type(['show', 'support-desk/router/t01/0', '--run', folder]);
    expect(told).toMatchObject({ code: 0, err: '', stack: false });
    for (const part of [/^ *Scores$/m, /expected/, /system:/, /user:/, /assistant:/, /Critical path: /])
      expect(told.out).toMatch(part);
    expect(told.out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('is told the nearest name for one that is misspelt', async () => {
    const told = await project.type(['show', 'support-desk/ruoter/t01/0', '--run', folder]);
    expect(told).toMatchObject({ code: 2, out: '', stack: false });
    expect(told.err).toContain('support-desk/router/t01/0');
  });

  it('is told what saved runs there are', async () => {
    const told = await project.type(['show', 'support-desk/router/t01/0', '--run', 'nowhere']);
    expect(told).toMatchObject({ code: 2, out: '', stack: false });
    expect(told.err).toContain(folder);
  });
});
