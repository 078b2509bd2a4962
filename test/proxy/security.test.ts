import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realClock } from '../../src/kernel/real-clock.ts';
import { fixturePlace } from '../../src/proxy/fixture-place.ts';
import { asks, newRoot, post, raw, recordedRoot, type TestProxy, testProxy, TOKEN } from './proxy.fixture.ts';

const clock = realClock();

let root: string;
let served: TestProxy;
beforeAll(async () => {
  root = await recordedRoot([{ user: 'one' }]);
  served = await testProxy({ root, limits: { bodyBytes: 10_000 } });
});
afterAll(async () => {
  await served.close();
  rmSync(root, { recursive: true });
});

const PATHS = ['/healthz', '/v1/models', '/__fixtures/stats', '/v1/chat/completions'];

describe('who may talk to the server', () => {
  it.each(PATHS)('a rebound name gets 421 at %s', async (path) => {
    for (const host of ['evil.example', `evil.example:${served.port}`, '127.0.0.1.evil.example', 'localhost.']) {
      expect((await raw(served.port, { path, headers: { host } })).status, host).toBe(421);
    }
  });

  it('its own names pass', async () => {
    for (const host of ['127.0.0.1', 'localhost', 'LocalHost:1', `[::1]:${served.port}`]) {
      expect((await raw(served.port, { path: '/healthz', headers: { host } })).status, host).toBe(200);
    }
  });

  it.each(PATHS)('a web page gets 403 at %s, whatever it calls itself, and nothing that lets it read an answer', async (path) => {
    const pages: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: served.at },
      { 'sec-fetch-site': 'cross-site' },
    ];
    for (const headers of pages) {
      const answer = await raw(served.port, { path, headers });
      expect(answer.status).toBe(403);
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
    }
    const preflight = await raw(served.port, {
      method: 'OPTIONS',
      path,
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(403);
  });

  it('names and pages that the person has listed pass, still without a header for other pages', async () => {
    await using proxy = await testProxy({ gate: { hosts: ['bench.test'], origins: ['https://app.test'], token: undefined } });
    const answer = await raw(proxy.port, { path: '/healthz', headers: { host: 'bench.test', origin: 'https://app.test' } });
    expect(answer.status).toBe(200);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    expect(
      (await raw(proxy.port, { path: '/healthz', headers: { host: 'bench.test', origin: 'https://other.test' } })).status,
    ).toBe(403);
  });

  it('an address of other machines needs a token, and then every request needs it', async () => {
    await expect(testProxy({ host: '0.0.0.0' })).rejects.toMatchObject({
      code: 'usage',
      remedy: expect.stringContaining('--token') as string,
    });
    const gate = { hosts: [], origins: [], token: 'a-secret-of-the-server' };
    await using proxy = await testProxy({ root, host: '0.0.0.0', gate });
    const url = `${proxy.baseURL}/chat/completions`;
    const statusWith = async (headers: Record<string, string>) => (await post(url, asks('one'), headers)).status;
    expect(await statusWith({})).toBe(401);
    expect(await statusWith({ authorization: 'Bearer a-secret-of-the-serveR' })).toBe(401);
    expect((await fetch(`${proxy.at}/healthz`)).status).toBe(401);
    expect(await statusWith({ authorization: `Bearer ${gate.token}`, 'x-fixture-run': 'a' })).toBe(200);
    expect(await statusWith({ authorization: 'Bearer sk-fix-triage.b', 'x-fixture-token': gate.token })).toBe(200);
  });

  it('the control API needs its token: in a header, as a bearer or in the query', async () => {
    for (const what of ['runs', 'calls', 'misses', 'stats', 'nothing', '']) {
      for (const headers of [{}, { 'x-fixture-token': 'wrong' }, { authorization: 'Bearer none' }]) {
        expect((await fetch(`${served.at}/__fixtures/${what}`, { headers: headers as Record<string, string> })).status).toBe(401);
      }
    }
    expect((await fetch(`${served.at}/__fixtures/runs`, { method: 'DELETE' })).status).toBe(401);
    expect((await fetch(`${served.at}/__fixtures/stats?token=${TOKEN}`)).status).toBe(200);
    expect((await fetch(`${served.at}/__fixtures/stats`, { headers: { authorization: `Bearer ${TOKEN}` } })).status).toBe(200);
    expect((await fetch(`${served.at}/__fixtures/nothing?token=${TOKEN}`)).status).toBe(404);
    expect((await fetch(`${served.at}/__fixtures/constructor?token=${TOKEN}`)).status).toBe(404);
    expect((await fetch(`${served.at}/__fixtures/calls?token=${TOKEN}`, { method: 'DELETE' })).status).toBe(405);
  });
});

