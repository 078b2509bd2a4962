import { FIXTURE_HEADER } from '../fixtures/interaction-response.ts';
import { type Clock, usOf } from '../kernel/clock.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import { pacedStream } from './paced-stream.ts';

/** A request on its way: since when, and what ends it. */
export interface Asked {
  readonly clock: Clock;
  readonly startUs: number;
  readonly signal?: AbortSignal | undefined;
}

export const isEventStream = ({ headers }: Response): boolean => /^text\/event-stream\b/.test(headers.get('content-type') ?? '');

/**
 * Milliseconds that an answer says it took: `x-fixture-latency-ms` of a recording, else `openai-processing-ms` of an endpoint that models
 * its own. Throws `malformed_response` where that is no number of milliseconds.
 */
export function latencyOf(headers: Headers): number {
  const stated = Number(headers.get(FIXTURE_HEADER.latencyMs) ?? headers.get('openai-processing-ms') ?? 0);
  if (stated >= 0 && Number.isFinite(stated)) return stated;
  throw new PatternbenchError('malformed_response', 'the endpoint states a latency that is no number of milliseconds', {
    facts: { retryable: false },
  });
}

/** The response with its events in their time. */
export function pacedEvents(response: Response, { clock, startUs, signal }: Asked): Response {
  if (!response.body) return response;
  const body = pacedStream(response.body, { clock, startUs, endMs: latencyOf(response.headers), signal });
  return new Response(body, { status: response.status, headers: response.headers });
}

/** The response when it is due: whole ones after their latency, streams with their first event, and every event in its time. */
export async function inTime(response: Response, asked: Asked): Promise<Response> {
  const { clock, startUs, signal } = asked;
  const streams = isEventStream(response);
  const first = streams ? Number(response.headers.get(FIXTURE_HEADER.firstMs) ?? 0) : latencyOf(response.headers);
  const paced = streams ? pacedEvents(response, asked) : response;
  await clock.sleep(startUs + usOf(first) - clock.nowUs(), signal);
  return paced;
}
