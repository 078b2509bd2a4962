import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadScenario } from '../../src/bench/load-scenarios.ts';
import { loadPatterns, loadScorers } from '../../src/bench/parts.ts';
import { startSimulatedServer } from '../../src/simulation/server.ts';
import { worldOf } from '../../src/simulation/world.ts';
import { jsonLines, journeyProject, type JourneyProject } from '../support/journey.ts';

const RECORD = ['record', '-s', 'starter', '--provider', 'openai', '--quiet'];
const SHIPPED = 'fixtures/starter/simulated.jsonl';

let project: JourneyProject;
beforeAll(async () => void (project = await journeyProject('starter')));
afterAll(() => project[Symbol.asyncDispose]());

/** An OpenAI-compatible endpoint with a model that the scenario does not name, and the models it was asked for; it refuses after some answers. */
async function endpoint({ answers = Infinity } = {}) {
  const parts = { patterns: await loadPatterns(), scorers: await loadScorers() };
  const scenario = await loadScenario(project.path('scenarios/starter.yaml'), parts);
  const simulation = { ...scenario.simulation!, profiles: { other: 'strong' as const, 'gpt-4o-mini': 'cheap' as const } };
  const behind = await startSimulatedServer({ world: worldOf({ ...scenario, simulation }), pace: { kind: 'instant' } });
  const asked: string[] = [];
  const server = createServer((request, reply) => {
    const headers = { 'content-type': 'application/json' };
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      asked.push((JSON.parse(body) as { model: string }).model);
      if (asked.length > answers) return reply.writeHead(401, headers).end('{"error":{"message":"no more credit"}}');
      return void fetch(behind.baseURL + request.url!.replace('/v1', ''), { method: 'POST', body, headers }).then(
        async (answer) => reply.writeHead(answer.status, headers).end(await answer.text()),
        () => reply.destroy(),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await behind[Symbol.asyncDispose]();
    },
  };
}

interface RecordedLine {
  readonly t: string;
  readonly key: string;
  readonly model: string;
  readonly req: { readonly model: string };
}
const callsIn = async (file: string) =>
  jsonLines<RecordedLine>(await readFile(project.path(file), 'utf8')).filter(({ t }) => t === 'call');

describe.concurrent('somebody with an endpoint of their own', () => {
  it('records from it under the names of the scenario, and replays that without the simulated head', async () => {
    const shipped = await project.read(SHIPPED);
    await using own = await endpoint();
    const env = { OPENAI_BASE_URL: own.baseURL };
    const told = await project.type([...RECORD, '--profile', 'mine', '--sample', '1', '--model', 'gpt-4o=other', '--yes'], {
      env,
    });
    expect(told).toMatchObject({ code: 0, stack: false });
    expect(told.err).toMatch(/\d+ recorded, \d+ answered from recordings; fixtures\/starter\/mine\.jsonl written/);
    expect(new Set(own.asked)).toEqual(new Set(['other', 'gpt-4o-mini']));

    const calls = await callsIn('fixtures/starter/mine.jsonl');
    expect(calls).toHaveLength(own.asked.length);
    expect(new Set(calls.flatMap(({ model, req }) => [model, req.model]))).toEqual(new Set(['gpt-4o', 'gpt-4o-mini']));
    const shippedKeys = new Set((await callsIn(SHIPPED)).map(({ key }) => key));
    expect(calls.some(({ key }) => shippedKeys.has(key))).toBe(true);
    expect(await project.read(SHIPPED)).toBe(shipped);

    const replay = await project.type(['run', '-s', 'starter', '--profile', 'mine', '--sample', '1', '--quiet']);
    expect(replay).toMatchObject({ code: 0, err: '', stack: false });
    expect(replay.out).not.toMatch(/simulated model/i);
    const last = (await project.runs()).find((run) => run.startsWith('starter-'))!;
    const provenance = { simulated: 0, imported: 0, recorded: expect.any(Number) as number };
    expect(JSON.parse(await project.read('reports', last, 'run.json'))).toMatchObject({ provenance });
    expect(JSON.parse((await project.read('fixtures/starter/mine.jsonl')).split('\n')[0]!)).toMatchObject({ provenance: 'real' });
  });

  it('runs against it once without recording', async () => {
    await using own = await endpoint();
    const before = await project.read(SHIPPED);
    const told = await project.type(
      ['run', '--mode', 'live', '-s', 'starter', '-p', 'single', '-n', '1', '--model', 'gpt-4o=other', '--quiet'],
      { env: { OPENAI_BASE_URL: own.baseURL } },
    );
    expect(told).toMatchObject({ code: 0, err: '', stack: false });
    expect(own.asked.length).toBeGreaterThanOrEqual(3);
    expect(await project.read(SHIPPED)).toBe(before);
  });

  it('is asked before money is spent, and where nobody can be asked nothing is sent', async () => {
    // An address of the documentation's network: nothing that is sent there arrives.
    const env = { OPENAI_API_KEY: 'sk-of-nobody', OPENAI_BASE_URL: 'http://192.0.2.1/v1' };
    const told = await project.type([...RECORD, '--profile', 'paid'], { env });
    expect(told).toMatchObject({ code: 2, out: '', stack: false });
    expect(told.err).toMatch(/126 trials at a real endpoint: about \d+ calls, \d+ tokens, about \$\d/);
    expect(told.err).toContain('add --yes');
    expect(told.err).not.toContain('sk-of-nobody');
    expect(existsSync(project.path('fixtures/starter/paid.jsonl'))).toBe(false);
  });

  it('that fails half-way: what was recorded before stays, and the new answers are kept beside it', async () => {
    const before = await project.read(SHIPPED);
    await using own = await endpoint({ answers: 20 });
    const env = { OPENAI_BASE_URL: own.baseURL };
    const told = await project.type([...RECORD, '--profile', 'simulated', '--model', 'gpt-4o=other'], { env });
    expect(told).toMatchObject({ code: 3, stack: false });
    expect(told.err).toContain('no more credit');
    expect(await project.read(SHIPPED)).toBe(before);
    expect(await callsIn(`${SHIPPED}.recording`)).toHaveLength(own.asked.length);
    expect(told.err).toContain(`mv ${SHIPPED}.recording ${SHIPPED}, then --mode auto`);
  });

  it('cannot replace a whole recording by a part of it unawares', async () => {
    const before = await project.read(SHIPPED);
    for (const part of [
      ['-p', 'single'],
      ['--sample', '2'],
      ['-n', '1'],
    ]) {
      const told = await project.type([...RECORD, '--profile', 'simulated', ...part], { env: { OPENAI_API_KEY: 'none' } });
      expect(told).toMatchObject({ code: 2, out: '', stack: false });
      for (const text of [SHIPPED, '--mode auto', '--profile']) expect(told.err).toContain(text);
    }
    expect(await project.read(SHIPPED)).toBe(before);
  });
});
