import { BlockList, isIP } from 'node:net';
import { redactText } from '../fixtures/redact.ts';
import { PatternbenchError } from '../kernel/errors.ts';

/** Where an endpoint may lie. */
export type Reach = 'loopback' | 'private' | 'public';

const ranges = (...list: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[]): BlockList => {
  const block = new BlockList();
  for (const [net, bits, family] of list) block.addSubnet(net, bits, family);
  return block;
};

const LOOPBACK = ranges(['127.0.0.0', 8, 'ipv4'], ['::1', 128, 'ipv6']);
const PRIVATE = ranges(
  ['10.0.0.0', 8, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['fc00::', 7, 'ipv6'],
);
// Where clouds tell machines their credentials, and addresses that are nobody's.
const NEVER = ranges(
  ['169.254.0.0', 16, 'ipv4'],
  ['0.0.0.0', 8, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
  ['::', 128, 'ipv6'],
);

/** Of which kind an IP address is; undefined for one that is never asked. An IPv4 address inside an IPv6 one counts as itself. */
export function reachOf(address: string): Reach | undefined {
  const ip = unmapped(address);
  const family = isIP(ip) === 6 ? 'ipv6' : isIP(ip) === 4 ? 'ipv4' : undefined;
  if (!family || NEVER.check(ip, family)) return undefined;
  if (LOOPBACK.check(ip, family)) return 'loopback';
  return PRIVATE.check(ip, family) ? 'private' : 'public';
}

function unmapped(address: string): string {
  const bare = address.replace(/^\[|\]$/g, '').toLowerCase();
  // ::ffff:127.0.0.1, in whichever way it is written; 64:ff9b:: is what translators make of IPv4.
  const hex = /^(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(bare);
  if (!hex) return /^(?:::ffff:|64:ff9b::)(\d+(?:\.\d+){3})$/.exec(bare)?.[1] ?? bare;
  const [high, low] = [Number.parseInt(hex[1]!, 16), Number.parseInt(hex[2]!, 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

export interface UpstreamAddress {
  readonly url: URL;
  /** Every address that the name resolves to must be of this kind, each time. */
  readonly reach: Reach;
}

export interface AddressRules {
  /** Endpoints in a private network may be asked, also without encryption. */
  readonly allowPrivate: boolean;
}

/** The address of the endpoint as the person who starts the server gives it. Throws `usage` for what is not one, and for what is refused. */
export function upstreamAddress(text: string, { allowPrivate }: AddressRules): UpstreamAddress {
  const refuse = (why: string, remedy: string) =>
    new PatternbenchError('usage', `the endpoint "${redactText(text)}" ${why}`, { remedy });
  const FULL = 'write it in full, such as https://api.openai.com/v1 or http://127.0.0.1:11434/v1';
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) throw refuse('is no address', FULL);
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') throw refuse('holds a password', 'put the key into OPENAI_API_KEY');
  const host = url.hostname;
  const literal = isIP(host.replace(/^\[|\]$/g, '')) !== 0;
  const reach = host === 'localhost' ? 'loopback' : literal ? reachOf(host) : allowPrivate ? 'private' : 'public';
  if (!reach) throw refuse('is link-local or nobody’s', 'name a host that serves models');
  if (literal && reach === 'private' && !allowPrivate)
    throw refuse('lies in a private network', 'add --allow-private if that is meant');
  if (url.protocol === 'http:' && reach === 'public') throw refuse('would be asked without encryption', 'use https');
  return { url, reach };
}

/** Whether an address that a name has resolved to may be connected to. A name of the internet must not lead inside. */
export function mayConnect(address: string, { reach }: UpstreamAddress): boolean {
  const found = reachOf(address);
  return found === reach || (reach === 'private' && found === 'public');
}
