import { FIXTURE_HEADER } from '../fixtures/interaction-response.ts';
import { type ErrorCode, messageOf, PatternbenchError } from '../kernel/errors.ts';

/** Why a request gets no answer of a model. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly remedy?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

const STATUS: Partial<Record<ErrorCode, number>> = {
  usage: 400,
  not_found: 404,
  fixture_miss: 404,
  limit_exceeded: 403,
  malformed_response: 502,
  network_blocked: 502,
};

/** What a client is told of an error. Nothing of the machine: no stack, no cause. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof PatternbenchError) {
    const { code, message, remedy, facts } = error;
    const stated = facts['status'];
    const headers = code === 'fixture_miss' ? { [FIXTURE_HEADER.miss]: String(facts['key'] ?? 'nothing-recorded') } : {};
    return { status: typeof stated === 'number' ? stated : (STATUS[code] ?? 500), code, message, remedy, headers };
  }
  // What is no error of ours comes from the connection to the endpoint.
  return { status: 502, code: 'upstream_unavailable', message: `the endpoint did not answer: ${messageOf(error)}` };
}

/** The body of a refusal, as OpenAI's API writes errors. */
export const refusalBody = ({ code, message, remedy }: Refusal): string =>
  JSON.stringify({ error: { type: code, code, message, param: null, ...(remedy === undefined ? {} : { remedy }) } });

/** Its headers. A client that tries again what is refused for good only hides it. */
export const refusalHeaders = ({ status, headers }: Refusal): Readonly<Record<string, string>> => ({
  'content-type': 'application/json',
  ...(status === 502 || status === 503 ? {} : { 'x-should-retry': 'false' }),
  ...headers,
});
