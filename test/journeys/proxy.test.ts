import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadFixtureSet } from '../../src/fixtures/fixture-set.ts';
import type { Interaction } from '../../src/fixtures/interaction.ts';
import { CHECKOUT, journeyProject, type JourneyProject, jsonLines } from '../support/journey.ts';

const PATH = process.env['PATH'] ?? '';
const has = (program: string): boolean => spawnSync(program, ['--version'], { env: { PATH } }).status === 0;

interface Listening {
  readonly baseURL: string;
  readonly token: string;
}

interface Started {
  readonly baseURL: string;
  readonly at: string;
  readonly token: string;
  /** Ends it as Ctrl-C or a supervisor does. */
  readonly stop: (
    signal: NodeJS.Signals,
  ) => Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>;
}

let project: JourneyProject;
let recorded: Interaction;
const running = new Set<ChildProcess>();
beforeAll(async () => {
  project = await journeyProject('starter');
  const set = loadFixtureSet(await project.read('fixtures/starter/simulated.jsonl'), 'simulated.jsonl');
  recorded = set.interactions.find(({ line }) => line.trial === 0 && line.occ === 0)!;
});
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await project[Symbol.asyncDispose]();
});

/** Types `patternbench proxy …` and waits until it says that it listens. */
function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Started> {
  const child = spawn(process.execPath, [join(CHECKOUT, 'src/bin.js'), 'proxy', '--port', '0', '--json', ...args], {
    cwd: project.root,
    env: { ...env },
  });
  running.add(child);
  let [out, err] = ['', ''];
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  void closed.then(() => running.delete(child));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  return new Promise((resolve, reject) => {
    void closed.then((code) => reject(new Error(`it ended with ${code}: ${err}`)));
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const isFirst = !out.includes('\n');
      out += text;
      if (!isFirst || !out.includes('\n')) return;
      const { baseURL, token } = JSON.parse(out.split('\n')[0]!) as Listening;
      const stop = async (signal: NodeJS.Signals) => {
        child.kill(signal);
        return { code: await closed, out, err };
      };
      resolve({ baseURL, at: baseURL.replace('/v1', ''), token, stop });
    });
  });
}

const run = promisify(execFile);
const body = (more: object = {}) => JSON.stringify({ ...recorded.request(), ...more });
const said = () => (recorded.body() as { choices: { message: { content: string } }[] }).choices[0]!.message.content;

const curl = async (...args: string[]): Promise<string> =>
  (await run('curl', ['-sS', '--max-time', '20', ...args], { env: { PATH } })).stdout;

/** What the README tells Python people to write, with their standard library. */
const PYTHON = `
import json, sys, urllib.request, urllib.error
url, body = sys.argv[1], sys.argv[2]
request = urllib.request.Request(url + "/chat/completions", body.encode(), {"content-type": "application/json", "authorization": "Bearer sk-fix-starter.python.writer"})
try:
    with urllib.request.urlopen(request, timeout=20) as reply:
        text = reply.read().decode()
        print(json.dumps({"status": reply.status, "ms": reply.headers["x-fixture-latency-ms"], "body": text}))
except urllib.error.HTTPError as error:
    print(json.dumps({"status": error.code, "retry": error.headers["x-should-retry"], "body": error.read().decode()}))
`;
const python = async (baseURL: string, text: string) =>
  JSON.parse((await run('python3', ['-c', PYTHON, baseURL, text], { env: { PATH } })).stdout) as {
    status: number;
    ms?: string;
    retry?: string;
    body: string;
  };

