import { appendFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type JourneyProject, journeyProject } from '../support/journey.ts';

const THREE = ['-s', 'starter', '-p', 'single', 'parallel', 'router'];
const RECORD = ['record', ...THREE, '--provider', 'simulated'];

/** Ends a command with the signal once so many of the trials are told to be done. */
const whenDone = (trials: number, signal: NodeJS.Signals) => {
  let sent = false;
  return (err: string): NodeJS.Signals | undefined => {
    const done = Number(/ (\d+)\/\d+ trials[^/]*$/.exec(err)?.[1] ?? 0);
    if (sent || done < trials) return undefined;
    sent = true;
    return signal;
  };
};

/** That a call was lost on the way with the process stands on its span: it is the one thing that differs. */
const LOST = /\{"key":"patternbench\.wasted","value":\{"boolValue":true\}\},?/g;

const canonical = (project: JourneyProject, run: string) =>
  Promise.all(
    ['trials.jsonl', 'spans.jsonl', 'run.json'].map(async (file) =>
      (await project.read('reports', run, file)).replaceAll(run, 'RUN').replaceAll('/mine', '/whole').replaceAll(LOST, ''),
    ),
  );

/** Same run, another id: everything but what names run and recording set. */
const comparable = ([trials, spans, run]: readonly string[]) => ({
  trials,
  spans: spans!.split('\n').slice(1),
  run: { ...(JSON.parse(run!) as Record<string, unknown>), fingerprint: undefined },
});

describe('a recording that is killed', () => {
  it.each([3, 15])('after %i trials is taken up again, and leaves what it would have left', async (trials) => {
    await using project = await journeyProject('starter');
    expect(await project.type([...RECORD, '--profile', 'whole', '--quiet'])).toMatchObject({ code: 0 });
    const [whole] = await project.runs();
    expect(await project.type([...RECORD, '--profile', 'mine'], { onError: whenDone(trials, 'SIGKILL') })).toMatchObject({
      code: null,
      out: '',
    });
    const killed = (await project.runs()).find((run) => run !== whole)!;
    // A power cut may leave half a line.
    if (trials === 3) appendFileSync(project.path('reports', killed, 'journal.jsonl'), '{"t":"begin","tri');

    const status = await project.type(['status', killed, '--json']);
    expect(JSON.parse(status.out)).toMatchObject({ finished: false, trials: { completed: expect.any(Number) as number } });
    const told = await project.type(['resume', killed, '--quiet']);
    expect(told).toMatchObject({ code: 0, stack: false });
    if (trials === 3) expect(told.err).toMatch(/warning: the last line of reports\/\S+ was cut off/);
    expect(comparable(await canonical(project, killed))).toEqual(comparable(await canonical(project, whole!)));
    const lines = async (profile: string) => (await project.read('fixtures', 'starter', `${profile}.jsonl`)).split('\n').slice(1);
    expect(await lines('mine')).toEqual(await lines('whole'));

    expect(await project.type(['resume', killed])).toMatchObject({
      code: 0,
      err: expect.stringContaining('came to its end') as string,
    });
  });

  it('cannot go on under another prompt', async () => {
    await using project = await journeyProject('starter');
    await project.type([...RECORD, '--profile', 'mine'], { onError: whenDone(3, 'SIGKILL') });
    const [killed] = await project.runs();
    await project.edit('scenarios/starter.yaml', 'Look the order up. State its price', 'Look the order up now. State its price');
    const told = await project.type(['resume', killed!, '--quiet']);
    expect(told).toMatchObject({ code: 3, out: '', stack: false });
    expect(told.err).toMatch(/cannot go on: since it began, somebody changed agents, prompts, models or pattern options/);
  });
});

describe('a run whose tools need consent', () => {
  const RUN = ['run', '-s', 'starter', '-p', 'single', '--quiet', '-n', '1'];

  async function asking(): Promise<JourneyProject> {
    const project = await journeyProject('starter');
    await project.edit('scenarios/starter.yaml', 'effect: read #', 'approve: args.order == "R-310"\n    effect: read #');
    return project;
  }

  it('AP4 waits, tells who asks what and how to answer, and goes on in another process', async () => {
    await using project = await asking();
    const told = await project.type([...RUN, '--journal']);
    expect(told).toMatchObject({ code: 130, out: '', stack: false });
    const [run] = await project.runs();
    expect(told.err).toMatch(/1 of 3 trials wait for an answer/);
    const status = await project.type(['status', run!]);
    expect(status.out).toMatch(/asks \(find_order\)/);
    const { pending } = JSON.parse((await project.type(['status', run!, '--json'])).out) as { pending: { key: string }[] };
    expect(pending).toHaveLength(1);
    expect(status.out.replaceAll(/\s+/g, '')).toContain(`--answer'${pending[0]!.key}=approve'`);

    expect(await project.type(['resume', run!, '--answer', 'nobody=approve'])).toMatchObject({
      code: 2,
      err: expect.stringContaining(pending[0]!.key) as string,
    });
    expect(await project.type(['resume', run!, '--answer', `${pending[0]!.key}=perhaps`])).toMatchObject({ code: 2 });
    expect(await project.type(['resume', run!, '--quiet'])).toMatchObject({ code: 130 });
    const approved = ['resume', run!, '--quiet', '--answer', `${pending[0]!.key}=approve`];
    expect(await project.type(approved, { alone: true })).toMatchObject({ code: 0, stack: false });
    expect(await project.read('reports', run!, 'trials.jsonl')).not.toContain('suspended');
    expect(JSON.parse((await project.type(['status', run!, '--json'])).out)).toMatchObject({
      finished: true,
      pending: [],
      completionRate: expect.any(Number) as number,
    });
  });

  it('is answered by the rules of its scenario', async () => {
    await using project = await asking();
    await project.edit(
      'scenarios/starter.yaml',
      '\nsamples:',
      '\napprover: { latencyMs: 1500, rules: [{ when: args.order == "R-310", answer: approve }] }\nsamples:',
    );
    expect(await project.type(RUN)).toMatchObject({ code: 0, err: '' });
    const [run] = await project.runs();
    expect(await project.read('reports', run!, 'spans.jsonl')).toContain('await_approval find_order');
  });

  it('is told of a condition that is none, with line and column', async () => {
    await using project = await journeyProject('starter');
    await project.edit('scenarios/starter.yaml', 'effect: read #', 'approve: args.order = 3\n    effect: read #');
    const told = await project.type(RUN);
    expect(told).toMatchObject({ code: 2, stack: false });
    expect(told.err).toMatch(/starter\.yaml:\d+:\d+.*tools\.find_order\.approve.*"=" is not expected at column 12/s);
  });
});

describe('a run with a budget', () => {
  it('stops cleanly with exit 6, and goes on with a higher one', async () => {
    await using project = await journeyProject('starter');
    const told = await project.type([...RECORD, '--quiet', '--profile', 'mine', '--max-tokens', '2000']);
    expect(told).toMatchObject({ code: 6, out: '', stack: false });
    for (const share of [50, 80, 100])
      expect(told.err).toContain(`budget: ${share} % of the run's budget of 2000 tokens used up`);
    const [run] = await project.runs();
    expect(told.err).toContain(`patternbench -- resume ${run}`);
    expect(await project.type(['resume', run!, '--quiet'])).toMatchObject({ code: 6 });
    expect(await project.type(['resume', run!, '--quiet', '--max-tokens', '10000000'])).toMatchObject({ code: 0, stack: false });
  });
});
