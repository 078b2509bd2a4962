import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Refusal } from './refusal.ts';

/** Who may talk to the server at all. */
export interface Gate {
  /** Names in the `Host` header beyond those of loopback. A page that rebinds its name to this machine still says its own name. */
  readonly hosts: readonly string[];
  /** Web pages (`https://app.example`) whose requests are taken; a browser says where they come from, other clients say nothing. */
  readonly origins: readonly string[];
  /** What every request must bring, where the server can be reached from other machines. */
  readonly token: string | undefined;
}

export const LOOPBACK_HOSTS: readonly string[] = ['127.0.0.1', 'localhost', '[::1]'];

/** The reason why a request is not even looked at; undefined when it may pass. */
export function refusalAt(gate: Gate, headers: IncomingHttpHeaders): Refusal | undefined {
  const host = /^(\[[0-9a-f:.]+\]|[^:]*)(?::\d{1,5})?$/i.exec(headers.host ?? '')?.[1]?.toLowerCase() ?? '';
  if (!LOOPBACK_HOSTS.includes(host) && !gate.hosts.includes(host)) {
    return {
      status: 421,
      code: 'unknown_host',
      message: 'this server answers to its own names only',
      remedy: '--allow-host <name>',
    };
  }
  const { origin } = headers;
  const isForeign = origin !== undefined || headers['sec-fetch-site'] === 'cross-site';
  if (isForeign && !(origin !== undefined && gate.origins.includes(origin))) {
    return {
      status: 403,
      code: 'foreign_origin',
      message: 'requests of web pages are refused',
      remedy: '--allow-origin <origin>',
    };
  }
  if (gate.token !== undefined && !hasToken(headers, gate.token)) return UNAUTHORIZED;
  return undefined;
}

export const UNAUTHORIZED: Refusal = {
  status: 401,
  code: 'token_needed',
  message: 'the token is missing or wrong',
  remedy: 'send it as x-fixture-token or as the API key',
};

/** Whether the token is brought, as `x-fixture-token`, as a bearer, or in the query where that is given. */
export function hasToken(headers: IncomingHttpHeaders, token: string, query?: URLSearchParams): boolean {
  const own = headers['x-fixture-token'];
  const given = [typeof own === 'string' ? own : undefined, bearerOf(headers), query?.get('token') ?? undefined];
  return given.some((each) => each !== undefined && isSame(each, token));
}

/** The key that a client was given: `Authorization: Bearer <key>`. */
export const bearerOf = ({ authorization }: IncomingHttpHeaders): string | undefined =>
  /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];

// Compared by digest, so that neither its letters nor its length can be told from the time that it takes.
const isSame = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
