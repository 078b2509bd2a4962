import { describe, expect, it } from 'vitest';
import { jsonLines, journeyProject, sha256 } from '../support/journey.ts';

const FILE = 'fixtures/starter/simulated.jsonl';

describe('somebody who edits a prompt', () => {
  it('is told what differs, pastes one command, and goes on', async () => {
    await using project = await journeyProject('starter');
    const run = ['run', '-s', 'starter', '--quiet'];
    expect(await project.type(run)).toMatchObject({ code: 0 });
    const [good] = await project.runs();
    const bytesOf = async () => sha256(await project.read('reports', good!, 'trials.jsonl'));
    const before = { trials: await bytesOf(), calls: await callsIn(project.read(FILE)) };
    await project.edit('scenarios/starter.yaml', 'where a reader sends books back.', 'where a reader wants to return books.');

    const missed = await project.type(run);
    expect(missed).toMatchObject({ code: 4, out: '', stack: false });
    expect(missed.err).toContain('agent "returns"');
    expect(missed.err).toMatch(/system prompt of agent "returns" differs: recorded ".*sends books.*", now ".*wants to return.*"/);
    expect([await project.runs(), await bytesOf()]).toEqual([[good], before.trials]);

    const commands = [...missed.err.matchAll(/^ +npm run patternbench -- (.*)$/gm)].map(([, args]) => args!);
    expect(commands).toHaveLength(1);
    const recorded = await project.type([...commands[0]!.split(' '), '--quiet']);
    expect(recorded).toMatchObject({ code: 0, stack: false });
    const added = Number(/(\d+) recorded, \d+ answered from recordings/.exec(recorded.err)![1]);
    expect(added).toBeGreaterThan(0);
    expect(added).toBeLessThan(before.calls);
    // The old answers stay: going back to the old prompt must cost nothing.
    expect(await callsIn(project.read(FILE))).toBe(before.calls + added);

    expect(await project.type(run)).toMatchObject({ code: 0, err: '' });
    await project.edit('scenarios/starter.yaml', 'where a reader wants to return books.', 'where a reader sends books back.');
    expect(await project.type(run)).toMatchObject({ code: 0, err: '' });
  });
});

const callsIn = async (text: Promise<string>): Promise<number> =>
  jsonLines<{ t: string }>(await text).filter(({ t }) => t === 'call').length;
