import { rm, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { TrialRecord } from '../../src/schema/trial-record.ts';
import { completion } from '../fixtures/recording.fixture.ts';
import { answeringEndpoint } from '../support/answering-endpoint.ts';
import { jsonLines, journeyProject, type JourneyProject } from '../support/journey.ts';

const SCENARIO = 'scenarios/starter.yaml';
const FILE = 'fixtures/starter/simulated.jsonl';
const RUN = ['run', '-s', 'starter', '--quiet'];
const RECORD = ['record', '-s', 'starter', '--provider', 'simulated', '--quiet'];

interface Ledger {
  readonly hit: number;
  readonly miss: number;
  readonly unused: number;
  readonly models: Readonly<Record<string, readonly string[]>>;
}
async function ledgerOf(project: JourneyProject, prefix = 'starter-'): Promise<Ledger> {
  const run = (await project.runs()).find((name) => name.startsWith(prefix))!;
  return (JSON.parse(await project.read('reports', run, 'environment.json')) as { fixtures: { starter: Ledger } }).fixtures
    .starter;
}

const callsIn = async (project: JourneyProject, file = FILE) =>
  jsonLines<{ t: string; end: string }>(await project.read(file)).filter(({ t }) => t === 'call');

describe('the ledger of a run', () => {
  it('is in environment.json in full, and on the screen where it is more than hits', async () => {
    await using project = await journeyProject('starter');
    const loud = ['run', '-s', 'starter'];
    expect((await project.type(loud)).err).not.toContain('starter:');
    const calls = (await callsIn(project)).length;
    const [whole] = await project.runs();
    const trials = jsonLines<TrialRecord>(await project.read('reports', whole!, 'trials.jsonl'));
    expect(await ledgerOf(project)).toMatchObject({
      hit: trials.reduce((sum, { llmCalls }) => sum + llmCalls, 0),
      miss: 0,
      exhausted: 0,
      unused: 0,
      models: { 'gpt-4o': ['gpt-4o'] },
    });
    await rm(project.path('reports'), { recursive: true });
    // A part leaves interactions unused, which says nothing of them.
    expect((await project.type([...loud, '-p', 'single'])).err).not.toContain('not asked for');
    const part = await ledgerOf(project);
    expect(part.unused).toBeGreaterThan(0);
    expect(part.unused).toBeLessThan(calls);

    await project.edit(SCENARIO, 'where a reader sends books back.', 'where a reader wants to return books.');
    await project.type([...RECORD, '--mode', 'auto']);
    const told = (await project.type(loud)).err;
    expect(told).toMatch(/^starter: [1-9]\d\d answered from recordings, \d+ recorded but not asked for$/m);
    await project.edit(SCENARIO, 'where a reader wants to return books.', 'where nobody returns books.');
    expect((await project.type(loud)).err).toMatch(
      /^starter: \d+ answered from recordings, \d+ not recorded, \d+ recorded but not asked for$/m,
    );
  });
});

describe('modes', () => {
  it('once records where there is no file, and replays where there is one', async () => {
    await using project = await journeyProject('starter');
    const shipped = await callsIn(project);
    await rm(project.path(FILE));
    const first = await project.type([...RUN, '--mode', 'once']);
    expect(first).toMatchObject({ code: 0, stack: false });
    expect(first.err).toContain(`${shipped.length} recorded`);
    expect(await project.type([...RUN, '--mode', 'once'])).toMatchObject({ code: 0, err: '' });
    await project.edit(SCENARIO, 'What is known of an order.', 'All that is known of an order.');
    expect(await project.type([...RUN, '--mode', 'once'])).toMatchObject({ code: 4, out: '' });
  });

  it('fail closed under CI unless nothing is asked for real', async () => {
    await using project = await journeyProject('starter');
    await using endpoint = await answeringEndpoint(() => [401, { error: { message: 'no credit' } }]);
    const env = { CI: 'true', OPENAI_BASE_URL: endpoint.baseURL };
    const told = await project.type([...RUN, '--mode', 'live', '--provider', 'openai', '--yes'], { env });
    expect(told).toMatchObject({ code: 2, out: '', stack: false });
    expect(told.err).toContain('--allow-live');
    expect(endpoint.asked()).toBe(0);
    const allowed = await project.type([...RUN, '--mode', 'live', '--allow-live', '-p', 'single', '-n', '1', '--sample', '1'], {
      env,
    });
    expect(allowed).toMatchObject({ code: 3, stack: false });
    expect(endpoint.asked()).toBe(1);
  });
});

/** What a recording without a break leaves; file and run are gone again. Who asked first may differ in the one that ships: it has grown. */
async function recordedAtOnce(project: JourneyProject): Promise<string> {
  await rm(project.path(FILE));
  expect(await project.type(RECORD)).toMatchObject({ code: 0 });
  const text = await project.read(FILE);
  await rm(project.path(FILE));
  await rm(project.path('reports'), { recursive: true });
  return text;
}

describe('caps', () => {
  it.each([
    ['calls', ['--max-calls', '10'], 10, 'stopped after 10 requests to the endpoint'],
    ['cost', ['--max-cost', '0.001'], undefined, 'of --max-cost'],
  ])('of %s stop a recording before they are passed, and what was recorded is gone on from', async (_what, cap, calls, told) => {
    await using project = await journeyProject('starter');
    const whole = await recordedAtOnce(project);
    const all = whole.split('\n{"t":"call"').length - 1;
    const stopped = await project.type([...RECORD, ...cap]);
    expect(stopped).toMatchObject({ code: 6, out: '', stack: false });
    expect(stopped.err).toContain(told);
    const [run] = await project.runs();
    expect(stopped.err).toContain(`to go on: npm run patternbench -- resume ${run}\n`);
    expect(stopped.err).toContain(`next: go on with: npm run patternbench -- resume <run> ${cap[0]} …`);
    const kept = (await callsIn(project)).length;
    if (calls === undefined) {
      const spent = Number(/that cost \$([\d.]+):/.exec(stopped.err)![1]);
      expect(spent).toBeGreaterThan(0.0005);
      expect(spent).toBeLessThanOrEqual(0.001);
      expect(kept).toBeGreaterThan(0);
    } else expect(kept).toBe(calls);
    // The cap holds for what comes, too, and can be given anew.
    expect(await project.type(['resume', run!, '--quiet'])).toMatchObject({ code: 6, out: '', stack: false });
    const now = (await callsIn(project)).length;
    expect(now).toBeGreaterThan(kept);
    if (calls !== undefined) expect(now).toBe(2 * calls);
    const rest = await project.type(['resume', run!, '--quiet', cap[0]!, '1000']);
    expect(rest).toMatchObject({ code: 0, stack: false });
    expect(rest.err).toContain(`${all - now} recorded`);
    expect(await project.read(FILE)).toBe(whole);
    // No trial ended in the cap: it was not the trial's.
    expect(await project.read('reports', run!, 'trials.jsonl')).not.toContain('"limit"');
  });

  it('of calls can be raised by --mode auto as well', async () => {
    await using project = await journeyProject('starter');
    const whole = await recordedAtOnce(project);
    expect(await project.type([...RECORD, '--max-calls', '10'])).toMatchObject({ code: 6, out: '', stack: false });
    expect(await project.type([...RECORD, '--mode', 'auto'])).toMatchObject({ code: 0, stack: false });
    expect(await project.read(FILE)).toBe(whole);
  });
});

describe('recordings that grow old', () => {
  it('are told, or refused, as the command or the scenario says', async () => {
    await using project = await journeyProject('starter');
    const text = await project.read(FILE);
    await writeFile(project.path(FILE), text.replace(/"recordedOn":"[\d-]+"/, '"recordedOn":"2020-02-03"'));
    const warned = await project.type([...RUN, '--max-age', '90']);
    expect(warned).toMatchObject({ code: 0, stack: false });
    expect(warned.err).toMatch(/^warning: fixtures\/starter\/simulated\.jsonl was recorded on 2020-02-03, \d{4,} days ago/);
    const refused = await project.type([...RUN, '--max-age', '90', '--stale', 'error']);
    expect(refused).toMatchObject({ code: 4, out: '', stack: false });
    expect(refused.err).toContain('npm run patternbench -- record -s starter --provider simulated');
    await project.edit(SCENARIO, '\ntrials: 3', '\nmaxAge: { days: 30, stale: error }\ntrials: 3');
    expect(await project.type(RUN)).toMatchObject({ code: 4, out: '' });
    expect(await project.type([...RUN, '--max-age', '100000'])).toMatchObject({ code: 0, err: '' });
  });

  it('warn where one model name was answered by several models', async () => {
    await using project = await journeyProject('starter');
    const text = await project.read(FILE);
    const all = text.replaceAll('"served":"gpt-4o"', '"served":"gpt-4o-2024-08-06"');
    await writeFile(project.path(FILE), all);
    // One snapshot behind an alias is no drift; the ledger tells it.
    expect((await project.type(RUN)).err).not.toContain('answered by');
    expect((await ledgerOf(project)).models).toMatchObject({ 'gpt-4o': ['gpt-4o-2024-08-06'] });
    await writeFile(project.path(FILE), all.replace('"served":"gpt-4o-2024-08-06"', '"served":"gpt-4o-2024-11-20"'));
    const told = await project.type(RUN);
    expect(told).toMatchObject({ code: 0, stack: false });
    expect(told.err).toContain('"gpt-4o" was answered by gpt-4o-2024-08-06 and gpt-4o-2024-11-20');
  });
});

describe('a recording that met with errors', () => {
  it('is mended by --mode auto once the endpoint answers', async () => {
    await using project = await journeyProject('starter');
    let isDown = true;
    await using endpoint = await answeringEndpoint(() =>
      isDown ? [401, { error: { message: 'no credit' } }] : [200, completion('It arrives on 7 May.')],
    );
    const env = { OPENAI_BASE_URL: endpoint.baseURL };
    const part = ['-p', 'single', '-n', '1', '--sample', '1'];
    const record = ['record', '-s', 'starter', '--provider', 'openai', '--quiet', ...part];
    expect(await project.type(record, { env })).toMatchObject({ code: 3, stack: false });
    const file = 'fixtures/starter/openai.jsonl';
    expect((await callsIn(project, file)).map(({ end }) => end)).toEqual(['error']);
    isDown = false;
    const mended = await project.type([...record, '--mode', 'auto'], { env });
    expect(mended).toMatchObject({ code: 0, stack: false });
    expect(mended.err).toContain('1 recorded, 0 answered from recordings');
    expect((await callsIn(project, file)).map(({ end }) => end)).toEqual(['ok']);
    expect(await project.type([...RUN, '--profile', 'openai', ...part])).toMatchObject({ code: 0, err: '' });
  });
});
