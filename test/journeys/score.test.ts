import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { rescore } from '../../src/commands/shell/rescore.ts';
import type { ScoreOptionValues } from '../../src/commands/shell/score-options.ts';
import { runBench } from '../../src/commands/shell/run-bench.ts';
import { exitCodeOf } from '../../src/commands/shell/exit-code.ts';
import type { RunOptionValues } from '../../src/commands/shell/run-options.ts';
import type { Shell } from '../../src/commands/shell/shell.ts';
import type { RunRecord } from '../../src/schema/run-record.ts';
import type { TrialRecord } from '../../src/schema/trial-record.ts';
import { jsonLines, journeyProject, type JourneyProject } from '../support/journey.ts';

const FILES = ['run.json', 'trials.jsonl', 'spans.jsonl'] as const;
const PATTERNS = ['single', 'router'];

function shellAt(root: string) {
  const said = { out: '', err: '' };
  const shell: Shell = {
    out: (text) => void (said.out += `${text}\n`),
    err: (text) => void (said.err += `${text}\n`),
    width: 80,
    color: false,
    interactive: false,
    env: {},
    root,
    now: () => 1_790_000_000_000,
    signal: new AbortController().signal,
  };
  return { shell, said };
}

/** Runs the starter under two patterns; the folder of its run. */
async function run(
  project: JourneyProject,
  mode: 'replay' | 'record' | 'auto' = 'replay',
  options: Partial<RunOptionValues> = {},
) {
  const before = await project.runs();
  const { shell } = shellAt(project.root);
  const values = { scenario: ['starter'], pattern: PATTERNS, seed: 1, model: {}, quiet: true, json: true, ...options };
  expect(await runBench(values, mode, shell)).toBe(0);
  return (await project.runs()).find((name) => !before.includes(name))!;
}

async function score(project: JourneyProject, name: string, options: Partial<ScoreOptionValues> = {}) {
  const { shell, said } = shellAt(project.root);
  const values = { mode: 'replay', provider: 'simulated', model: {}, ...options };
  const code = await rescore(project.path('reports', name), values, shell).catch((error: unknown) => {
    const { message, remedy = '' } = error as { message: string; remedy?: string };
    said.err += `${message}\n${remedy}`;
    return exitCodeOf(error);
  });
  return { code, ...said };
}

const filesOf = (project: JourneyProject, ...folder: string[]) => Promise.all(FILES.map((file) => project.read(...folder, file)));
const trialsOf = async (project: JourneyProject, name: string) =>
  jsonLines<TrialRecord>(await project.read('reports', name, 'trials.jsonl'));
const runOf = async (project: JourneyProject, name: string) =>
  JSON.parse(await project.read('reports', name, 'run.json')) as RunRecord;

const OLD = 'score: [{ type: facts }, { type: route }, { type: tool-calls }]';

const JUDGED = `score:
  - { type: facts }
  - { type: rubric, model: gpt-4o, criteria: [States the day on which it was sent., { text: Names the arrival., weight: 2 }] }
  - { type: pairwise, model: gpt-4o }`;

async function judgedProject(rates: string): Promise<JourneyProject> {
  const project = await journeyProject('starter');
  await project.edit('scenarios/starter.yaml', OLD, JUDGED);
  await project.edit('scenarios/starter.yaml', '  profiles: {', `  judges: { gpt-4o: ${rates} }\n  profiles: {`);
  await project.edit(
    'scenarios/starter.yaml',
    '{ route: orders, tools',
    "{ answer: 'It was sent on 4 May and arrives on 7 May.', route: orders, tools",
  );
  return project;
}

describe('somebody who scores a saved run again', () => {
  it('gets the same bytes where nothing is judged otherwise, and no second run', async () => {
    await using project = await journeyProject('starter');
    const name = await run(project);
    const told = await score(project, name);
    expect(told).toMatchObject({ code: 0, out: expect.stringContaining('the same, to the byte') });
    expect(await project.runs()).toEqual([name]);
    await score(project, name, { out: project.path('again') });
    expect(await filesOf(project, 'again')).toEqual(await filesOf(project, 'reports', name));
  });

  it('gets what a new replay with the new scores gives, to the byte, as another test', async () => {
    await using project = await journeyProject('starter');
    const name = await run(project);
    const scores =
      'score: [{ type: facts }, { type: limit, metric: tokens, max: 900 }, { type: custom, name: brief, function: brief.ts#brief }]';
    await writeFile(
      project.path('scenarios/brief.ts'),
      'export const brief = ({ output }: { output: string }) => Number(output.length < 200);\n',
    );
    await project.edit('scenarios/starter.yaml', OLD, scores);
    const dry = await score(project, name, { dryRun: true });
    expect(dry.out).toMatch(/starter +brief +- +[\d.]+ +18 +0\n/);
    expect(dry.out.split('\n').every((line) => line.length <= 80)).toBe(true);
    expect(await project.runs()).toEqual([name]);

    expect((await score(project, name)).code).toBe(0);
    const scored = (await project.runs()).find((one) => one !== name)!;
    const files = await filesOf(project, 'reports', scored);
    expect((await runOf(project, scored)).fingerprint.test).not.toBe((await runOf(project, name)).fingerprint.test);
    expect((await trialsOf(project, scored)).every(({ scores: { brief, limit } }) => brief !== null && limit !== null)).toBe(
      true,
    );
    await run(project);
    expect(await project.runs()).toHaveLength(2);
    expect(await filesOf(project, 'reports', scored)).toEqual(files);

    // Other code is another way of judging, and so another test.
    await project.edit('scenarios/brief.ts', '200', '201');
    await score(project, name);
    expect(await project.runs()).toHaveLength(3);
  });

  it('is told which tool calls a trace cannot show, and sees them where the run was made with such a score', async () => {
    await using project = await journeyProject('starter');
    const blind = await run(project);
    const [before] = await trialsOf(project, blind);
    expect(before!.scores['tool-arguments']).toBeUndefined();
    await project.edit('scenarios/starter.yaml', OLD, 'score: [{ type: facts }, { type: tool-arguments }]');
    await project.edit(
      'scenarios/starter.yaml',
      '{ route: orders, tools',
      '{ toolArguments: [{ tool: find_order, args: { order: R-310 } }], route: orders, tools',
    );
    await score(project, blind, { out: project.path('blind') });
    const [unscored] = jsonLines<TrialRecord>(await project.read('blind/trials.jsonl'));
    expect(unscored).toMatchObject({
      scores: { 'tool-arguments': null },
      why: { 'tool-arguments': expect.stringContaining('run it again with this scorer') },
    });
    const seeing = await run(project);
    const [seen] = await trialsOf(project, seeing);
    expect(seen!.scores['tool-arguments']).toBe(1);
    expect((await score(project, seeing)).out).toContain('the same, to the byte');
  });

  it('is refused where the scenario asks something else by now', async () => {
    await using project = await journeyProject('starter');
    const name = await run(project);
    await project.edit('scenarios/starter.yaml', 'When was it sent, and when will it be here?', 'When was it sent?');
    expect(await score(project, name)).toMatchObject({ code: 2, err: expect.stringContaining('run it again') });
    expect(await project.runs()).toEqual([name]);
  });
});