describe('what bounds a request', () => {
  it('a body that is too long gets 413, told or not', async () => {
    const url = `${served.baseURL}/chat/completions`;
    expect((await post(url, 'x'.repeat(10_001))).status).toBe(413);
    const chunked = await fetch(url, {
      method: 'POST',
      body: new Blob([new Uint8Array(20_000)]).stream(),
      duplex: 'half',
    });
    expect(chunked.status).toBe(413);
    expect((await post(url, asks('nobody'))).status).toBe(404);
  });

  it.each([
    ['head', 'X-A: b\r\n', { headersMs: 200, requestMs: 20_000 }],
    ['body', 'Content-Length: 100\r\n\r\n{"model', { headersMs: 200, requestMs: 400 }],
  ])('who sends a %s drop by drop is let go in time', async (_what, rest, limits) => {
    await using proxy = await testProxy({ limits });
    const began = clock.nowUs();
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(proxy.port, '127.0.0.1', () =>
        socket.write(`POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\n${rest}`),
      );
      socket.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      socket.on('error', () => {}).on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(clock.nowUs() - began).toBeLessThan(10_000_000);
  });

  it('a head that is too long gets 431', async () => {
    expect((await raw(served.port, { path: '/healthz', headers: { 'x-long': 'a'.repeat(20_000) } })).status).toBe(431);
  });

  it('bodies that are no request, or nested without end, get 400', async () => {
    const url = `${served.baseURL}/chat/completions`;
    const deep = `{"model":"m","messages":[{"role":"user","content":${'['.repeat(2000)}${']'.repeat(2000)}}]}`;
    for (const body of ['', '{', '[]', 'null', '{"messages":1}', deep]) {
      const reply = await post(url, body);
      expect([reply.status, reply.headers.get('x-should-retry')], body.slice(0, 20)).toEqual([400, 'false']);
    }
    expect((await post(url, asks('one'), { 'content-encoding': 'gzip' })).status).toBe(415);
  });

  it('keys that change prototypes change none', async () => {
    await post(
      `${served.baseURL}/chat/completions`,
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"messages":[{"role":"user","content":"x","__proto__":{"polluted":1}}]}',
    );
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('other routes get 404, other methods 405 with those that there are', async () => {
    for (const path of [
      '/',
      '/v1',
      '/v1/files',
      '/v1/chat/completions/extra',
      '/x/y/v1/chat/completions',
      '/v1/../etc/passwd',
      '/v1/s/v1/models',
    ]) {
      expect((await raw(served.port, { method: 'POST', path })).status, path).toBe(404);
    }
    for (const [method, path, allow] of [
      ['GET', '/v1/chat/completions', 'POST'],
      ['DELETE', '/v1/responses', 'POST'],
      ['POST', '/v1/models', 'GET'],
      ['POST', '/healthz', 'GET'],
    ] as const) {
      const answer = await raw(served.port, { method, path });
      expect([answer.status, answer.headers['allow']], path).toEqual([405, allow]);
    }
  });

  it('takes no names that lead out of the folder of fixtures', async () => {
    writeFileSync(join(root, 'secret.jsonl'), 'nobody reads this');
    const names = ['..', '../..', '..%2f..%2fsecret', '%2e%2e', '.hidden', 'a/b', 'a\\b', 'a%00', 'UPPER', 'x'.repeat(65), '%'];
    for (const name of names) {
      const inPath = await raw(served.port, {
        method: 'POST',
        path: `/s/${name}/v1/chat/completions`,
        body: JSON.stringify(asks('one')),
      });
      expect([400, 404], name).toContain(inPath.status);
      expect(inPath.text).not.toContain('nobody reads this');
      const inHeader = await raw(served.port, {
        method: 'POST',
        path: '/v1/chat/completions',
        headers: { 'x-fixture-scenario': name },
        body: JSON.stringify(asks('one')),
      });
      expect(inHeader.status, name).toBe(400);
    }
    expect(readdirSync(join(root, 'fixtures'))).toEqual(['triage']);
    expect(() => fixturePlace(join(root, 'fixtures'), 'triage', '../../secret')).toThrow('is named by');
  });

  it('follows no symbolic link out of the folder, and opens no device', () => {
    const other = newRoot();
    mkdirSync(join(other, 'fixtures', 'inside'));
    symlinkSync(root, join(other, 'fixtures', 'linked'));
    writeFileSync(join(root, 'openai.jsonl'), '');
    expect(() => fixturePlace(join(other, 'fixtures'), 'linked', 'openai')).toThrow('outside');
    expect(() => fixturePlace(join(other, 'fixtures'), 'linked', 'new')).toThrow('outside');
    mkdirSync(join(other, 'fixtures', 'inside', 'folder.jsonl'));
    expect(() => fixturePlace(join(other, 'fixtures'), 'inside', 'folder')).toThrow('no regular file');
    expect(existsSync(fixturePlace(join(other, 'fixtures'), 'inside', 'new'))).toBe(false);
    rmSync(other, { recursive: true });
  });
});
