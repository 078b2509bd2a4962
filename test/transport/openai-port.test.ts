import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { CallInfo, ModelPort, ModelReply, ModelRequest } from '../../src/contracts/model.ts';
import { openFixtureWriter } from '../../src/fixtures/fixture-writer.ts';
import { type Fetch, recorder } from '../../src/fixtures/recorder.ts';
import { replayPort } from '../../src/fixtures/replay-port.ts';
import { PatternbenchError } from '../../src/kernel/errors.ts';
import { realClock } from '../../src/kernel/real-clock.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { fixtureFetch } from '../../src/transport/fixture-fetch.ts';
import { openaiPort } from '../../src/transport/openai-port.ts';
import { renamingFetch } from '../../src/transport/renaming-fetch.ts';
import { answered, completion, endpoint, header, load, newFile, onClock, recordTo } from '../fixtures/recording.fixture.ts';

const ask = (user: string, seed = 1): ModelRequest => ({ model: 'gpt-4o', messages: [{ role: 'user', content: user }], seed });

const portTo = (fetchIt: Fetch, baseURL = 'http://endpoint.test/v1'): ModelPort =>
  openaiPort({
    baseURL,
    apiKey: 'sk-test-0123456789abcdef0123',
    fetch: fetchIt,
    provenance: 'real',
    pricedOn: header.recordedOn,
    identify: true,
  });

const failing = (work: Promise<unknown>): Promise<PatternbenchError> =>
  work.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => error as PatternbenchError,
  );

/** What a trial leaves behind: each call's end, time and reply or error. */
async function log(port: ModelPort, trial: (call: (user: string) => Promise<ModelReply>) => Promise<unknown>) {
  const lines: unknown[] = [];
  await onClock((info: CallInfo) =>
    trial(async (user) => {
      const entry: Record<string, unknown> = { user };
      lines.push(entry);
      try {
        const reply = await port.call(ask(user), info);
        entry['reply'] = reply;
        return reply;
      } catch (error) {
        const { code, message, facts } = error as PatternbenchError;
        Object.assign(entry, { code, message, facts });
        throw error;
      } finally {
        entry['endMs'] = info.clock.nowUs() / 1000;
      }
    }),
  );
  return lines;
}

/** Sequential, parallel, a repeat, a refusal that is tried again, and an answer that is none. */
const trial = async (call: (user: string) => Promise<unknown>) => {
  await call('first');
  await Promise.all([call('slow'), call('vote'), call('vote')]);
  await call('refused').catch(() => call('refused'));
  await call('html').catch(() => undefined);
};

const modelled = () =>
  endpoint((body, n) => {
    const text = String(body.messages[0]!.content);
    if (text === 'html')
      return new Response('<html>busy</html>', { headers: { 'openai-processing-ms': '4', 'content-type': 'text/html' } });
    if (text === 'refused' && n < 5) {
      return Response.json(
        { error: { message: 'slow down', code: 'rate_limit_exceeded' } },
        { status: 429, headers: { 'retry-after-ms': '1500', 'openai-processing-ms': '20' } },
      );
    }
    return answered(completion(`${text} ${n}`), text === 'slow' ? 900 : 100 + n);
  });

