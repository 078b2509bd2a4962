import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { completion } from '../fixtures/recording.fixture.ts';
import { jsonLines, journeyProject, type JourneyProject } from '../support/journey.ts';

const SCENARIO = 'scenarios/starter.yaml';
const FILE = 'fixtures/starter/simulated.jsonl';
const RUN = ['run', '-s', 'starter', '--quiet'];
const RECORD = ['record', '-s', 'starter', '--provider', 'simulated', '--quiet'];
const QUESTION = "'Order R-310 has not come.";

/** An endpoint on this machine that answers every request with what it is given. */
async function answering(answer: () => readonly [status: number, body: object]) {
  let asked = 0;
  const server = createServer((request, reply) => {
    request.resume().on('end', () => {
      asked++;
      const [status, body] = answer();
      reply.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked: () => asked,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

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
  jsonLines<{ t: string; end: string }>(await readFile(project.path(file), 'utf8')).filter(({ t }) => t === 'call');

describe.concurrent('a miss explains itself', () => {
  it.each([
    [
      'the description of a tool',
      'What is known of an order.',
      'All that is known of an order.',
      'tools',
      ['the schema of the tool "find_order" differs', '- …"description": "What is known', '+ …"description": "All that is known'],
    ],
    [
      'the model of an agent',
      'tools: [find_order] # the only',
      'temperature: 0.5\n    tools: [find_order] # the only',
      'field',
      ['the field "temperature" is new: "0.5"'],
    ],
    [
      'the coordinator',
      '{ model: gpt-4o, ',
      '{ model: gpt-4.1, ',
      'model',
      ['its messages are recorded, but model differs: recorded "gpt-4o", now "gpt-4.1"'],
    ],
    [
      'a question',
      'When was it sent, and',
      'Tell me when it was sent, and',
      'message',
      ['message 1 (user) differs', '- …has not come. When was it', '+ …has not come. Tell me when it was sent,'],
    ],
  ])('after a change of %s: %j', async (_what, from, to, cause, told) => {
    await using project = await journeyProject('starter');
    await project.edit(SCENARIO, from, to);
    const missed = await project.type([...RUN, '--on-miss', 'collect']);
    expect(missed).toMatchObject({ code: 4, out: '', stack: false });
    expect(missed.err).toMatch(new RegExp(`^ +\\d+  ${cause} +\\w+ +starter$`, 'm'));
    for (const text of told) expect(missed.err).toContain(text);
    expect(missed.err).toMatch(/^ {2}nearest: [\w-]{22}#\d#0\n {11}[\w-]{22}#\d#0: /m);
    for (const line of missed.err.split('\n').filter((text) => /^ {4}[-+] |^ {2}nearest|^ {11}/.test(text))) {
      expect(line.length).toBeLessThanOrEqual(80);
    }
    expect(await project.runs()).toEqual([]);
  });

  it('lists every missing call with --on-miss collect, and one recording then mends all of them', async () => {
    await using project = await journeyProject('starter');
    await project.edit(SCENARIO, 'where a reader sends books back.', 'where a reader wants to return books.');
    const missed = await project.type([...RUN, '--on-miss', 'collect']);
    expect(missed).toMatchObject({ code: 4, out: '', stack: false });
    expect(missed.err).toContain('this run says nothing and was not written');
    // The coordinator was asked on from stand-ins.
    expect(missed.err).toMatch(/^ +\d+  follows +coordinator +starter$/m);
    const listed = missed.err.match(/^ {4}[\w-]{22}#\d#\d {2}\w+ s\d {2}/gm)!;
    const fewer = (await project.type(RUN)).err;
    expect(fewer).toContain('--on-miss collect');
    expect(fewer.match(/^ {4}[\w-]{22}#\d#\d {2}\w+ s\d {2}/gm)).toBeNull();
    expect(new Set(listed).size).toBe(listed.length);
    expect(listed.length).toBeGreaterThan(20);
    expect(await project.type([...RECORD, '--mode', 'auto'])).toMatchObject({ code: 0 });
    expect(await project.type([...RUN, '--on-miss', 'collect'])).toMatchObject({ code: 0, err: '' });
  });

  it('names the scrub rule for volatile text; with it the old recording is found, and need not be made again', async () => {
    await using project = await journeyProject('starter');
    const dated = (day: string) => `'On ${day}: order R-310 has not come.`;
    await project.edit(SCENARIO, QUESTION, dated('2026-11-20'));
    expect(await project.type(RECORD)).toMatchObject({ code: 0 });
    expect(await project.type(RUN)).toMatchObject({ code: 0, err: '' });
    await project.edit(SCENARIO, dated('2026-11-20'), dated('2026-11-27'));
    const missed = await project.type([...RUN, '--on-miss', 'collect']);
    expect(missed).toMatchObject({ code: 4, stack: false });
    expect(missed.err).toMatch(/^ +\d+  volatile +\w+ +starter$/m);
    expect(missed.err).toContain('add to the scenario  scrub: [date]');

    await project.edit(SCENARIO, '\ntrials: 3', '\nscrub: [date]\ntrials: 3');
    const found = await project.type(RUN);
    expect(found).toMatchObject({ code: 0, stack: false });
    expect(found.err).toContain(`warning: ${FILE} was recorded with other scrub rules (none) than the scenario's (date)`);
    const settled = await project.type([...RECORD, '--mode', 'auto']);
    expect(settled.err).toMatch(/ 0 recorded, \d+ answered from recordings; .* written/);
    expect(await project.type(RUN)).toMatchObject({ code: 0, err: '' });
    expect(await project.type(['fixtures', 'verify', 'starter'])).toMatchObject({ code: 0, stack: false });
    // And back again, without anything being lost.
    await project.edit(SCENARIO, '\nscrub: [date]', '');
    await project.edit(SCENARIO, dated('2026-11-27'), dated('2026-11-20'));
    expect((await project.type(RUN)).err).toContain("(date) than the scenario's (none)");
  });

  it('refuses scrub rules that mean nothing, with their place', async () => {
    await using project = await journeyProject('starter');
    await project.edit(SCENARIO, '\ntrials: 3', "\nscrub: [date, { pattern: '(', as: x }]\ntrials: 3");
    const told = await project.type(RUN);
    expect(told).toMatchObject({ code: 2, out: '', stack: false });
    expect(told.err).toMatch(/scenarios\/starter\.yaml:\d+:\d+/);
    expect(told.err).toContain('scrub');
  });
});

describe.concurrent('the ledger of a run', () => {
  it('is in environment.json in full, and on the screen where it is more than hits', async () => {
    await using project = await journeyProject('starter');
    const loud = ['run', '-s', 'starter'];
    expect((await project.type(loud)).err).not.toContain('starter:');
    const calls = (await callsIn(project)).length;
    expect(await ledgerOf(project)).toMatchObject({
      hit: 124,
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
    expect(told).toMatch(/^starter: 1\d\d answered from recordings, \d+ recorded but not asked for$/m);
    await project.edit(SCENARIO, 'where a reader wants to return books.', 'where nobody returns books.');
    expect((await project.type(loud)).err).toMatch(
      /^starter: \d+ answered from recordings, \d+ not recorded, \d+ recorded but not asked for$/m,
    );
  });
});

describe.concurrent('modes', () => {
  it('have the names that people know, and an unknown one names them all', async () => {
    await using project = await journeyProject('starter');
    expect(await project.type([...RUN, '--mode', 'none'])).toMatchObject({ code: 0, err: '' });
    const auto = await project.type([...RUN, '--mode', 'new_episodes', '--provider', 'simulated']);
    expect(auto.err).toContain('0 recorded, 124 answered from recordings');
    const told = await project.type([...RUN, '--mode', 'new_episode']);
    expect(told).toMatchObject({ code: 2, out: '', stack: false });
    for (const name of ['replay', 'auto', 'record', 'live', 'once', 'none', 'new_episodes', 'missing', 'all', 'rewrite']) {
      expect(told.err).toContain(name);
    }
  });

  it('once records where there is no file, and replays where there is one', async () => {
    await using project = await journeyProject('starter');
    const shipped = await project.read(FILE);
    await rm(project.path(FILE));
    const first = await project.type([...RUN, '--mode', 'once']);
    expect(first).toMatchObject({ code: 0, stack: false });
    expect(first.err).toContain('105 recorded');
    expect((await callsIn(project)).length).toBe(105);
    expect(await project.type([...RUN, '--mode', 'once'])).toMatchObject({ code: 0, err: '' });
    await project.edit(SCENARIO, 'What is known of an order.', 'All that is known of an order.');
    expect(await project.type([...RUN, '--mode', 'once'])).toMatchObject({ code: 4, out: '' });
    expect(shipped.length).toBeGreaterThan(0);
  });

  it('fail closed under CI unless nothing is asked for real', async () => {
    await using project = await journeyProject('starter');
    await using endpoint = await answering(() => [401, { error: { message: 'no credit' } }]);
    const env = { CI: 'true', OPENAI_BASE_URL: endpoint.baseURL };
    expect(await project.type(RUN, { env })).toMatchObject({ code: 0, err: '' });
    expect(await project.type([...RECORD, '--mode', 'auto'], { env })).toMatchObject({ code: 0 });
    for (const mode of ['auto', 'record', 'live', 'once']) {
      const told = await project.type([...RUN, '--mode', mode, '--provider', 'openai', '--yes'], { env });
      expect(told).toMatchObject({ code: 2, out: '', stack: false });
      expect(told.err).toContain('--allow-live');
    }
    expect(endpoint.asked()).toBe(0);
    const allowed = await project.type([...RUN, '--mode', 'live', '--allow-live', '-p', 'single', '-n', '1', '--sample', '1'], {
      env,
    });
    expect(allowed).toMatchObject({ code: 3, stack: false });
    expect(endpoint.asked()).toBe(1);
  });
});

describe.concurrent('caps', () => {
  it.each([
    ['calls', ['--max-calls', '10'], 10, 'stopped after 10 requests to the endpoint'],
    ['cost', ['--max-cost', '0.001'], undefined, 'of --max-cost'],
  ])('of %s stop a recording before they are passed, and what was recorded is gone on from', async (_what, cap, calls, told) => {
    await using project = await journeyProject('starter');
    const shipped = await project.read(FILE);
    await rm(project.path(FILE));
    const stopped = await project.type([...RECORD, ...cap]);
    expect(stopped).toMatchObject({ code: 6, out: '', stack: false });
    expect(stopped.err).toContain(told);
    expect(stopped.err).toContain('--mode auto');
    expect(await project.runs()).toEqual([]);
    const kept = (await callsIn(project)).length;
    if (calls === undefined) {
      const spent = Number(/that cost \$([\d.]+):/.exec(stopped.err)![1]);
      expect(spent).toBeGreaterThan(0.0005);
      expect(spent).toBeLessThanOrEqual(0.001);
      expect(kept).toBeGreaterThan(0);
    } else expect(kept).toBe(calls);
    const rest = await project.type([...RECORD, '--mode', 'auto']);
    expect(rest.err).toContain(`${105 - kept} recorded`);
    expect(await project.read(FILE)).toBe(shipped);
  });
});

describe.concurrent('recordings that grow old', () => {
  it('are told, or refused, as the command or the scenario says', async () => {
    await using project = await journeyProject('starter');
    const text = await project.read(FILE);
    await writeFile(project.path(FILE), text.replace(/"recordedOn":"[\d-]+"/, '"recordedOn":"2020-02-03"'));
    expect(await project.type(RUN)).toMatchObject({ code: 0, err: '' });
    const warned = await project.type([...RUN, '--max-age', '90']);
    expect(warned).toMatchObject({ code: 0, stack: false });
    expect(warned.err).toMatch(/^warning: fixtures\/starter\/simulated\.jsonl was recorded on 2020-02-03, \d{4,} days ago/);
    const refused = await project.type([...RUN, '--max-age', '90', '--stale', 'error']);
    expect(refused).toMatchObject({ code: 4, out: '', stack: false });
    expect(refused.err).toContain('npm run patternbench -- record -s starter --provider simulated');
    expect(await project.type([...RUN, '--max-age', '100000'])).toMatchObject({ code: 0, err: '' });
    await project.edit(SCENARIO, '\ntrials: 3', '\nmaxAge: { days: 30, then: error }\ntrials: 3');
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

describe.concurrent('a recording that met with errors', () => {
  it('is mended by --mode auto once the endpoint answers', async () => {
    await using project = await journeyProject('starter');
    let isDown = true;
    await using endpoint = await answering(() =>
      isDown ? [401, { error: { message: 'no credit' } }] : [200, completion('It arrives on 7 May.')],
    );
    const env = { OPENAI_BASE_URL: endpoint.baseURL };
    const part = ['-p', 'single', '-n', '1', '--sample', '1'];
    const record = ['record', '-s', 'starter', '--provider', 'openai', '--quiet', ...part];
    expect(await project.type(record, { env })).toMatchObject({ code: 3, stack: false });
    const file = 'fixtures/starter/openai.jsonl';
    expect(existsSync(project.path(file))).toBe(true);
    expect((await callsIn(project, file)).map(({ end }) => end)).toEqual(['error']);
    isDown = false;
    const mended = await project.type([...record, '--mode', 'auto'], { env });
    expect(mended).toMatchObject({ code: 0, stack: false });
    expect(mended.err).toContain('1 recorded, 0 answered from recordings');
    expect((await callsIn(project, file)).map(({ end }) => end)).toEqual(['ok']);
    expect(await project.type([...RUN, '--profile', 'openai', ...part])).toMatchObject({ code: 0, err: '' });
  });
});
