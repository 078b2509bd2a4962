import { rmSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realClock } from '../../src/kernel/real-clock.ts';
import type { CallEntry, RunSummary } from '../../src/proxy/ledger.ts';
import { chunk, DONE, misbehavingServer, sse } from '../support/misbehaving-server.ts';
import { asks, contentOf, errorOf, post, recordedRoot, type TestProxy, testProxy } from './proxy.fixture.ts';

const sdkAt = (baseURL: string, apiKey = 'none') => new OpenAI({ baseURL, apiKey, logLevel: 'off' });

let root: string;
let served: TestProxy;
beforeAll(async () => {
  root = await recordedRoot([
    { user: 'one', ms: 100 },
    { user: 'one', say: 'another answer', ms: 150 },
    { user: 'two', ms: 250 },
    { user: 'three', ms: 400 },
    {
      user: 'tell',
      ms: 60,
      stream: [
        [20, sse(chunk({ role: 'assistant', content: '' }))],
        [30, sse(chunk({ content: 'well, ' }))],
        [50, sse(chunk({ content: 'well' }))],
        [60, sse(chunk({}, 'stop')) + DONE],
      ],
    },
  ]);
  served = await testProxy({ root });
});
afterAll(async () => {
  await served.close();
  rmSync(root, { recursive: true });
});

const inRun = (run: string) => `${served.at}/s/triage/r/${run}/v1`;

