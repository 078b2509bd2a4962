import { readFile, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/schema/run-record.ts';
import type { Metric } from '../../src/telemetry/metrics.ts';
import { AI_SDK_7, OPENINFERENCE, otlp } from '../telemetry/foreign-samples.ts';
import { journeyProject, type JourneyProject, type Told } from '../support/journey.ts';

describe('OBS1: a report comes from the spans alone', () => {
  let project: JourneyProject;
  const runs = new Map<string, { readonly told: Told; readonly folder: string }>();
  beforeAll(async () => {
    project = await journeyProject('starter', 'support-desk');
    for (const name of ['starter', 'support-desk']) {
      const before = await project.runs();
      const told = await project.type(['run', '-s', name, '--quiet']);
      runs.set(name, { told, folder: (await project.runs()).find((run) => !before.includes(run))! });
    }
  });
  afterAll(() => project[Symbol.asyncDispose]());

  it.each(['starter', 'support-desk'])('of %s: the same table, the same bytes, though nothing else is left', async (name) => {
    const { told, folder } = runs.get(name)!;
    const kept = await Promise.all(['run.json', 'trials.jsonl'].map((file) => project.read('reports', folder, file)));
    await writeFile(project.path(`${name}.spans`), await readFile(project.path('reports', folder, 'spans.jsonl')));
    const again = await project.type(['report', '--from', `${name}.spans`, '-o', `out-${name}`]);
    expect(again).toMatchObject({ code: 0, err: '', out: told.out });
    const made = await Promise.all(['run.json', 'trials.jsonl'].map((file) => project.read(`out-${name}`, file)));
    expect(made).toEqual(kept);
    const json = await project.type(['report', folder, '--json']);
    expect(JSON.parse(json.out)).toEqual(JSON.parse(kept[0]!));
    await rm(project.path(`${name}.spans`));
  });

  it('tells metrics of the same spans, in 80 columns and as a file', async () => {
    const { folder } = runs.get('starter')!;
    const told = await project.type(['report', folder, '--metrics', '-o', 'metered'], { env: { COLUMNS: '80' } });
    expect(told).toMatchObject({ code: 0, err: '' });
    expect(Math.max(...told.out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    const metrics = JSON.parse(await project.read('metered', 'metrics.json')) as Metric[];
    const usage = metrics.find(({ name }) => name === 'gen_ai.client.token.usage')!;
    const { groups } = JSON.parse(await project.read('metered', 'run.json')) as RunRecord;
    const tokens = groups.reduce((sum, { inputTokens, outputTokens }) => sum + inputTokens + outputTokens, 0);
    expect(usage.series.reduce((sum, one) => sum + ('sum' in one ? one.sum : 0), 0)).toBe(tokens);
  });

  it('says that spans are missing, and calls such a run incomplete', async () => {
    const { folder } = runs.get('starter')!;
    const lines = (await project.read('reports', folder, 'spans.jsonl')).split('\n');
    await writeFile(project.path('cut.jsonl'), lines.slice(0, 30).join('\n'));
    const told = await project.type(['report', '--from', 'cut.jsonl', '--json']);
    expect(told.err).toContain('126 trials were planned, the spans hold 29');
    expect((JSON.parse(told.out) as RunRecord).complete).toBe(false);
  });

  it('names file and line of what it cannot read, and a file that is not there', async () => {
    const { folder } = runs.get('starter')!;
    const [plan] = (await project.read('reports', folder, 'spans.jsonl')).split('\n');
    await writeFile(project.path('broken.jsonl'), `${plan}\n{"resourceSpans":[`);
    const told = await project.type(['report', '--from', 'broken.jsonl']);
    expect(told).toMatchObject({ code: 2, out: '', stack: false });
    expect(told.err).toContain('broken.jsonl:2');
    expect(await project.type(['report', '--from', 'nowhere.jsonl'])).toMatchObject({ code: 2, stack: false });
  });
});

describe('OBS2: somebody with traces of another framework', () => {
  it('gets totals from the same command: unscored, under the name of the framework', async () => {
    await using project = await journeyProject('starter');
    const lines = [otlp(AI_SDK_7, { scope: 'ai' }), otlp(OPENINFERENCE, { trace: 'second' })];
    await writeFile(project.path('others.jsonl'), `${lines.join('\n')}\n`);
    const told = await project.type(['report', '--from', 'others.jsonl'], { env: { COLUMNS: '100' } });
    expect(told).toMatchObject({ code: 0, err: '', stack: false });
    for (const part of ['IMPORTED', 'ai-sdk/', 'openinference/RunnableSequence', 'unscored']) expect(told.out).toContain(part);
    const { groups } = JSON.parse((await project.type(['report', '--from', 'others.jsonl', '--json'])).out) as RunRecord;
    expect(
      groups.map(({ adapter, inputTokens, outputTokens, llmCalls, quality }) => [
        adapter,
        inputTokens,
        outputTokens,
        llmCalls,
        quality,
      ]),
    ).toEqual([
      ['ai-sdk', 240, 60, 2, null],
      ['openinference', 240, 60, 2, null],
    ]);
  });

  it('is told which calls lack usage', async () => {
    await using project = await journeyProject('starter');
    await writeFile(project.path('others.json'), otlp([{ id: 'c', name: 'chat m', ms: [0, 5] }]));
    const told = await project.type(['report', '--from', 'others.json']);
    expect(told.err).toContain('1 calls to models tell no usage');
  });
});
