import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/schema/run-record.ts';
import type { TrialRecord } from '../../src/schema/trial-record.ts';
import { CHECKOUT, journeyProject, type JourneyProject, jsonLines, type Told } from '../support/journey.ts';

const SAMPLES = join(CHECKOUT, 'test/fixtures/import/samples');

describe('somebody who brings recordings of their own', () => {
  let project: JourneyProject;
  beforeAll(async () => {
    project = await journeyProject('starter');
    await mkdir(project.path('mine'));
    await cp(SAMPLES, project.path('mine'), { recursive: true });
  });
  afterAll(() => project[Symbol.asyncDispose]());

  const type = async (...args: readonly string[]): Promise<Told> => {
    const told = await project.type(args);
    expect(told.stack, told.err).toBe(false);
    expect(told.out.split('\n').filter((line) => line.length > 80)).toEqual([]);
    return told;
  };
  const runOf = async (told: Told): Promise<{ readonly run: RunRecord; readonly trials: TrialRecord[] }> => {
    const id = /Run (\S+) in/.exec(told.out)![1]!;
    return {
      run: JSON.parse(await project.read('reports', id, 'run.json')) as RunRecord,
      trials: jsonLines(await project.read('reports', id, 'trials.jsonl')),
    };
  };

  it('looks first: what would be taken, and why the rest would not', async () => {
    const told = await type('fixtures', 'import', 'mine', '--dry-run');
    expect(told.code).toBe(0);
    expect(told.out).toMatch(/mine\/crew\.vcrpy\.yaml +vcrpy +6 +4 +2\n/);
    expect(told.out).toMatch(/mine\/rivers\.otlp\.jsonl +- +0 +0 +0\n/);
    expect(told.out).toMatch(/9 files +20 +16 +4\n/);
    expect(told.out).toContain('1 not an OpenAI route');
    expect(told.out).toMatch(/of 16 calls have no recorded time: theirs is synthetic/);
    await expect(readFile(project.path('fixtures/starter/imported.jsonl'))).rejects.toThrow('ENOENT');
  });

  it('imports, and has a set like any other', async () => {
    expect((await type('fixtures', 'import', 'mine/crew.vcrpy.yaml', '--scenario', 'starter')).out).toContain(
      '4 calls were added to fixtures/starter/imported.jsonl; 1 trials',
    );
    expect((await type('fixtures', 'import', 'mine/crew.vcrpy.yaml', '--scenario', 'starter')).out).toContain(
      '0 calls were added',
    );
    const verified = await type('fixtures', 'verify', 'starter/imported');
    expect(verified.code, verified.out + verified.err).toBe(0);
    expect((await type('fixtures', 'ls', 'starter/imported')).out).toContain('imported answers, synthetic time');
    expect((await type('fixtures', 'scan')).code).toBe(0);
  });

  it('is told what is missing, or wrong, and what to do', async () => {
    expect(await type('fixtures', 'import', 'mine')).toMatchObject({ code: 2, err: expect.stringContaining('--scenario NAME') });
    expect(await type('fixtures', 'import', 'nowhere', '--dry-run')).toMatchObject({
      code: 2,
      err: expect.stringContaining('no such file'),
    });
    expect(await type('fixtures', 'import', 'mine/crew.vcrpy.yaml', '--scenario', '../x')).toMatchObject({ code: 2 });
    expect(
      await type('fixtures', 'import', 'mine/crew.vcrpy.yaml', '--scenario', 'starter', '--profile', 'simulated'),
    ).toMatchObject({
      code: 2,
      err: expect.stringContaining('--profile imported'),
    });
    await writeFile(project.path('mine', 'notes.txt'), 'interactions: [');
    expect(await type('fixtures', 'import', 'mine/notes.txt', '--dry-run')).toMatchObject({
      code: 2,
      err: expect.stringContaining('nothing was imported'),
    });
    expect(await type('import-run', 'mine/notes.txt')).toMatchObject({
      code: 2,
      err: expect.stringContaining('no call to a model'),
    });
  });

  it('sees a recorded crew as a run: agents by their roles, tokens, cost, an order, and no quality', async () => {
    const told = await type('import-run', 'mine/crew.vcrpy.yaml', '--scenario', 'rivers', '--pattern', 'crew');
    expect(told.code).toBe(0);
    expect(told.out).toMatch(/IMPORTED/);
    expect(told.out).toMatch(/crewai\/crew +unscored/);
    expect(told.out).toMatch(/river-researcher +3 +220 +60 +0\.\d+ +[\d.]+\n/);
    expect(told.out).toMatch(/plain-writer +1 +40 +8 /);
    expect(told.err).toContain('3 of 4 calls have no recorded time');
    const { run, trials } = await runOf(told);
    expect(run.groups[0]).toMatchObject({
      adapter: 'crewai',
      pattern: 'crew',
      quality: null,
      llmCalls: 4,
      toolCalls: 2,
      unscored: 1,
    });
    expect(run.provenance).toEqual({ recorded: 0, simulated: 0, imported: 4 });
    expect(trials[0]).toMatchObject({
      scores: { quality: null },
      passed: null,
      outcome: { status: 'completed' },
      inputTokens: 260,
      outputTokens: 68,
    });
    expect(run.imported).toMatchObject({ syntheticTimes: 3, measuredTimes: 1 });
    expect((await type('trace', 'verify')).code).toBe(0);
    expect((await type('trace', 'show', 'rivers/crew/crew.vcrpy/0')).out).toContain('plain-writer');
    const again = await type('import-run', 'mine/crew.vcrpy.yaml', '--scenario', 'rivers', '--pattern', 'crew');
    expect(again.out).toBe(told.out);
  });

  it('sees overlapping calls as parallel where the recording tells when they started', async () => {
    const { trials } = await runOf(await type('import-run', 'mine/voters.polly.har', '--scenario', 'vote'));
    expect(trials[0]).toMatchObject({ latencyMs: 1700, agents: { voter: { calls: 2 } } });
    expect(trials[0]!.parallelism).toBeCloseTo(2100 / 1700, 6);
  });

  it('sees spans from elsewhere as a run: names from the trace, times as measured, prompts left out', async () => {
    const told = await type('import-run', 'mine/rivers.otlp.jsonl', '--scenario', 'rivers');
    const { run, trials } = await runOf(told);
    expect(run.groups[0]).toMatchObject({ adapter: 'langchain', llmCalls: 2, toolCalls: 1 });
    expect(trials[0]).toMatchObject({ latencyMs: 1900, inputTokens: 130, outputTokens: 45 });
    expect(Object.keys(trials[0]!.agents).sort()).toEqual(['researcher', 'writer']);
    expect(run.clock).toBe('real');
    expect((await type('trace', 'verify')).code).toBe(0);
    expect(await project.read('reports', run.runId, 'spans.jsonl')).not.toContain('CANARY');
  });

  it('stands beside our patterns in one table, and is compared with none on other samples', async () => {
    await type('run', '-s', 'starter', '-p', 'single', '--quiet');
    const saved = (await project.runs()).find((name) => /^starter-\w{8}$/.test(name))!;
    const told = await type(
      'import-run',
      'mine/crew.vcrpy.yaml',
      '--scenario',
      'starter',
      '--pattern',
      'crew',
      '--beside',
      saved,
    );
    expect(told.out).toMatch(/single +\d/);
    expect(told.out).toMatch(/crewai\/crew +unscored/);
    const { run } = await runOf(told);
    expect(run.groups.find(({ pattern }) => pattern === 'crew')).toMatchObject({ quality: null, tokenOverhead: null });
    expect(run.groups.find(({ pattern }) => pattern === 'single')!.quality).not.toBeNull();
    expect((await type('trace', 'verify')).code).toBe(0);
  });
});
