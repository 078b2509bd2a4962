import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { typedIn } from '../support/in-process.ts';
import { journeyProject } from '../support/journey.ts';

const DESK = 'scenarios/support-desk.yaml';
const STARTER = 'scenarios/starter.yaml';

describe('somebody who wants to know whether a change made it worse', () => {
  it('keeps a baseline, breaks an agent, and is stopped with the samples that flipped', async () => {
    await using project = await journeyProject('support-desk');
    const type = typedIn(project.root);
    const run = ['run', '-s', 'support-desk', '-p', 'router', '--quiet'];
    expect(await type(run)).toMatchObject({ code: 0 });
    const [before] = await project.runs();
    const set = await type(['baseline', 'set']);
    expect(set).toMatchObject({ code: 0, err: '' });
    expect(set.out).toContain('reports/baselines/main');
    for (const format of ['markdown', 'json', 'junit'])
      expect((await type(['compare', 'main', before!, '--format', format])).out).toContain('no-material-change');
    const same = await type(['baseline', 'check']);
    expect(same).toMatchObject({ code: 0, err: 'baseline main, set today\n', stack: false });
    expect(same.out).toContain('no-material-change in 1 of 1 group');
    expect((await type(['baseline', 'show'])).out).toContain('support-desk/router');

    // Every desk gets the tools of another: what a ticket asks for cannot be looked up any more.
    const text = await readFile(project.path(DESK), 'utf8');
    const tools = [...text.matchAll(/^ {4}tools: (\[.*\])$/gm)].map(([, list]) => list!);
    expect(tools).toHaveLength(3);
    let next = 0;
    await writeFile(
      project.path(DESK),
      text.replace(/^ {4}tools: \[.*\]$/gm, () => `    tools: ${tools[++next % 3]}`),
    );
    const record = await type([...run, '--mode', 'auto', '--provider', 'simulated']);
    expect(record).toMatchObject({ code: 0 });
    expect(await type(run)).toMatchObject({ code: 0 });
    const worse = await project.type(['baseline', 'check']);
    expect(worse).toMatchObject({ code: 1, stack: false });
    expect(worse.out).toMatch(/^regressed in 1 of 1 group/);
    expect(worse.out.replaceAll('\n', ' ')).toContain('statistical: the answers are not the same');
    expect(worse.out).toMatch(/^support-desk\/router +t\d\d +3\/3 -> 0\/3 +pass to fail: trial 0, 1, 2$/m);
    const commands = [...worse.out.replace(/ \\\n +/g, ' ').matchAll(/^ +npm run patternbench -- (.*)$/gm)].map(([, args]) =>
      args!.split(' '),
    );
    expect(commands.map(([verb]) => verb)).toEqual(['show', 'run', 'baseline']);
    // What is offered works when it is pasted; the same gate is still red.
    for (const args of commands) expect(await type(args)).toMatchObject({ code: args[0] === 'run' ? 1 : 0, stack: false });
    expect(await type(['baseline', 'check'])).toMatchObject({ code: 0 });

    const last = (await project.runs()).filter((name) => name !== 'baselines' && name !== before).at(-1)!;
    expect(await type(['compare', before!, last, '--accept'])).toMatchObject({ code: 0 });
    expect(await type(['compare', last, before!, '--threshold', 'quality>=0.99'])).toMatchObject({ code: 1 });
    expect(await type(['compare', last, before!])).toMatchObject({ code: 0 });
  });

  it('AP2 keeps the exact gate although more was recorded beside it, and meets the statistical one where answers are new', async () => {
    await using project = await journeyProject('starter');
    const type = typedIn(project.root);
    const run = ['run', '-s', 'starter', '-p', 'single', 'router', '--quiet'];
    expect(await type(run)).toMatchObject({ code: 0 });
    expect(await type(['baseline', 'set'])).toMatchObject({ code: 0 });
    const edit = ['where a reader sends books back.', 'where a reader wants to return books.'] as const;
    await project.edit(STARTER, ...edit);
    expect(await type([...run, '--mode', 'auto', '--provider', 'simulated'])).toMatchObject({ code: 0 });
    expect(await type(run)).toMatchObject({ code: 0 });
    const edited = await type(['baseline', 'check']);
    expect(edited.out).toContain('(statistical');
    expect(edited.out).toMatch(/pass to fail: trial/);
    await project.edit(STARTER, edit[1], edit[0]);
    // Recordings have been added since the baseline was set; what this run hears is what it heard.
    expect(await type(run)).toMatchObject({ code: 0 });
    const again = await type(['baseline', 'check']);
    expect(again).toMatchObject({ code: 0 });
    expect(again.out.replaceAll('\n', ' ')).toContain('exact: the same recorded answers on both sides');
    expect(again.out).not.toContain('flipped');
  });

  it('is told what differs where two runs cannot be compared, and nothing is kept that is no run', async () => {
    await using project = await journeyProject('starter');
    const type = typedIn(project.root);
    const runOf = async (...args: string[]) => {
      expect(await type(['run', '-s', 'starter', '-p', 'single', '--quiet', ...args])).toMatchObject({ code: 0 });
    };
    await runOf();
    expect(await type(['baseline', 'set'])).toMatchObject({ code: 0 });
    await runOf('--trials', '1');
    const told = await type(['baseline', 'check']);
    expect(told).toMatchObject({ code: 5, stack: false });
    expect(told.out).toContain('differs: starter: trials: 3 against 1');
    const mistakes = [
      ['baseline', 'check', '--name', 'nobody'],
      ['baseline', 'set', '--name', '../x'],
      ['compare', 'main', 'nobody'],
      ['compare', 'main', 'main', '--threshold', 'speed'],
      ['compare', 'main', 'main', '--format', 'terminal'],
    ];
    for (const args of mistakes) {
      const mistake = await type(args);
      expect(mistake, args.join(' ')).toMatchObject({ code: 2, out: '', stack: false });
      expect(mistake.err).toContain('next: ');
    }
    const saved = await project.read('reports', 'baselines', 'main', 'run.json');
    const folder = (await project.runs()).find((name) => name.startsWith('starter-'))!;
    await writeFile(project.path('reports', folder, 'run.json'), saved.replace('"complete": true', '"complete": false'));
    const refused = await type(['baseline', 'set', folder]);
    expect(refused).toMatchObject({ code: 2, out: '' });
    expect(refused.err).toContain('incomplete');
  });
});

