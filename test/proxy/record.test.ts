import { readFileSync, rmSync } from 'node:fs';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import type { CallEntry, RunSummary } from '../../src/proxy/ledger.ts';
import { completion } from '../fixtures/recording.fixture.ts';
import { type Behaviour, chunksFor, DONE, misbehavingServer, pause, say, sse, stream } from '../support/misbehaving-server.ts';
import { asks, contentOf, errorOf, newRoot, post, recordedRoot, testProxy } from './proxy.fixture.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

/** Answers each route as OpenAI does, streams in several packets. */
const model: Behaviour = async (reply, asked) => {
  const { path, body, n } = asked;
  if (path === '/v1/chat/completions' && body['stream'] === true) {
    return stream(reply, [...chunksFor(asked, ['all ', 'is ', 'well']).map((chunk) => sse(chunk)), DONE], { gapMs: 5 });
  }
  const answers: Readonly<Record<string, unknown>> = {
    '/v1/chat/completions': completion(`answer ${n}`),
    '/v1/responses': {
      id: `resp_${n}`,
      object: 'response',
      status: 'completed',
      model: 'gpt-4o',
      output: [
        {
          type: 'message',
          id: `msg_${n}`,
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: `said ${n}`, annotations: [] }],
        },
      ],
      usage: { input_tokens: 3, output_tokens: 4, total_tokens: 7 },
    },
    '/v1/embeddings': {
      object: 'list',
      model: 'embed',
      data: [{ object: 'embedding', index: 0, embedding: [0.25, n] }],
      usage: { prompt_tokens: 2, total_tokens: 2 },
    },
    '/v1/completions': {
      id: `cmpl-${n}`,
      object: 'text_completion',
      created: 1,
      model: 'gpt-3.5-turbo-instruct',
      choices: [{ index: 0, text: `text ${n}`, finish_reason: 'stop', logprobs: null }],
      usage: { prompt_tokens: 2, completion_tokens: 2, total_tokens: 4 },
    },
  };
  await pause(3);
  return say(reply, 200, JSON.stringify(answers[path]), JSON_TYPE);
};

/** What an unmodified client of the SDK gets of every route. */
async function everyRoute(baseURL: string) {
  const client = new OpenAI({ baseURL, apiKey: 'sk-client-0123456789abcdef', maxRetries: 0, logLevel: 'off' });
  const messages = [{ role: 'user' as const, content: 'how is it?' }];
  const streamed: string[] = [];
  const whole = await client.chat.completions.create({ model: 'gpt-4o', messages });
  for await (const chunk of await client.chat.completions.create({
    model: 'gpt-4o',
    messages: [...messages, ...messages],
    stream: true,
  })) {
    streamed.push(chunk.choices[0]?.delta.content ?? '');
  }
  const first = await client.responses.create({ model: 'gpt-4o', input: 'one' });
  const second = await client.responses.create({ model: 'gpt-4o', input: 'two', previous_response_id: first.id });
  const embedded = await client.embeddings.create({ model: 'embed', input: 'word', encoding_format: 'float' });
  const legacy = await client.completions.create({ model: 'gpt-3.5-turbo-instruct', prompt: 'once' });
  return {
    whole: whole.choices[0]!.message.content,
    streamed,
    first: first.output_text,
    second: second.output_text,
    embedded: embedded.data[0]!.embedding,
    legacy: legacy.choices[0]!.text,
  };
}

