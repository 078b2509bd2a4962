import { readFile, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding, RunRecord } from '../../src/schema/run-record.ts';
import type { TrialRecord } from '../../src/schema/trial-record.ts';
import { spanIdOf } from '../../src/telemetry/span-ids.ts';
import { parseOtlpLine } from '../../src/telemetry/otlp-parse.ts';
import { looping } from '../findings/planted/foreign-loop.ts';
import { otlp } from '../telemetry/foreign-samples.ts';
import { jsonLines, journeyProject, type JourneyProject } from '../support/journey.ts';

describe('somebody who asks what is wrong with their agents', () => {
  let project: JourneyProject;
  let folder: string;
  const type = async (...argv: string[]) => {
    const told = await project.type(argv);
    return { ...told, out: told.out.trimEnd(), err: told.err.trimEnd() };
  };
  beforeAll(async () => {
    project = await journeyProject('starter');
    await type('run', '-s', 'starter', '--quiet');
    [folder] = (await project.runs()) as [string];
  });
  afterAll(() => project[Symbol.asyncDispose]());

  it('sees kinds, waste, advice and commands that work, in 80 columns', async () => {
    const told = await type('lint');
    expect(told).toMatchObject({ code: 0, err: '' });
    expect(told.out).toMatch(/^\d+ findings in \d+ of 126 trials\n\nwarning {2}synchronous-chain: 3 findings; wasted: /);
    expect(Math.max(...told.out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    const commands = [...told.out.matchAll(/^ {2}npm run patternbench -- (.+)$/gm)].map(([, command]) => command!.split(' '));
    expect(commands.length).toBeGreaterThan(1);
    for (const command of commands.slice(0, 2)) expect((await type(...command)).code).toBe(0);
    const named = await type('lint', folder);
    expect(named.out).toContain(`--run ${folder}`);
  });

  it('gets exit code 1 from a severity that is met, and 0 from one that is not', async () => {
    expect((await type('lint', '--severity', 'info')).code).toBe(1);
    expect(await type('lint', '--severity', 'error')).toMatchObject({ code: 0, out: 'no findings in 126 trials' });
    const stricter = await type(
      'lint',
      '--severity',
      'warning',
      '--set',
      'context-stuffing.minResentTokens=0',
      'context-stuffing.resendShare=0.5',
    );
    expect(stricter.code).toBe(1);
    expect(stricter.out).toContain('warning  context-stuffing');
    expect((await type('lint', '--kind', 'loop')).out).toBe('no findings in 126 trials');
    expect(
      (
        await type(
          'lint',
          '--severity',
          'info',
          '--set',
          'duplicate-work=false',
          'synchronous-chain=false',
          'missing-termination.patterns=false',
        )
      ).code,
    ).toBe(0);
  });

  it('finds in run.json and trials.jsonl what lint sees, with spans that are there', async () => {
    const all = JSON.parse((await type('lint', '--json')).out) as Finding[];
    const record = JSON.parse(await project.read('reports', folder, 'run.json')) as RunRecord;
    const trials = jsonLines<TrialRecord>(await project.read('reports', folder, 'trials.jsonl'));
    expect(record.findingTotals!.reduce((sum, { findings }) => sum + findings, 0)).toBe(all.length);
    expect(
      record.findings.filter((finding) => !all.some((one) => JSON.stringify(one) === JSON.stringify(sorted(finding, one)))),
    ).toEqual([]);
    for (const { scenario, pattern, sample, trial, findings } of trials) {
      const own = all.filter(
        (one) => one.scenario === scenario && one.pattern === pattern && one.sample === sample && one.trial === trial,
      );
      expect(findings).toEqual([...new Set(own.map(({ kind }) => kind))]);
    }
    const ids = new Set<string>();
    for (const line of (await project.read('reports', folder, 'spans.jsonl')).split('\n').slice(1, -1)) {
      const { traceId, spans } = parseOtlpLine(line);
      for (const { path } of spans) ids.add(spanIdOf(traceId, path));
    }
    expect(all.flatMap(({ spanIds }) => spanIds).filter((id) => !ids.has(id))).toEqual([]);
  });

  it('reads a file of spans, and names spans where there is no run to show', async () => {
    await writeFile(project.path('some.jsonl'), await readFile(project.path('reports', folder, 'spans.jsonl')));
    const told = await type('lint', project.path('some.jsonl'));
    expect(told.code).toBe(0);
    expect(told.out).toMatch(/ {2}starter\/composite\/s3\/0: spans [0-9a-f]{16}, /);
  });

  it('looks at a run that was imported from another framework, at its import and again', async () => {
    await writeFile(project.path('crew.otlp.json'), otlp(looping()));
    expect((await type('import-run', project.path('crew.otlp.json'), '--scenario', 'crew', '--pattern', 'crew')).code).toBe(0);
    const imported = (await project.runs()).find((name) => name !== folder)!;
    const kinds = (JSON.parse(await project.read('reports', imported, 'run.json')) as RunRecord).findings.map(({ kind }) => kind);
    expect(kinds).toContain('framework-lock-in');
    const told = await type('lint', imported, '--kind', 'framework-lock-in');
    expect(told).toMatchObject({ code: 0, err: '' });
    expect(told.out).toMatch(/^1 finding in 1 of 1 trials/);
    await rm(project.path('reports', imported), { recursive: true });
  });

  it.each([
    [['--set', 'lop.repeats=3'], 'did you mean loop?'],
    [['--set', 'loop.repeat=3'], 'did you mean repeats?'],
    [['--set', 'loop.repeats=often'], 'expected a number'],
    [['--set', 'loop=3'], '--set loop=false'],
    [['--set', 'loop'], 'kind.name=value'],
    [['--kind', 'lop'], 'name one of context-stuffing'],
    [['nowhere'], 'name one of starter-'],
  ])('is told what is wrong with %j, and what to do', async (argv, remedy) => {
    const told = await type('lint', ...argv);
    expect(told.code).toBe(2);
    expect(told.err).toContain(remedy);
    expect(told.err).not.toMatch(/\n\s+at /);
  });

  it('lists the kinds with their thresholds', async () => {
    const told = await type('list', 'findings');
    expect(told.code).toBe(0);
    expect(told.out.replaceAll(/\s+/g, ' ')).toContain('loop In one run an agent does the very same thing again');
    expect(told.out).toContain('option repeats (default 3)');
  });

  it('sets thresholds in the scenario, which the spans then carry', async () => {
    await using other = await journeyProject('starter');
    await other.edit(
      'scenarios/starter.yaml',
      '\ntools:',
      '\nfindings:\n  duplicate-work: { lookups: 9 }\n  synchronous-chain: { minShare: 0.9 }\n  missing-termination: false\n\ntools:',
    );
    const before = project;
    project = other;
    try {
      expect((await type('run', '-s', 'starter', '--quiet')).code).toBe(0);
      expect((await type('lint')).out).toBe('no findings in 126 trials');
      expect((await type('lint', '--set', 'duplicate-work.lookups=3')).out).toContain('2 findings in 2 of 126 trials');
      await other.edit('scenarios/starter.yaml', 'lookups: 9', 'lookup: 9');
      const wrong = await type('run', '-s', 'starter', '--quiet');
      expect(wrong.code).toBe(2);
      expect(wrong.err).toMatch(/starter\.yaml:\d+:\d+ .*lookup/);
    } finally {
      project = before;
    }
  });
});

describe('AP3: somebody who follows the advice', () => {
  it('gets in every trial exactly the time that lint said would be saved', async () => {
    await using project = await journeyProject('document-digest');
    const say = async (...argv: string[]) => (await project.type(argv)).out.trimEnd();
    const latencies = async (): Promise<Map<string, number>> => {
      await say('run', '-s', 'document-digest', '-p', 'plan-review', '--quiet');
      const [folder] = await project.runs();
      const trials = jsonLines<TrialRecord>(await project.read('reports', folder!, 'trials.jsonl'));
      return new Map(trials.map(({ sample, latencyMs }) => [sample, latencyMs]));
    };
    const before = await latencies();
    const findings = JSON.parse(await say('lint', '--kind', 'synchronous-chain', '--json')) as Finding[];
    expect(findings.length).toBeGreaterThan(10);
    await rm(project.path('reports'), { recursive: true });
    await project.edit('scenarios/document-digest.yaml', '\npatterns:\n', '\npatterns:\n  plan-review: { concurrency: 9 }\n');
    const after = await latencies();
    expect(findings.map(({ sample, wastedMs }) => [sample, wastedMs])).toEqual(
      findings.map(({ sample }) => [sample, before.get(sample)! - after.get(sample)!]),
    );
    expect(await say('lint', '--kind', 'synchronous-chain')).toBe('no findings in 20 trials');
  });
});

/** The same members in the order of another object: run.json sorts its keys. */
const sorted = (finding: Finding, like: Finding): object =>
  Object.fromEntries(Object.keys(like).map((key) => [key, finding[key as keyof Finding]]));
