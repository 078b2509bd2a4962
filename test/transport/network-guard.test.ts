import { createServer, type Server } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installNetworkGuard } from '../../src/transport/network-guard.ts';
import { openaiPort } from '../../src/transport/openai-port.ts';
import { onClock } from '../fixtures/recording.fixture.ts';

// A name that never resolves (RFC 2606): without the guard these attempts end in ENOTFOUND, with it in ENETUNREACH.
const OUTSIDE = 'https://api.example.invalid/v1';
const savedFetch = globalThis.fetch;

const codesOf = (error: unknown): string[] => {
  const codes: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) codes.push((at as { code?: string }).code ?? at.name);
  return codes;
};

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

const overHttps = (): Promise<unknown> => new Promise((resolve, reject) => request(OUTSIDE, resolve).on('error', reject).end());

describe('installNetworkGuard', () => {
  let collector: Server;
  let place: string;
  beforeEach(async () => {
    collector = createServer((_request, response) => response.end('taken'));
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    place = `127.0.0.1:${(collector.address() as AddressInfo).port}`;
  });
  afterEach(() => collector.close());

  it('stops fetch, a fetch taken before, node:https and the openai SDK, and lets the collector be reached', async () => {
    using _guard = await installNetworkGuard({ allow: [place] });
    for (const attempt of [() => fetch(OUTSIDE), () => savedFetch(OUTSIDE), overHttps]) {
      expect(codesOf(await failureOf(attempt()))).toContain('ENETUNREACH');
    }
    const port = openaiPort({ baseURL: OUTSIDE, apiKey: 'x', fetch: savedFetch, provenance: 'real', pricedOn: '2026-11-20' });
    const { value } = await onClock((info) =>
      failureOf(port.call({ model: 'm', messages: [{ role: 'user', content: 'x' }] }, info)),
    );
    expect(value).toMatchObject({ code: 'network_blocked', facts: { retryable: false } });
    const { OpenAI } = await import('openai');
    const client = new OpenAI({ apiKey: 'x', baseURL: OUTSIDE, maxRetries: 0, logLevel: 'off' });
    expect(codesOf(await failureOf(client.models.list()))).toContain('ENETUNREACH');
    expect(await (await fetch(`http://${place}/v1/traces`, { method: 'POST', body: '{}' })).text()).toBe('taken');
  });

  it('does not let a place pass that is not in the list', async () => {
    using _guard = await installNetworkGuard({ allow: [] });
    expect(codesOf(await failureOf(fetch(`http://${place}/`)))).toContain('ENETUNREACH');
  });

  it('lets everything pass again once it is disposed', async () => {
    (await installNetworkGuard({ allow: [] }))[Symbol.dispose]();
    expect(await (await fetch(`http://${place}/`)).text()).toBe('taken');
  });
});