describe('a recording through the proxy', () => {
  it('of every route replays to the same client with the same answers, and asks nobody', async () => {
    await using endpoint = await misbehavingServer(model);
    const root = newRoot();
    await using recording = await testProxy({ root, mode: 'auto', upstream: endpoint.baseURL });
    const told = await everyRoute(recording.baseURL);
    expect(told).toMatchObject({ whole: 'answer 0', first: 'said 2', second: 'said 3', embedded: [0.25, 4], legacy: 'text 5' });
    expect(told.streamed.join('')).toBe('all is well');
    const { recorded } = await recording.close();
    expect(recorded).toMatchObject([{ scenario: 'triage', recorded: 6, reused: 0, changed: true }]);
    expect(recording.lines().at(-1)).toMatchObject({ t: 'end' });

    await using replay = await testProxy({ root });
    for (const run of ['a', 'b']) expect(await everyRoute(`${replay.at}/s/triage/r/${run}/v1`)).toEqual(told);
    expect(endpoint.asked).toHaveLength(6);
    const { runs } = await replay.control<{ runs: RunSummary[] }>('runs');
    await replay.close();
    // A stream of 6 packets 5 ms apart, and five answers of 3 ms, one after another.
    for (const { latencyMs, workMs } of runs) expect([latencyMs, latencyMs >= 40]).toEqual([workMs, true]);
    rmSync(root, { recursive: true });
  });

  it('gives two runs that ask the same at once the same answer, and asks the endpoint once', async () => {
    await using endpoint = await misbehavingServer(model);
    await using proxy = await testProxy({ mode: 'auto', upstream: endpoint.baseURL });
    const asked = ['a', 'b', 'c', 'd'].map((run) => post(`${proxy.at}/r/${run}/v1/chat/completions`, asks('same')));
    expect(new Set(await Promise.all((await Promise.all(asked)).map(contentOf))).size).toBe(1);
    expect(endpoint.asked).toHaveLength(1);
    expect((await proxy.close()).notices).toEqual([]);
    expect(proxy.lines().filter(({ t }) => t === 'call')).toHaveLength(1);
  });

  it('keeps repeats of one run that are under way together as occurrences of their own', async () => {
    await using endpoint = await misbehavingServer(model);
    await using proxy = await testProxy({ mode: 'auto', upstream: endpoint.baseURL });
    const replies = await Promise.all([1, 2, 3].map(() => post(`${proxy.baseURL}/chat/completions`, asks('vote'))));
    expect(new Set(await Promise.all(replies.map(contentOf))).size).toBe(3);
    expect(new Set(replies.map(({ headers }) => headers.get('x-fixture-occurrence')))).toEqual(new Set(['0', '1', '2']));
  });

  it('does not take the place of another one unless the person says so', async () => {
    const root = await recordedRoot([{ user: 'old' }]);
    await using endpoint = await misbehavingServer(model);
    const file = (await testProxy({ root })).file;
    const before = readFileSync(file, 'utf8');
    await using proxy = await testProxy({ root, mode: 'record', upstream: endpoint.baseURL });
    const refused = await post(`${proxy.baseURL}/chat/completions`, asks('new'));
    expect([refused.status, (await errorOf(refused)).remedy]).toEqual([409, expect.stringContaining('--replace')]);
    await proxy.close();
    expect([readFileSync(file, 'utf8'), endpoint.asked.length]).toEqual([before, 0]);
    await using replacing = await testProxy({ root, mode: 'record', replace: true, upstream: endpoint.baseURL });
    expect((await post(`${replacing.baseURL}/chat/completions`, asks('new'))).status).toBe(200);
    await replacing.close();
    expect(replacing.lines().filter(({ t }) => t === 'call')).toMatchObject([{ model: 'gpt-4o', end: 'ok' }]);
    rmSync(root, { recursive: true });
  });

  it('of live traffic keeps nothing', async () => {
    await using endpoint = await misbehavingServer(model);
    await using proxy = await testProxy({ mode: 'live', upstream: endpoint.baseURL });
    const replies = [
      await post(`${proxy.baseURL}/chat/completions`, asks('one')),
      await post(`${proxy.baseURL}/chat/completions`, asks('one')),
    ];
    expect(await Promise.all(replies.map(contentOf))).toEqual(['answer 0', 'answer 1']);
    expect(replies[0]!.headers.get('x-fixture-provenance')).toBe('real');
    expect((await proxy.close()).recorded).toEqual([]);
    expect(() => proxy.lines()).toThrow('ENOENT');
  });

  it('passes the failures of an endpoint on, and keeps them', async () => {
    await using endpoint = await misbehavingServer((reply) =>
      say(reply, 429, '{"error":{"message":"slow down","type":"rate_limit"}}', { ...JSON_TYPE, 'retry-after': '7' }),
    );
    await using proxy = await testProxy({ mode: 'auto', upstream: endpoint.baseURL });
    const reply = await post(`${proxy.baseURL}/chat/completions`, asks('one'));
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([429, '7']);
    await proxy.close();
    expect(proxy.lines().find(({ t }) => t === 'call')).toMatchObject({ status: 429, end: 'error' });
  });

  it('where nobody answers says so with 502, and leaves nothing behind', async () => {
    await using proxy = await testProxy({ mode: 'auto', upstream: 'http://127.0.0.1:9/v1' });
    const reply = await post(`${proxy.baseURL}/chat/completions`, asks('one'));
    expect([reply.status, (await errorOf(reply)).type]).toEqual([502, 'upstream_unavailable']);
    expect((await proxy.close()).recorded).toMatchObject([{ recorded: 0, changed: false }]);
  });
});