describe('somebody who plans a comparison', () => {
  it('is told how many samples it takes, from a run that is there', async () => {
    await using project = await journeyProject('starter');
    const type = typedIn(project.root);
    expect(await type(['run', '-s', 'starter', '-p', 'single', 'router', '--quiet'])).toMatchObject({ code: 0 });
    const told = await type(['power', '--difference', '5%']);
    expect(told).toMatchObject({ code: 0, err: '', stack: false });
    expect(told.out.replaceAll('\n', ' ')).toContain('samples needed to see 5 points at 80% power');
    expect(told.out).toMatch(/^ +router +(\d+|nothing)( +\d+){4}$/m);
    expect(told.out.split('\n').filter((line) => line.length > 80)).toEqual([]);
    const [scenario] = JSON.parse((await type(['power', '--json'])).out) as { patterns: { needed: number[] }[] }[];
    expect(scenario!.patterns[0]!.needed).toEqual(scenario!.patterns[0]!.needed.toSorted((a, b) => b - a));
    expect(await type(['power', '--difference', '0'])).toMatchObject({ code: 2, out: '', stack: false });
  });
});

describe('somebody who has a run checked', () => {
  it('AP2 AP3 gates it in one command, gets files for the pull request and CI, and pastes what comes next', async () => {
    await using project = await journeyProject('starter');
    const type = typedIn(project.root);
    const run = ['run', '-s', 'starter', '-p', 'single', 'router', '--quiet'];
    expect(await type(run)).toMatchObject({ code: 0 });
    expect(await type(['baseline', 'set'])).toMatchObject({ code: 0 });
    const files = ['comment.md', 'checks.junit.xml', 'run.json'].flatMap((name) => ['-o', project.path('out', name)]);
    // A part of what the baseline holds: what was not asked for is not missing.
    const green = await type(['run', '-s', 'starter', '-p', 'router', '--quiet', '--against', 'main', ...files]);
    expect(green).toMatchObject({ code: 0, stack: false });
    expect(green.out.replaceAll('\n', ' ')).toMatch(/no-material-change in 1 of 1 group: \S+ against baseline main/);
    expect(green.err).toContain('baseline main, set today');
    expect(await project.read('out/comment.md')).toContain('### patternbench: no-material-change');
    expect(await project.read('out/checks.junit.xml')).toContain('<testsuite name="gate"');
    expect(JSON.parse(await project.read('out/run.json'))).toMatchObject({ against: { baseline: 'main', partial: true } });

    const bars = ['--threshold', 'quality>=0.1', '--threshold', 'starter/single:latencyMs.p50<=1'];
    const red = await type([...run, '--against', 'main', ...bars]);
    expect(red).toMatchObject({ code: 1, stack: false });
    expect(red.out).toContain('threshold not met: starter/single:latencyMs.p50<=1');
    expect(red.err).toContain('failed: 1 threshold not met');
    expect(red.out.split('\n').filter((line) => line.length > 80)).toEqual([]);
    const next = red.out.slice(red.out.lastIndexOf('\nNext\n')).replace(/ \\\n +/g, ' ');
    const commands = [...next.matchAll(/^ +npm run patternbench -- (.*)$/gm)].map(([, args]) => args!.split(' '));
    expect(commands.map(([verb]) => verb)).toEqual(['show']);
    for (const args of commands) expect(await type(args)).toMatchObject({ code: 0, stack: false });

    // A baseline grows old, and says so.
    const late = await typedIn(project.root, Date.parse('2027-03-21'))(['baseline', 'check']);
    expect(late).toMatchObject({ code: 0 });
    expect(late.err).toBe('baseline main, set 120 days ago; older than 90 days, so set it again from a run of today\n');

    const other = await type([
      'run',
      '-s',
      'starter',
      '-p',
      'single',
      'router',
      '--sample-id',
      's1',
      '--quiet',
      '--against',
      'main',
    ]);
    expect(other).toMatchObject({ code: 5, stack: false });
    expect(other.err).toContain('starter: sample ids');
  });

  it('AP3 is told what a run would take and what is not recorded, and nothing is run', async () => {
    await using project = await journeyProject('starter');
    const type = typedIn(project.root);
    const dry = ['run', '-s', 'starter', '-p', 'single', '--dry-run'];
    const told = await type(dry);
    expect(told).toMatchObject({ code: 0, err: '', stack: false });
    expect(told.out).toMatch(/^starter\/single +9 +\d+ +\d+ +0\.\d{4} +-$/m);
    expect(await project.runs()).toEqual([]);
    await project.edit(STARTER, 'where a reader sends books back.', 'where a reader wants to return books.');
    const missing = await type([...dry, '--json']);
    expect(missing.code).toBe(4);
    expect((JSON.parse(missing.out) as { plan: { missing: number }[] }).plan[0]!.missing).toBeGreaterThan(0);
    const lines = (await type(dry)).out.split('\n');
    const record = lines.find((line) => line.includes('record') && line.includes('--provider simulated'))!;
    expect(await type(record.trim().split(' ').slice(4))).toMatchObject({ code: 0 });
    expect(await type(dry)).toMatchObject({ code: 0 });
  });
});