describe('somebody who has a model judge', () => {
  it('records its verdicts over HTTP, replays them, and pays for them apart from every pattern', async () => {
    await using plain = await journeyProject('starter');
    const unjudged = await trialsOf(plain, await run(plain));
    await using project = await judgedProject('{ miss: 0.2, falseAlarm: 0.1, positionBias: 0.5 }');
    // In a set of its own, which `score` then finds by itself.
    const recorded = await run(project, 'record', { provider: 'simulated', profile: 'own' });
    const replayed = await run(project, 'replay', { profile: 'own' });
    const trials = await trialsOf(project, replayed);
    const what = (records: readonly TrialRecord[]) =>
      records.map(({ scores, why, judgeCalls, judgeCostUsd, judgeSwaps }) => ({
        scores,
        why,
        judgeCalls,
        judgeCostUsd,
        judgeSwaps,
      }));
    expect(what(trials)).toEqual(what(await trialsOf(project, recorded)));
    expect(new Set(trials.map(({ scores }) => scores['rubric'])).size).toBeGreaterThan(1);
    expect(new Set(trials.map(({ scores }) => scores['pairwise']))).toContain(null);
    expect(trials[0]).toMatchObject({
      judgeCalls: 3,
      judgeCostUsd: expect.closeTo(0.003, 2),
      judgeProvenance: { simulated: 3 },
      judgeSwaps: { asked: 1 },
    });

    const taken = (records: readonly TrialRecord[]) =>
      records.map(({ costUsd, inputTokens, outputTokens, llmCalls, latencyMs, agents, provenance, criticalPath }) => ({
        costUsd,
        inputTokens,
        outputTokens,
        llmCalls,
        latencyMs,
        agents,
        provenance,
        criticalPath,
      }));
    expect(taken(trials)).toEqual(taken(unjudged));
    const { groups, provenance } = await runOf(project, replayed);
    const judges = trials.reduce((sum, { judgeCalls = 0 }) => sum + judgeCalls, 0);
    expect(groups.reduce((sum, { judgeCalls = 0 }) => sum + judgeCalls, 0)).toBe(judges);
    expect(provenance.simulated).toBe(judges + trials.reduce((sum, { llmCalls }) => sum + llmCalls, 0));
    expect((await score(project, replayed)).out).toContain('the same, to the byte');
  });

  it('is told what to type for verdicts that are missing, and gets them recorded; a verdict that cannot be read is none', async () => {
    await using project = await judgedProject('{ malformed: 1 }');
    await project.edit('scenarios/starter.yaml', JUDGED, OLD);
    const name = await run(project);
    const file = project.path('judge.yaml');
    await writeFile(
      file,
      'score: [{ type: rubric, model: gpt-4o, criteria: [States the arrival.] }, { type: facts }]\nprimary: facts\n',
    );
    const missing = await score(project, name, { scorers: file });
    expect(missing).toMatchObject({
      code: 4,
      err: expect.stringContaining(`score ${name} --scorers ${file} --mode auto --provider simulated`),
    });
    expect(await project.runs()).toEqual([name]);
    expect(await score(project, name, { scorers: file, mode: 'auto' })).toMatchObject({
      code: 0,
      err: expect.stringMatching(/\d+ verdicts recorded/),
    });
    const scored = (await project.runs()).find((one) => one !== name)!;
    const trials = await trialsOf(project, scored);
    expect(new Set(trials.map(({ scores }) => scores['rubric']))).toEqual(new Set([null]));
    expect(trials[0]!.why['rubric']).toBe('Unscored: the judge gave no verdict: its answer is not JSON.');
    expect(trials.every(({ passed }) => passed !== null)).toBe(true);
    // A new replay under these scores is the same run, on the same recording.
    const files = await filesOf(project, 'reports', scored);
    await project.edit(
      'scenarios/starter.yaml',
      OLD,
      'score: [{ type: rubric, model: gpt-4o, criteria: [States the arrival.] }, { type: facts }]',
    );
    await run(project);
    expect(await filesOf(project, 'reports', scored)).toEqual(files);
    expect(await project.runs()).toHaveLength(2);
  });
});