describe('openaiPort', () => {
  it('leaves the same log as the lean path: while recording, replayed through the SDK, replayed directly', async () => {
    const file = newFile();
    const { recorder: recording, writer } = recordTo(file, modelled().fetch);
    const whileRecording = await log(portTo(recording.fetchFor(0)), trial);
    writer.finish();
    const options = { set: load(file), trial: 0, scenario: 'triage' };
    const lean = await log(replayPort(options), trial);
    expect(lean).toHaveLength(7);
    expect(lean.map((entry) => (entry as { code?: string }).code)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      'model_error',
      undefined,
      'malformed_response',
    ]);
    expect(await log(portTo(fixtureFetch(options)), trial)).toEqual(lean);
    expect(whileRecording).toEqual(lean);
  });

  it('sends the request once, as it is, and says who calls only in headers', async () => {
    const upstream = endpoint(() => answered(completion('x')));
    await onClock((info) => portTo(upstream.fetch).call(ask('hello'), info));
    expect(upstream.seen).toHaveLength(1);
    expect(upstream.seen[0]!.body).toEqual(ask('hello'));
    expect(decodeURIComponent(upstream.seen[0]!.headers.get('x-fixture-path')!)).toBe('agent:writer#0');
  });

  it('ends after one attempt on a miss, with the message and the remedy', async () => {
    const file = newFile();
    const { recorder: recording, writer } = recordTo(file, endpoint(() => answered(completion('x'))).fetch);
    await onClock((info) => portTo(recording.fetchFor(0)).call(ask('known'), info));
    writer.finish();
    let attempts = 0;
    const told: PatternbenchError[] = [];
    const served = fixtureFetch({ set: load(file), trial: 0, scenario: 'triage', onMiss: (miss) => told.push(miss) });
    const counted: Fetch = (input, init) => {
      attempts++;
      return served(input, init);
    };
    const { value, ms } = await onClock((info) => failing(portTo(counted).call(ask('unknown'), info)));
    const lean = await onClock((info) =>
      failing(replayPort({ set: load(file), trial: 0, scenario: 'triage' }).call(ask('unknown'), info)),
    );
    expect([attempts, ms, told.length]).toEqual([1, 0, 1]);
    expect(value).toMatchObject({
      code: 'fixture_miss',
      message: lean.value.message,
      remedy: lean.value.remedy,
      facts: { retryable: false },
    });
    // A client that retries by itself (the SDK's default is two more) must not either.
    const { OpenAI } = await import('openai');
    const client = new OpenAI({ apiKey: 'x', baseURL: 'http://endpoint.test/v1', fetch: counted, logLevel: 'off' });
    attempts = 0;
    await expect(client.chat.completions.create(ask('unknown') as never)).rejects.toMatchObject({
      status: 404,
      code: 'fixture_miss',
    });
    expect(attempts).toBe(1);
  });

  it.each([
    ['a time limit', 500, true],
    ['a rate limit', 429, true],
    ['a bad request', 400, false],
    ['a bad key', 401, false],
  ])('maps %s', async (_what, status, retryable) => {
    const port = portTo(endpoint(() => Response.json({ error: { message: 'why' } }, { status })).fetch);
    const { value } = await onClock((info) => failing(port.call(ask('a'), info)));
    expect(value).toMatchObject({
      code: 'model_error',
      message: `the endpoint answered ${status}: why`,
      facts: { status, retryable },
    });
  });

  it('does not try again what an exhausted quota refused', async () => {
    const body = { error: { message: 'no credit', code: 'insufficient_quota' } };
    const port = portTo(endpoint(() => Response.json(body, { status: 429 })).fetch);
    expect((await onClock((info) => failing(port.call(ask('a'), info)))).value.facts).toEqual({ status: 429, retryable: false });
  });

  it('reports a lost connection as retryable, and what the fetch itself threw as it is', async () => {
    const lost = portTo(() =>
      Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }) })),
    );
    const { value } = await onClock((info) => failing(lost.call(ask('a'), info)));
    expect(value).toMatchObject({ code: 'model_error', facts: { retryable: true } });
    expect(value.message).toContain('ECONNREFUSED');
    const limit = new PatternbenchError('limit_exceeded', 'enough');
    const limited = await onClock((info) => failing(portTo(() => Promise.reject(limit)).call(ask('a'), info)));
    expect(limited.value).toBe(limit);
  });

  it('lets its caller give up while the modelled latency passes', async () => {
    const clock = new VirtualClock();
    const stop = new AbortController();
    const reason = new Error('enough');
    clock.schedule(100_000, () => stop.abort(reason));
    const port = portTo(endpoint(() => answered(completion('x'), 5000)).fetch);
    const call = clock.run(() => port.call(ask('a'), { agent: 'a', path: '', stop: stop.signal, clock }));
    await expect(call).rejects.toBe(reason);
    expect(clock.nowUs()).toBe(100_000);
  });

  it('asks for another model on the wire only', async () => {
    const file = newFile();
    const upstream = endpoint(() => answered(completion('x', { model: 'llama3.3' })));
    const { recorder: recording, writer } = recordTo(file, renamingFetch(upstream.fetch, { 'gpt-4o': 'llama3.3' }));
    await onClock((info) => portTo(recording.fetchFor(0)).call(ask('a'), info));
    writer.finish();
    expect(upstream.seen[0]!.body).toEqual({ ...ask('a'), model: 'llama3.3' });
    const { value } = await onClock((info) => replayPort({ set: load(file), trial: 0, scenario: 'triage' }).call(ask('a'), info));
    expect(value.servedModel).toBe('llama3.3');
  });
});

describe('recording from a server on this machine', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  it('gives replies that a replay repeats, with measured times', async () => {
    let requests = 0;
    server = createServer((request, response) => {
      requests++;
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        const body = JSON.parse(text) as ModelRequest;
        const asked = body.messages.at(-1)!.content;
        response.setHeader('content-type', 'application/json');
        response.end(
          JSON.stringify(
            completion(`${request.headers['x-fixture-agent'] === undefined ? 'nobody' : 'somebody'} asked ${asked}`),
          ),
        );
      });
    });
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    const file = newFile();
    const writer = openFixtureWriter({ file, fresh: true, header: { ...header, provenance: 'real', timing: 'measured' } });
    const recording = recorder({ writer, upstream: fetch, timing: 'measured', clock: realClock(), maxCalls: 10 });
    const talk = (call: (user: string) => Promise<ModelReply>) => Promise.all([call('a'), call('b'), call('a')]);
    const live = await log(portTo(recording.fetchFor(0), baseURL), talk);
    expect(writer.finish()).toEqual({ changed: true, calls: 3 });
    expect(requests).toBe(3);
    const replayed = await log(replayPort({ set: load(file), trial: 0, scenario: 'triage' }), talk);
    expect(replayed).toEqual(live);
    expect((live[0] as { reply: ModelReply }).reply).toMatchObject({
      provenance: 'real',
      message: { content: 'nobody asked a' },
    });
    for (const { line } of load(file).interactions) {
      expect(line.ms).toBeGreaterThan(0);
      expect(line.ttfb).toBeLessThanOrEqual(line.ms);
      expect(line.at).toBeGreaterThanOrEqual(0);
    }
  });
});
