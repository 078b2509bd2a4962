import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runBench } from '../../src/commands/shell/run-bench.ts';
import type { RunOptionValues } from '../../src/commands/shell/run-options.ts';
import type { Shell } from '../../src/commands/shell/shell.ts';
import type { CallInfo, ModelPort } from '../../src/contracts/model.ts';
import { PatternbenchError } from '../../src/kernel/errors.ts';
import { openReplay, REPLAY_TRANSPORTS, type ReplayTransport } from '../../src/transport/replay-transport.ts';
import { answered, completion, endpoint, load, newFile, onClock, post, recordTo } from '../fixtures/recording.fixture.ts';
import { journeyProject, sha256 } from '../support/journey.ts';

const shellAt = (root: string): Shell => ({
  out: () => {},
  err: () => {},
  width: 80,
  color: false,
  interactive: false,
  env: {},
  root,
  now: () => 1_790_000_000_000,
  signal: new AbortController().signal,
});

const run = (root: string, options: Partial<RunOptionValues>, mode: 'replay' | 'live' = 'replay') =>
  runBench({ scenario: ['starter'], seed: 1, model: {}, quiet: true, json: true, ...options }, mode, shellAt(root));

/** Runs the starter scenario; of each file that the run has left, how many lines it has and their hash. */
async function recordsOf(transport: ReplayTransport): Promise<string[]> {
  await using project = await journeyProject('starter');
  expect(await run(project.root, { transport, strictClock: true })).toBe(0);
  const [folder, ...others] = await project.runs();
  expect(others).toEqual([]);
  const told = [folder!];
  for (const file of ['spans.jsonl', 'trials.jsonl', 'run.json']) {
    const text = await project.read('reports', folder!, file);
    told.push(`${file}: ${text.split('\n').length - 1} lines, ${sha256(text)}`);
  }
  return told;
}

describe('a replay', () => {
  it('leaves the same bytes through the port, the openai SDK on ambient time, and the network guard, under a strict clock', async () => {
    const port = await recordsOf('port');
    expect(port[1]).toMatch(/^spans\.jsonl: \d{2,} lines/);
    expect(await recordsOf('sdk')).toEqual(port);
    expect(await recordsOf('guard')).toEqual(port);
  });

  it.each([
    [{ transport: 'fax' }, 'replay' as const, 'there is no transport "fax"'],
    [{ transport: 'sdk', provider: 'simulated' }, 'live' as const, '--transport sdk is a way of recorded answers'],
  ])('refuses %j in mode %s', async (options, mode, message) => {
    await using project = await journeyProject('starter');
    const error = await run(project.root, options, mode).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'usage', message: expect.stringContaining(message), remedy: expect.any(String) });
  });
});

/** A recording with one call each that ends in an answer, a refusal, no JSON, a lost connection, and its caller's giving up. */
async function recordedEnds() {
  const file = newFile();
  const { recorder, writer } = recordTo(
    file,
    endpoint((body) => {
      const { content } = body.messages[0]!;
      if (content === 'refused')
        return Response.json(
          { error: { message: 'slow down' } },
          { status: 429, headers: { 'openai-processing-ms': '20', 'retry-after': '3' } },
        );
      if (content === 'html')
        return new Response('<html>', { headers: { 'openai-processing-ms': '4', 'content-type': 'text/html' } });
      return answered(completion(String(content)), 250);
    }).fetch,
  );
  for (const content of ENDS) await post(recorder.fetchFor(0), ask(content));
  writer.finish();
  const text = await readFile(file, 'utf8');
  const calls = load(file).interactions;
  const ends: Readonly<Record<string, string>> = { lost: 'cut', 'given up': 'cancelled' };
  // Recorders keep no lost connections, and cancelled calls only of callers that give up: both are edited in.
  const edited = text.split('\n').map((line) => {
    const call = calls.find(({ line: { key } }) => line.includes('"t":"call"') && line.includes(`"key":"${key}"`));
    const end = ends[String(call?.request().messages?.[0]?.['content'])];
    return end === undefined ? line : line.replace('"end":"ok"', `"end":"${end}"`);
  });
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, edited.join('\n'));
  expect(
    load(file)
      .interactions.map(({ line }) => line.end)
      .sort(),
  ).toEqual(['cancelled', 'cut', 'error', 'ok', 'ok']);
  return load(file);
}

const ENDS = ['answer', 'refused', 'html', 'lost', 'given up'];
const ask = (content: string) => ({ model: 'gpt-4o', messages: [{ role: 'user' as const, content }] });

const told = (port: ModelPort, content: string) => async (info: CallInfo) => {
  try {
    return await port.call(ask(content), info);
  } catch (error) {
    if (!(error instanceof PatternbenchError)) throw error;
    return { code: error.code, message: error.message, remedy: error.remedy, retryable: error.facts['retryable'] };
  }
};

describe('openReplay', () => {
  it.each([...REPLAY_TRANSPORTS])('%s: every end of a call takes its time, and every miss is told once', async (transport) => {
    const set = await recordedEnds();
    using replay = await openReplay(transport);
    using reference = await openReplay('port');
    for (const content of [...ENDS, 'unknown']) {
      // Through nock a connection can only be lost before the answer begins, which takes no time.
      if (transport === 'guard' && content === 'lost') continue;
      const misses: string[] = [];
      const options = { set, trial: 0, scenario: 'triage' };
      const port = replay.portFor({ ...options, onMiss: ({ message }) => misses.push(message) });
      const seen = await onClock(told(port, content));
      expect(seen, content).toEqual(await onClock(told(reference.portFor(options), content)));
      expect(misses.length, content).toBe(['given up', 'unknown'].includes(content) ? 1 : 0);
    }
  });
});
