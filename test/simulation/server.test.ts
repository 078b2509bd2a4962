import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/contracts/provider.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import provider from '../../src/providers/simulated.ts';
import { type SimulatedServer, startSimulatedServer } from '../../src/simulation/server.ts';
import { tokenCounter } from '../../src/simulation/tokens.ts';
import { worldOf } from '../../src/simulation/world.ts';
import { BILLING, helpDesk, inputOf, system, user } from './world.fixture.ts';

const request = { model: 'gpt-4o', messages: [system(BILLING), user(inputOf(0))] };
const post = (baseURL: string, body: string) => fetch(`${baseURL}/chat/completions`, { method: 'POST', body });

describe('the provider', () => {
  let endpoint: Endpoint;
  beforeAll(async () => {
    endpoint = await provider.open({ env: {}, scenario: helpDesk() });
  });
  afterAll(() => endpoint[Symbol.asyncDispose]());

  it('describes an endpoint that costs nothing and states its latency', () => {
    const { baseURL, apiKey, provenance, timing, profile, billed } = endpoint;
    expect({ apiKey, provenance, timing, profile, billed }).toEqual({
      apiKey: 'simulated',
      provenance: 'simulated',
      timing: 'modelled',
      profile: 'simulated',
      billed: false,
    });
    expect(baseURL).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
  });

  it('answers over HTTP, equal requests with equal bytes', async () => {
    const replies = await Promise.all([1, 2, 3].map(() => post(endpoint.baseURL, JSON.stringify(request))));
    const texts = await Promise.all(replies.map((reply) => reply.text()));
    expect(replies.map((reply) => reply.status)).toEqual([200, 200, 200]);
    expect(new Set(texts).size).toBe(1);
    expect(Number(replies[0]!.headers.get('openai-processing-ms'))).toBeGreaterThan(0);
    expect(replies[0]!.headers.get('x-simulated')).toBe('profile=strong; seed=1');
    const { usage } = JSON.parse(texts[0]!) as {
      usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
    };
    expect(usage.total_tokens).toBe(usage.prompt_tokens + usage.completion_tokens);
  });

  it('streams events', async () => {
    const reply = await post(endpoint.baseURL, JSON.stringify({ ...request, stream: true }));
    expect(reply.headers.get('content-type')).toBe('text/event-stream');
    expect((await reply.text()).endsWith('data: [DONE]\n\n')).toBe(true);
  });

  it('lists its models and says that it is up', async () => {
    const models = (await (await fetch(`${endpoint.baseURL}/models`)).json()) as { data: { id: string }[] };
    expect(models.data.map(({ id }) => id)).toEqual(['gpt-4o', 'gpt-4o-mini', 'tiny']);
    expect((await fetch(endpoint.baseURL.replace('/v1', '/healthz'))).status).toBe(200);
  });

  it('refuses for good what it cannot answer', async () => {
    const refused = [
      await post(endpoint.baseURL, '{'),
      await post(endpoint.baseURL, JSON.stringify({ ...request, messages: [user('What is the weather like?')] })),
      await post(endpoint.baseURL, JSON.stringify({ ...request, model: 'nobody' })),
      await post(endpoint.baseURL, `"${'x'.repeat(17 * 1024 * 1024)}"`),
      await fetch(`${endpoint.baseURL}/embeddings`, { method: 'POST', body: '{}' }),
    ];
    expect(refused.map((reply) => reply.status)).toEqual([400, 400, 404, 413, 404]);
    expect(new Set(refused.map((reply) => reply.headers.get('x-should-retry')))).toEqual(new Set(['false']));
    for (const reply of refused) expect(await reply.json()).toHaveProperty('error.message');
  });

  it('needs a simulation block', async () => {
    const { simulation: _, ...rest } = helpDesk();
    await expect(provider.open({ env: {}, scenario: rest })).rejects.toMatchObject({ code: 'usage' });
  });

  it('is gone when it is disposed of, even with a connection kept alive', async () => {
    const other = await provider.open({ env: {}, scenario: helpDesk() });
    await (await fetch(`${other.baseURL}/models`)).text();
    await other[Symbol.asyncDispose]();
    await expect(fetch(`${other.baseURL}/models`)).rejects.toThrow('fetch failed');
  });
});

describe('pace real', () => {
  /** A clock on which every wait is over at once, and noted. */
  const notingClock = () => {
    const waits: number[] = [];
    let nowUs = 0;
    const clock: Clock = {
      kind: 'real',
      nowUs: () => nowUs,
      schedule: () => ({ atUs: 0 }),
      cancel: () => {},
      sleep: (delayUs) => {
        waits.push(delayUs);
        nowUs += delayUs;
        return Promise.resolve();
      },
      hold: (work) => work(),
    };
    return { clock, waits };
  };
  const opened = async (clock: Clock): Promise<SimulatedServer> =>
    startSimulatedServer({ world: worldOf(helpDesk()), pace: { kind: 'real', clock } });

  it('waits the modelled latency, in one piece or over the events of a stream', async () => {
    for (const stream of [false, true]) {
      const { clock, waits } = notingClock();
      await using server = await opened(clock);
      const reply = await post(server.baseURL, JSON.stringify({ ...request, stream }));
      await reply.text();
      expect(waits.reduce((sum, wait) => sum + wait, 0)).toBe(Number(reply.headers.get('openai-processing-ms')) * 1000);
      expect(waits.length > 1).toBe(stream);
    }
  });
});

describe('tokenCounter', () => {
  it('counts in o200k_base, and takes control tokens in a message for text', async () => {
    const count = await tokenCounter();
    expect(count('')).toBe(0);
    expect(count('hello world')).toBe(2);
    expect(count('<|endoftext|>')).toBeGreaterThan(1);
  });
});
