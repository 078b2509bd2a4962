import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { completion } from '../fixtures/recording.fixture.ts';
import { type Behaviour, misbehavingServer, pause, say } from '../support/misbehaving-server.ts';
import { asks, contentOf, newRoot, post, testProxy } from './proxy.fixture.ts';

const model: Behaviour = async (reply, { n }) => {
  await pause(20);
  return say(reply, 200, JSON.stringify(completion(`answer ${n}`)), { 'content-type': 'application/json' });
};

const onDay = (day: number) => asks(`Today is 2026-11-${day}. What is open?`);

describe('volatile text that the scrub rules leave out of keys', () => {
  it('does not part two runs that ask at once: one is asked for both', async () => {
    await using endpoint = await misbehavingServer(model);
    await using proxy = await testProxy({ mode: 'auto', upstream: endpoint.baseURL, scrub: ['date'] });
    const asked = [20, 21, 22].map((day) => post(`${proxy.at}/r/run-${day}/v1/chat/completions`, onDay(day)));
    expect(new Set(await Promise.all((await Promise.all(asked)).map(contentOf)))).toEqual(new Set(['answer 0']));
    expect(endpoint.asked).toHaveLength(1);
    expect((await proxy.close()).recorded).toMatchObject([{ recorded: 1, reused: 2 }]);
  });

  it('without rules counts: as many are asked as texts differ', async () => {
    await using endpoint = await misbehavingServer(model);
    await using proxy = await testProxy({ mode: 'auto', upstream: endpoint.baseURL });
    await Promise.all([20, 21].map((day) => post(`${proxy.at}/r/run-${day}/v1/chat/completions`, onDay(day))));
    expect(endpoint.asked).toHaveLength(2);
  });

  it('is left out by the rules of the recording, when it is replayed and when it grows', async () => {
    await using endpoint = await misbehavingServer(model);
    const root = newRoot();
    await using first = await testProxy({ root, mode: 'auto', upstream: endpoint.baseURL, scrub: ['date'] });
    await post(`${first.baseURL}/chat/completions`, onDay(20));
    await first.close();

    await using replay = await testProxy({ root });
    const found = await post(`${replay.baseURL}/chat/completions`, onDay(27));
    expect([found.status, await contentOf(found)]).toEqual([200, 'answer 0']);
    await replay.close();

    await using growing = await testProxy({ root, mode: 'auto', upstream: endpoint.baseURL });
    expect(await contentOf(await post(`${growing.baseURL}/chat/completions`, onDay(28)))).toBe('answer 0');
    expect(await contentOf(await post(`${growing.baseURL}/chat/completions`, asks('And what is closed?')))).toBe('answer 1');
    await growing.close();
    expect(growing.lines()[0]).toMatchObject({ t: 'cassette', scrub: ['date'] });
    expect(endpoint.asked).toHaveLength(2);
    rmSync(root, { recursive: true });
  });
});
