import { rm, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { TrialRecord } from '../../src/schema/trial-record.ts';
import { jsonLines, journeyProject, type JourneyProject } from '../support/journey.ts';

const FILE = 'fixtures/starter/simulated.jsonl';
const RECORD = ['record', '-s', 'starter', '--provider', 'simulated', '--quiet'];

const callsIn = (fixtures: string) => fixtures.split('\n{"t":"call"').length - 1;

/** Calls that the trials of a run made, over all its patterns. */
async function askedIn(project: JourneyProject): Promise<number> {
  const [run] = await project.runs();
  const trials = jsonLines<TrialRecord>(await project.read('reports', run!, 'trials.jsonl'));
  return trials.reduce((sum, { llmCalls }) => sum + llmCalls, 0);
}

describe('somebody who records from the simulated model', () => {
  it('gets the same file every time, and what replays from it is what was recorded', async () => {
    await using project = await journeyProject('starter');
    const shipped = await project.read(FILE);
    for (const _again of [1, 2]) {
      const told = await project.type(RECORD);
      expect(told).toMatchObject({ code: 0, stack: false });
      const asked = await askedIn(project);
      expect(told.err).toContain(
        `${callsIn(shipped)} recorded, ${asked - callsIn(shipped)} answered from recordings; ${FILE} unchanged`,
      );
      expect(await project.read(FILE)).toBe(shipped);
    }
    const recording = (await project.runs()).at(-1)!;
    expect(await project.type(['run', '-s', 'starter', '--quiet'])).toMatchObject({ code: 0, err: '' });
    const replay = (await project.runs()).find((run) => run.startsWith('starter-'))!;
    const trialsOf = async (run: string) => jsonLines<TrialRecord>(await project.read('reports', run, 'trials.jsonl'));
    expect(await trialsOf(replay)).toEqual(await trialsOf(recording));
  });

  it('repairs a file with a hole in the middle, and only that', async () => {
    await using project = await journeyProject('starter');
    // Who asked first may differ in the file that ships: it has grown.
    await rm(project.path(FILE));
    expect(await project.type(RECORD)).toMatchObject({ code: 0 });
    const asked = await askedIn(project);
    const whole = await project.read(FILE);
    const lines = whole.split('\n');
    const calls = lines.filter((line) => line.startsWith('{"t":"call"'));
    const lost = new Set(calls.slice(Math.floor(calls.length / 4), Math.floor((3 * calls.length) / 4)));
    await writeFile(project.path(FILE), lines.filter((line) => !lost.has(line)).join('\n'));
    expect(await project.type(['run', '-s', 'starter', '--quiet'])).toMatchObject({ code: 4, out: '', stack: false });

    const told = await project.type([...RECORD, '--mode', 'auto']);
    expect(told).toMatchObject({ code: 0, stack: false });
    expect(told.err).toContain(`${lost.size} recorded, ${asked - lost.size} answered from recordings`);
    expect(await project.read(FILE)).toBe(whole);
  });
});
