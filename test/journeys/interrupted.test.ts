import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { journeyProject } from '../support/journey.ts';

/** Ctrl-C as soon as there is progress to be seen. */
const afterFirstLine = () => {
  let pressed = false;
  return (err: string): NodeJS.Signals | undefined => {
    if (pressed || !/ \d+\/\d+ trials/.test(err)) return undefined;
    pressed = true;
    return 'SIGINT';
  };
};

const RECORD = ['record', '-s', 'starter', '--provider', 'simulated'];
const SHIPPED = 'fixtures/starter/simulated.jsonl';

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

  it('in a first recording: what was answered is kept, and --mode auto completes it', async () => {
    await using project = await journeyProject('starter');
    const shipped = await project.read(SHIPPED);
    const told = await project.type([...RECORD, '--profile', 'mine'], { onError: afterFirstLine() });
    expect(told).toMatchObject({ code: 130, out: '', stack: false });
    expect(told.err).toMatch(/kept in fixtures\/starter\/mine\.jsonl; go on with --mode auto/);
    expect(await project.runs()).toEqual([]);
    expect(await project.type(['validate', 'starter'])).toMatchObject({
      code: 0,
      err: expect.stringMatching(/mine\.jsonl has no end line: its recording was interrupted, \d+ calls are whole/) as string,
    });

    const rest = await project.type([...RECORD, '--profile', 'mine', '--mode', 'auto', '--quiet']);
    expect(rest).toMatchObject({ code: 0, stack: false });
    expect(Number(/(\d+) recorded/.exec(rest.err)![1])).toBeLessThan(105);
    const mine = await project.read('fixtures/starter/mine.jsonl');
    expect(mine.replace('"profile":"mine"', '"profile":"simulated"')).toBe(shipped);
  });

  it('in a recording that replaces another: the old one stands, the new one can be gone on with', async () => {
    await using project = await journeyProject('starter');
    const shipped = await project.read(SHIPPED);
    const told = await project.type(RECORD, { onError: afterFirstLine() });
    expect(told).toMatchObject({ code: 130, out: '', stack: false });
    expect(await project.read(SHIPPED)).toBe(shipped);
    expect(await project.type(['run', '-s', 'starter', '--quiet'])).toMatchObject({ code: 0, err: '' });

    const [, from, to] = /mv (\S+) (\S+), then --mode auto/.exec(told.err)!;
    await rename(project.path(from!), project.path(to!));
    const rest = await project.type([...RECORD, '--mode', 'auto', '--quiet']);
    expect(rest).toMatchObject({ code: 0, stack: false });
    expect(Number(/(\d+) recorded/.exec(rest.err)![1])).toBeLessThan(105);
    expect(await project.read(SHIPPED)).toBe(shipped);
    expect(existsSync(project.path(from!))).toBe(false);
  });
});
