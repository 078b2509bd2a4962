import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rm } from 'node:fs/promises';
import { type JourneyProject, journeyProject } from '../support/journey.ts';

/** Ctrl-C as soon as there is progress to be seen. */
const afterFirstLine = () => {
  let pressed = false;
  return (err: string): NodeJS.Signals | undefined => {
    if (pressed || !/ \d+\/\d+ trials/.test(err)) return undefined;
    pressed = true;
    return 'SIGINT';
  };
};

const THESE = ['-s', 'starter', '-p', 'single', 'sequential', 'parallel'];
const RECORD = ['record', ...THESE, '--provider', 'simulated'];
/** Only all of it may take the place of all of it. */
const RECORD_ALL = ['record', '-s', 'starter', '--provider', 'simulated'];
const SHIPPED = 'fixtures/starter/simulated.jsonl';

const callsIn = (fixtures: string) => fixtures.split('\n{"t":"call"').length - 1;

/** Recordings of these patterns, made anew; the run that made them is gone. */
async function recorded(project: JourneyProject): Promise<string> {
  await rm(project.path(SHIPPED));
  expect(await project.type([...RECORD, '--quiet'])).toMatchObject({ code: 0 });
  await rm(project.path('reports'), { recursive: true });
  return project.read(SHIPPED);
}

describe('Ctrl-C', () => {
  it('in a run: nothing half-written is left, and the last good run is as it was', async () => {
    await using project = await journeyProject('support-desk');
    expect(await project.type(['run', '--quiet'])).toMatchObject({ code: 0 });
    const good = await project.runs();
    const told = await project.type(['run', '-j', '1'], { onError: afterFirstLine() });
    expect(told).toMatchObject({ code: 130, out: '', stack: false });
    expect(told.err).toMatch(/nothing of this run was written/);
    expect(await project.runs()).toEqual(good);
  });

  it('that never came, since the process was killed: the next run removes what is half-written', async () => {
    await using project = await journeyProject('starter');
    let killed = false;
    const onError = (err: string) => (killed || !/trials/.test(err) ? undefined : ((killed = true), 'SIGKILL' as const));
    expect(await project.type(['run', ...THESE], { onError })).toMatchObject({ code: null });
    const [draft, ...others] = await project.runs();
    expect([draft, others]).toEqual([expect.stringMatching(/^\.starter-/), []]);
    expect(await project.type(['list', 'runs'])).toMatchObject({ code: 0, out: 'runs\n' });
    expect(await project.type(['run', ...THESE, '--quiet'])).toMatchObject({ code: 0, err: '' });
    expect(await project.runs()).toEqual([expect.stringMatching(/^starter-/)]);
  });

  it('in a first recording: what was answered is kept, and resume completes it', async () => {
    await using project = await journeyProject('starter');
    const shipped = await recorded(project);
    const told = await project.type([...RECORD, '--profile', 'mine'], { onError: afterFirstLine() });
    expect(told).toMatchObject({ code: 130, out: '', stack: false });
    const [, run] = /kept in reports\/(\S+); to go on: npm run patternbench -- resume \1/.exec(told.err)!;
    expect(await project.runs()).toEqual([run]);
    expect(await project.type(['list', 'runs'])).toMatchObject({ out: expect.stringContaining('unfinished') as string });
    expect(await project.type(['validate', 'starter'])).toMatchObject({
      code: 0,
      err: expect.stringMatching(/mine\.jsonl has no end line: its recording was interrupted, \d+ calls are whole/) as string,
    });

    const rest = await project.type(['resume', run!, '--quiet']);
    expect(rest).toMatchObject({ code: 0, stack: false });
    expect(Number(/(\d+) recorded/.exec(rest.err)![1])).toBeLessThan(callsIn(shipped));
    const mine = await project.read('fixtures/starter/mine.jsonl');
    expect(mine.split('\n').slice(1)).toEqual(shipped.split('\n').slice(1));
  });

  it('in a first recording: --mode auto completes it too', async () => {
    await using project = await journeyProject('starter');
    const shipped = await recorded(project);
    expect(await project.type([...RECORD, '--profile', 'mine'], { onError: afterFirstLine() })).toMatchObject({ code: 130 });
    expect(await project.type([...RECORD, '--profile', 'mine', '--mode', 'auto', '--quiet'])).toMatchObject({
      code: 0,
      stack: false,
    });
    const mine = await project.read('fixtures/starter/mine.jsonl');
    expect(mine.split('\n').slice(1)).toEqual(shipped.split('\n').slice(1));
  });

  it('in a recording that replaces another: the old one stands until resume has made the new one', async () => {
    await using project = await journeyProject('starter');
    const shipped = await project.read(SHIPPED);
    const told = await project.type(RECORD_ALL, { onError: afterFirstLine() });
    expect(told).toMatchObject({ code: 130, out: '', stack: false });
    expect(await project.read(SHIPPED)).toBe(shipped);
    expect(await project.type(['run', '-s', 'starter', '--quiet'])).toMatchObject({ code: 0, err: '' });
    expect(existsSync(project.path(`${SHIPPED}.recording`))).toBe(true);

    const [, run] = /patternbench -- resume (\S+)/.exec(told.err)!;
    const rest = await project.type(['resume', run!, '--quiet']);
    expect(rest).toMatchObject({ code: 0, stack: false });
    expect(Number(/(\d+) recorded/.exec(rest.err)![1])).toBeLessThan(callsIn(shipped));
    expect(await project.read(SHIPPED)).toBe(shipped);
    expect(existsSync(project.path(`${SHIPPED}.recording`))).toBe(false);
  });
});
