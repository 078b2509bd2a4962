import type { LookupFunction } from 'node:net';
import { describe, expect, it } from 'vitest';
import { pinnedFetch } from '../../src/proxy/pinned-fetch.ts';
import { upstreamAddress } from '../../src/proxy/upstream-address.ts';

describe('the address of an endpoint', () => {
  const rules = { allowPrivate: false };

  it.each([
    'http://169.254.169.254/v1',
    'https://169.254.169.254/v1',
    'https://[fe80::1]/v1',
    'https://[::ffff:169.254.169.254]/v1',
    'https://2852039166/v1',
    'https://0xa9fea9fe/v1',
    'https://0/v1',
    'https://10.0.0.1/v1',
    'https://192.168.1.1/v1',
    'https://172.20.0.1/v1',
    'https://[fd00::1]/v1',
    'https://[::ffff:10.0.0.1]/v1',
    'https://[64:ff9b::a00:1]/v1',
    'http://models.example/v1',
    'http://8.8.8.8/v1',
    'https://user:password@models.example/v1',
    'file:///etc/passwd',
    'ftp://models.example/',
    'models.example',
  ])('%s is refused', (text) => {
    expect(() => upstreamAddress(text, rules)).toThrow(/the endpoint/);
  });

  it.each([
    ['http://127.0.0.1:11434/v1', 'loopback'],
    ['http://2130706433/v1', 'loopback'],
    ['http://localhost:1/v1', 'loopback'],
    ['http://[::1]:1/v1', 'loopback'],
    ['http://[::ffff:127.0.0.1]:1/v1', 'loopback'],
    ['https://models.example/v1', 'public'],
  ] as const)('%s is taken as %s', (text, reach) => {
    expect(upstreamAddress(text, rules).reach).toBe(reach);
  });

  it('may lie in a private network when the person says so, and never at the link', () => {
    const allowed = { allowPrivate: true };
    expect(upstreamAddress('http://10.0.0.1/v1', allowed).reach).toBe('private');
    expect(() => upstreamAddress('http://169.254.169.254/v1', allowed)).toThrow('link-local');
  });

  it('is judged again at each connection: a name that leads inside now is not asked', async () => {
    const resolving =
      (...addresses: string[]): LookupFunction =>
      (_name, _options, callback) =>
        callback(
          null,
          addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        );
    const address = upstreamAddress('https://models.example/v1', rules);
    const inside = ['127.0.0.1', '::1', '10.0.0.1', '169.254.169.254', '::ffff:127.0.0.1', '0.0.0.0'];
    for (const bad of inside) {
      const ask = pinnedFetch({ address, resolve: resolving('93.184.216.34', bad) });
      await expect(ask('https://models.example/v1/models'), bad).rejects.toMatchObject({ code: 'network_blocked' });
    }
    await expect(pinnedFetch({ address })('https://other.example/v1/models')).rejects.toMatchObject({ code: 'network_blocked' });
    const local = upstreamAddress('http://localhost:1/v1', rules);
    await expect(
      pinnedFetch({ address: local, resolve: resolving('93.184.216.34') })('http://localhost:1/v1'),
    ).rejects.toMatchObject({ code: 'network_blocked' });
  });
});
