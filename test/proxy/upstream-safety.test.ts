import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { completion } from '../fixtures/recording.fixture.ts';
import { type Behaviour, misbehavingServer } from '../support/misbehaving-server.ts';
import { asks, errorOf, post, raw, testProxy } from './proxy.fixture.ts';

const CANARY = 'sk-CANARY0123456789abcdef';

const answering: Behaviour = (reply, { n }) =>
  void reply
    .writeHead(200, { 'content-type': 'application/json', 'set-cookie': `id=${CANARY}`, 'openai-organization': CANARY })
    .end(JSON.stringify(completion(`answer ${n}`)));

describe('what goes to the endpoint, and into files', () => {
  it('is the body and the key of the server: nothing else of what a client sends', async () => {
    await using endpoint = await misbehavingServer(answering);
    await using proxy = await testProxy({ mode: 'auto', upstream: endpoint.baseURL });
    const headers = {
      authorization: `Bearer ${CANARY}`,
      'x-secret': CANARY,
      cookie: `a=${CANARY}`,
      'openai-organization': CANARY,
      'x-fixture-agent': `writer ${CANARY}`,
      'x-fixture-path': `agent:writer#0/${CANARY}`,
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      baggage: `key=${CANARY}`,
    };
    const reply = await post(`${proxy.baseURL}/chat/completions?key=${CANARY}`, asks(`my key is ${CANARY}`), headers);
    expect(reply.status).toBe(200);
    expect([...reply.headers].flat().join()).not.toContain(CANARY);
    expect(
      await (await post(`${proxy.baseURL}/chat/completions`, asks('x'.repeat(30), { model: 5 }), headers)).text(),
    ).not.toContain(CANARY);
    expect((await post(`${proxy.at}/r/${CANARY}/v1/chat/completions`, asks('named'))).status).toBe(400);
    const [sent] = endpoint.asked;
    expect(sent!.path).toBe('/v1/chat/completions');
    expect(sent!.headers.authorization).toBe('Bearer sk-UPSTREAM-0123456789abcdef');
    expect(JSON.stringify(sent!.headers)).not.toContain('CANARY');
    const told = JSON.stringify([await proxy.control('calls'), await proxy.control('runs'), await proxy.control('misses')]);
    await proxy.close();
    const spans = readFileSync(join(proxy.root, 'reports', 'proxy-test', 'spans.jsonl'), 'utf8');
    const fixtures = readFileSync(proxy.file, 'utf8');
    for (const text of [told, spans, fixtures]) {
      expect(text).not.toContain('CANARY');
      expect(text).not.toContain('sk-UPSTREAM');
    }
    expect(fixtures).toContain('«secret:sk#1»');
  });

  it('goes where the configuration says, never where a request says', async () => {
    await using endpoint = await misbehavingServer(answering);
    await using other = await misbehavingServer(answering);
    await using proxy = await testProxy({ mode: 'live', upstream: endpoint.baseURL });
    const tries = {
      'x-fixture-upstream': other.baseURL,
      'x-forwarded-host': new URL(other.baseURL).host,
      'x-upstream': other.baseURL,
      'openai-base-url': other.baseURL,
    };
    expect(
      (
        await post(
          `${proxy.baseURL}/chat/completions?upstream=${other.baseURL}`,
          asks('one', { base_url: other.baseURL, api_base: other.baseURL }),
          tries,
        )
      ).status,
    ).toBe(200);
    const absolute = await raw(proxy.port, {
      method: 'POST',
      path: `${other.baseURL}/chat/completions`,
      body: JSON.stringify(asks('one')),
    });
    expect(absolute.status).toBe(421);
    expect([endpoint.asked.length, other.asked.length]).toEqual([1, 0]);
  });

  it('follows no redirect', async () => {
    await using other = await misbehavingServer(answering);
    await using endpoint = await misbehavingServer(
      (reply) => void reply.writeHead(307, { location: `${other.baseURL}/chat/completions` }).end(),
    );
    await using proxy = await testProxy({ mode: 'live', upstream: endpoint.baseURL });
    const reply = await fetch(`${proxy.baseURL}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify(asks('one')),
      redirect: 'manual',
    });
    expect(reply.status).toBe(307);
    expect(reply.headers.has('location')).toBe(false);
    expect([endpoint.asked.length, other.asked.length]).toEqual([1, 0]);
  });

  it('is limited in number', async () => {
    await using endpoint = await misbehavingServer(answering);
    await using proxy = await testProxy({ mode: 'live', upstream: endpoint.baseURL, maxCalls: 2 });
    const replies = [];
    for (const user of ['a', 'b', 'c']) replies.push(await post(`${proxy.baseURL}/chat/completions`, asks(user)));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 403]);
    expect([await errorOf(replies[2]!), replies[2]!.headers.get('x-should-retry')]).toMatchObject([
      { type: 'limit_exceeded' },
      'false',
    ]);
    expect(endpoint.asked).toHaveLength(2);
  });
});