describe('a client that goes away', () => {
  it('takes its request to the endpoint with it; the server goes on', async () => {
    await using endpoint = await misbehavingServer(
      (reply) =>
        void reply.writeHead(200, { 'content-type': 'text/event-stream' }).write(sse({ choices: [{ delta: { content: 'a' } }] })),
    );
    await using proxy = await testProxy({ mode: 'auto', upstream: endpoint.baseURL });
    const stop = new AbortController();
    const reply = await post(`${proxy.baseURL}/chat/completions`, asks('long', { stream: true }), {}, stop.signal);
    await reply.body!.getReader().read();
    stop.abort();
    await expect.poll(() => endpoint.abandoned()).toBe(1);
    await expect.poll(async () => (await proxy.control<{ calls: CallEntry[] }>('calls')).calls[0]?.end).toBe('aborted');
    expect((await proxy.close()).notices).toEqual([]);
    expect(proxy.lines().find(({ t }) => t === 'call')).toMatchObject({ end: 'cancelled' });
  });

  it('is waited for by nobody else: whoever replays that and reads on gets a miss, streamed or whole', async () => {
    await using endpoint = await misbehavingServer(
      (reply) =>
        void reply.writeHead(200, { 'content-type': 'text/event-stream' }).write(sse({ choices: [{ delta: { content: 'a' } }] })),
    );
    const root = newRoot();
    const recording = await testProxy({ root, mode: 'auto', upstream: endpoint.baseURL });
    const stop = new AbortController();
    const reply = await post(`${recording.baseURL}/chat/completions`, asks('long', { stream: true }), {}, stop.signal);
    await reply.body!.getReader().read();
    stop.abort();
    await expect.poll(() => endpoint.abandoned()).toBe(1);
    await recording.close();
    await using replay = await testProxy({ root });
    const streamed = await post(`${replay.at}/r/a/v1/chat/completions`, asks('long', { stream: true }));
    expect([streamed.status, await streamed.text()]).toEqual([200, expect.stringContaining('fixture_miss') as string]);
    expect((await post(`${replay.at}/r/b/v1/chat/completions`, asks('long'))).status).toBe(404);
    const { calls } = await replay.control<{ calls: CallEntry[] }>('calls');
    expect(calls.map(({ end }) => end)).toEqual(['miss', 'miss']);
    expect((await replay.control<{ misses: unknown[] }>('misses')).misses).toHaveLength(2);
    rmSync(root, { recursive: true });
  });
});

describe('a stream that breaks off', () => {
  it('breaks off at the client, while it is recorded and in every replay', async () => {
    await using endpoint = await misbehavingServer(async (reply, asked) => {
      reply.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const piece of chunksFor(asked, ['half ']).slice(0, 2)) reply.write(sse(piece));
      await pause(10);
      reply.destroy();
    });
    const root = newRoot();
    const readAll = async (baseURL: string) => {
      const pieces: string[] = [];
      const client = new OpenAI({ baseURL, apiKey: 'none', maxRetries: 0, logLevel: 'off' });
      try {
        for await (const chunk of await client.chat.completions.create({
          model: 'gpt-4o',
          messages: [{ role: 'user', content: 'all' }],
          stream: true,
        })) {
          pieces.push(chunk.choices[0]?.delta.content ?? '');
        }
        return [...pieces, 'ended'];
      } catch {
        return [...pieces, 'broken'];
      }
    };
    const recording = await testProxy({ root, mode: 'auto', upstream: endpoint.baseURL });
    expect(await readAll(recording.baseURL)).toEqual(['', 'half ', 'broken']);
    expect((await recording.close()).notices).toEqual([]);
    await using replay = await testProxy({ root });
    expect(await readAll(replay.baseURL)).toEqual(['', 'half ', 'broken']);
    await expect.poll(async () => (await replay.control<{ calls: CallEntry[] }>('calls')).calls[0]?.end).toBe('error');
    rmSync(root, { recursive: true });
  });
});

describe('the end of a session', () => {
  it('lets requests on their way finish, then breaks those that do not, and brings the file into order', async () => {
    await using endpoint = await misbehavingServer((reply, { n }) =>
      n === 0 ? pause(40).then(() => say(reply, 200, JSON.stringify(completion('late')), JSON_TYPE)) : undefined,
    );
    await using proxy = await testProxy({ mode: 'auto', upstream: endpoint.baseURL, limits: { drainMs: 150 } });
    const late = post(`${proxy.baseURL}/chat/completions`, asks('late'));
    await expect.poll(() => endpoint.asked.length).toBe(1);
    const never = post(`${proxy.baseURL}/chat/completions`, asks('never')).catch((error: unknown) => error);
    await expect.poll(() => endpoint.asked.length).toBe(2);
    const closed = proxy.close();
    expect(await contentOf(await late)).toBe('late');
    expect(await never).toBeInstanceOf(TypeError);
    expect((await closed).recorded).toMatchObject([{ recorded: 1, changed: true }]);
    expect(proxy.lines().at(-1)).toMatchObject({ t: 'end' });
    await expect(fetch(`${proxy.at}/healthz`)).rejects.toThrow();
  });
});
