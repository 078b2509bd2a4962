import { readFile, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/schema/run-record.ts';
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

  it('says that spans are missing, and calls such a run incomplete', async () => {
    const { folder } = runs.get('starter')!;
    const lines = (await project.read('reports', folder, 'spans.jsonl')).split('\n');
    await writeFile(project.path('cut.jsonl'), lines.slice(0, 30).join('\n'));
    const told = await project.type(['report', '--from', 'cut.jsonl', '--json']);
    expect(told.err).toContain('36 trials were planned, the spans hold 29');
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