describe.runIf(has('curl') && has('python3'))('somebody with a program in another language', () => {
  it('gets what is recorded, whole and streamed, and is told what is not', async () => {
    const proxy = await start(['-s', 'starter']);
    const latency = String(recorded.line.ms);

    const answer = await python(proxy.baseURL, body());
    expect([answer.status, answer.ms]).toEqual([200, latency]);
    expect(JSON.parse(answer.body)).toEqual(recorded.body());

    const head = await curl('-i', '-H', 'x-fixture-run: curl', '-d', body(), `${proxy.baseURL}/chat/completions`);
    expect(head).toMatch(new RegExp(`^HTTP/1.1 200 OK[^]*x-fixture-latency-ms: ${latency}\r\n`));
    const streamed = await curl('-N', '-d', body({ stream: true }), `${proxy.at}/s/starter/r/curl-2/v1/chat/completions`);
    expect(streamed.trimEnd().endsWith('data: [DONE]')).toBe(true);

    const client = new OpenAI({ baseURL: `${proxy.at}/s/starter/r/sdk/a/writer/v1`, apiKey: 'none', logLevel: 'off' });
    const stream = await client.chat.completions.create({
      ...(recorded.request() as unknown as OpenAI.ChatCompletionCreateParamsNonStreaming),
      stream: true,
    });
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    expect(text).toBe(said());

    const miss = await python(proxy.baseURL, '{"model":"gpt-4o","messages":[{"role":"user","content":"something else"}]}');
    expect([miss.status, miss.retry]).toEqual([404, 'false']);
    expect(miss.body).toContain('proxy -s starter --mode auto');

    const told = JSON.parse(await curl(`${proxy.at}/__fixtures/runs?run=python&token=${proxy.token}`)) as { runs: object[] };
    expect(told.runs).toMatchObject([{ scenario: 'starter', calls: 2, misses: 1, latencyMs: recorded.line.ms }]);
    expect(await curl(`${proxy.at}/__fixtures/runs`)).toContain('token_needed');

    const { code, out, err } = await proxy.stop('SIGINT');
    expect([code, err]).toEqual([0, '']);
    expect(jsonLines<object>(out).at(-1)).toMatchObject({ event: 'closed', calls: 5, misses: 1, recorded: [] });
    const session = (await project.runs()).find((name) => name.startsWith('proxy-'))!;
    expect((await project.read('reports', session, 'spans.jsonl')).trimEnd().split('\n')).toHaveLength(5);
  });

  it('records from the simulated model without a line of JavaScript, and replays that', async () => {
    const recording = await start(['-s', 'starter', '--mode', 'auto', '--provider', 'simulated', '--profile', 'python']);
    const first = await python(recording.baseURL, body());
    expect(first.status).toBe(200);
    expect(await recording.stop('SIGTERM')).toMatchObject({ code: 0, err: '' });
    expect(existsSync(project.path('fixtures/starter/python.jsonl.lock'))).toBe(false);
    expect(await project.type(['fixtures', 'verify', 'starter/python'])).toMatchObject({
      stack: false,
      out: expect.not.stringContaining('interrupted') as string,
    });
    expect(readFileSync(project.path('fixtures/starter/python.jsonl'), 'utf8')).not.toContain('sk-fix');

    const replay = await start(['-s', 'starter', '--profile', 'python']);
    const again = await python(replay.baseURL, body());
    // The file keeps the members of an answer in an order of its own.
    expect([again.status, again.ms, JSON.parse(again.body)]).toEqual([200, first.ms, JSON.parse(first.body)]);
    expect(await replay.stop('SIGTERM')).toMatchObject({ code: 0, err: '' });
  });
});

describe('somebody who starts the proxy', () => {
  it.concurrent.each([
    [['--listen', '0.0.0.0'], 'add --token'],
    [['--listen', '0.0.0.0', '--token', 'short'], '16 to 256'],
    [['-s', '../starter'], 'is named by'],
    [['-s', 'starter', '--profile', '../../secret'], 'is named by'],
    [['--mode', 'nonsense'], 'there is no mode "nonsense"'],
    [['--mode', 'live', '--upstream', 'http://169.254.169.254/v1'], 'link-local'],
    [['--mode', 'auto', '--upstream', 'http://models.example/v1'], 'without encryption'],
    [['--mode', 'auto', '--upstream', 'https://models.example/v1'], 'add --yes'],
    [['--pace', 'fast'], 'pace takes a number'],
    [['--port', '99999'], 'up to 65535'],
    [['--otlp', 'localhost'], '--otlp takes an address'],
  ])('with %j is told what is wrong, and nothing listens', async (args, told) => {
    const ended = await project.type(['proxy', '--port', '0', ...args], { env: { OPENAI_API_KEY: 'sk-of-nobody-0123456789' } });
    expect(ended).toMatchObject({ code: 2, out: '', stack: false });
    expect(ended.err).toContain(told);
    expect(ended.err).not.toContain('sk-of-nobody');
  });
});