describe('a replay', () => {
  it('gives repeats of a run in their order, to each run anew, and then a miss', async () => {
    for (const run of ['a', 'b']) {
      const url = `${inRun(run)}/chat/completions`;
      const replies = [await post(url, asks('one')), await post(url, asks('one')), await post(url, asks('one'))];
      expect(replies.map(({ status }) => status)).toEqual([200, 200, 404]);
      expect([await contentOf(replies[0]!), await contentOf(replies[1]!)]).toEqual(['answer to one', 'another answer']);
      expect((await errorOf(replies[2]!)).message).toMatch(/used up/);
    }
  });

  it('says of every answer which it is, where it comes from and how long it took', async () => {
    const { headers } = await post(`${inRun('facts')}/chat/completions`, asks('two'));
    const fact = (name: string) => headers.get(`x-fixture-${name}`);
    expect(fact('id')).toMatch(/^[\w-]{22}#0#0$/);
    expect(`${fact('key')}#0#${fact('occurrence')}`).toBe(fact('id'));
    expect([fact('tier'), fact('provenance'), fact('latency-ms'), fact('start-ms')]).toEqual(['exact', 'simulated', '250', '0']);
  });

  it('of something that is not recorded ends after one attempt of the SDK, with the explanation', async () => {
    const client = sdkAt(inRun('missing'));
    const error = await client.chat.completions
      .create({ model: 'gpt-4o', messages: [{ role: 'user', content: 'nine' }] })
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(OpenAI.NotFoundError);
    const { headers, error: body } = error as InstanceType<typeof OpenAI.NotFoundError>;
    expect(headers.get('x-should-retry')).toBe('false');
    expect(headers.get('x-fixture-miss')).toMatch(/^[\w-]{22}$/);
    expect(body).toMatchObject({
      type: 'fixture_miss',
      code: 'fixture_miss',
      remedy: expect.stringContaining('--mode auto') as string,
    });
    expect((await served.control<{ calls: CallEntry[] }>('calls?run=missing')).calls).toMatchObject([
      { end: 'miss', status: 404, startMs: 0, endMs: 0 },
    ]);
    expect((await served.control<{ misses: unknown[] }>('misses?run=missing')).misses).toHaveLength(1);
  });

  it('never goes upstream, whatever the request says', async () => {
    await using endpoint = await misbehavingServer((reply) => void reply.writeHead(200).end('{}'));
    await using proxy = await testProxy({ root, upstream: endpoint.baseURL });
    for (const mode of ['auto', 'record', 'live']) {
      const refused = await post(`${proxy.baseURL}/chat/completions`, asks('new'), { 'x-fixture-mode': mode });
      expect([refused.status, (await errorOf(refused)).remedy]).toEqual([403, `start it with --mode ${mode}`]);
    }
    expect((await post(`${proxy.baseURL}/chat/completions`, asks('new'))).status).toBe(404);
    expect(endpoint.asked).toEqual([]);
  });

  it('of a scenario without any recording says so', async () => {
    const reply = await post(`${served.at}/s/nothing/v1/chat/completions`, asks('one'));
    expect([reply.status, reply.headers.get('x-should-retry')]).toEqual([404, 'false']);
    expect(await errorOf(reply)).toMatchObject({ type: 'fixture_miss', message: 'nothing has been recorded for nothing/openai' });
  });

  it('lists the models that are recorded', async () => {
    const { data } = await sdkAt(served.baseURL).models.list();
    expect(data.map(({ id }) => id)).toEqual(['gpt-4o']);
  });
});

describe('a replayed stream', () => {
  const ask = { model: 'gpt-4o', messages: [{ role: 'user' as const, content: 'tell' }], stream: true as const };

  it('has its recorded pieces, through the SDK', async () => {
    const stream = await sdkAt(inRun('streamed')).chat.completions.create(ask);
    const pieces: (string | null | undefined)[] = [];
    for await (const piece of stream) pieces.push(piece.choices[0]?.delta.content);
    expect(pieces).toEqual(['', 'well, ', 'well', undefined]);
    await expect
      .poll(async () => (await served.control<{ calls: CallEntry[] }>('calls?run=streamed')).calls)
      .toMatchObject([{ end: 'ok', endMs: 60 }]);
  });

  it('is given whole to who wants no stream', async () => {
    const { stream: _stream, ...whole } = ask;
    expect(await contentOf(await post(`${inRun('whole')}/chat/completions`, whole))).toBe('well, well');
  });

  it('comes at its recorded times, by absolute due times, when it is paced', async () => {
    const clock = realClock();
    const began = clock.nowUs();
    const response = await post(`${inRun('paced')}/chat/completions`, ask, { 'x-fixture-pace': '0.5' });
    const firstMs = (clock.nowUs() - began) / 1000;
    const text = await response.text();
    const lastMs = (clock.nowUs() - began) / 1000;
    expect(text.endsWith(DONE)).toBe(true);
    // Twice as slow as recorded: 20 and 60 ms become 40 and 120. A loaded machine may add to it, but never takes away.
    expect(firstMs).toBeGreaterThanOrEqual(39);
    expect(lastMs).toBeGreaterThanOrEqual(119);
    expect(response.headers.get('x-fixture-latency-ms')).toBe('60');
  });

  it('ends in the ledger where its client went away', async () => {
    const stop = new AbortController();
    const response = await post(`${inRun('left')}/chat/completions`, ask, { 'x-fixture-pace': '0.1' }, stop.signal);
    await response.body!.getReader().read();
    stop.abort();
    await expect.poll(async () => (await served.control<{ calls: CallEntry[] }>('calls?run=left')).calls[0]?.end).toBe('aborted');
    const [{ endMs }] = (await served.control<{ calls: CallEntry[] }>('calls?run=left')).calls as [CallEntry];
    expect(endMs).toBeGreaterThanOrEqual(19);
    expect(endMs).toBeLessThanOrEqual(60);
    expect((await fetch(`${served.at}/healthz`)).status).toBe(200);
  });
});

describe('the modelled latency of a run', () => {
  it('is the sum of what follows one another, and the longest of what goes together', async () => {
    const url = (run: string) => `${inRun(run)}/chat/completions`;
    for (const user of ['one', 'two', 'three']) await (await post(url('chain'), asks(user))).text();
    // Slow enough that all three are under way together.
    const paced = { 'x-fixture-pace': '2' };
    await Promise.all(['one', 'two', 'three'].map(async (user) => (await post(url('fan'), asks(user), paced)).text()));
    await (await post(url('fan'), asks('one'))).text();
    const runs = async (run: string) => (await served.control<{ runs: RunSummary[] }>(`runs?run=${run}`)).runs;
    await expect
      .poll(() => runs('fan'))
      .toMatchObject([{ calls: 4, open: 0, misses: 0, errors: 0, workMs: 900, latencyMs: 550 }]);
    expect(await runs('chain')).toMatchObject([{ calls: 3, open: 0, workMs: 750, latencyMs: 750 }]);
  });

  it('begins anew when a run is forgotten, and so do its repeats', async () => {
    const url = `${inRun('again')}/chat/completions`;
    expect((await post(url, asks('two'))).status).toBe(200);
    expect((await post(url, asks('two'))).status).toBe(404);
    const forgotten = await fetch(`${served.at}/__fixtures/runs?run=again`, {
      method: 'DELETE',
      headers: { 'x-fixture-token': 'control-token-0123456789' },
    });
    expect(await forgotten.json()).toEqual({ forgotten: 1 });
    expect((await post(url, asks('two'))).headers.get('x-fixture-start-ms')).toBe('0');
  });
});

describe('many requests', () => {
  it('at 16 connections all get their answer', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 16 });
    const body = JSON.stringify(asks('two'));
    const one = (n: number) =>
      new Promise<number>((resolve, reject) => {
        const sent = httpRequest(
          `${inRun(`load-${n}`)}/chat/completions`,
          { method: 'POST', agent, headers: { 'content-length': body.length } },
          (answer) => {
            answer.resume().on('end', () => resolve(answer.statusCode!));
          },
        );
        sent.on('error', reject).end(body);
      });
    const counts = new Map<number, number>();
    const lane = async (from: number) => {
      for (let n = from; n < 2000; n += 16) {
        const status = await one(n);
        counts.set(status, (counts.get(status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: 16 }, (_, from) => lane(from)));
    agent.destroy();
    expect(Object.fromEntries(counts)).toEqual({ 200: 2000 });
  });
});
