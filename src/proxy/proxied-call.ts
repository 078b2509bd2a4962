import type { ServerResponse } from 'node:http';
import { apiOf } from '../fixtures/api.ts';
import { clientRequest } from '../fixtures/client-request.ts';
import { FIXTURE_HEADER } from '../fixtures/interaction-response.ts';
import { redactText } from '../fixtures/redact.ts';
import { requestKey } from '../fixtures/request-key.ts';
import { type Clock, msOf } from '../kernel/clock.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import { inTime } from '../transport/in-time.ts';
import { deliver, type Delivered } from './deliver.ts';
import type { KeyTurns } from './key-turns.ts';
import type { CallResult, OpenCall } from './ledger.ts';
import { scaledClock } from './scaled-clock.ts';
import type { TrackedTraffic } from './run-table.ts';
import type { RunTraffic } from './scenario-traffic.ts';
import type { Selection } from './selection.ts';

export interface CallAsked {
  readonly selection: Selection;
  readonly body: string;
  readonly reply: ServerResponse;
  readonly signal: AbortSignal;
  readonly traffic: TrackedTraffic;
  readonly call: OpenCall;
  readonly turns: KeyTurns;
  readonly clock: Clock;
}

/** What came of a request. */
export interface CallDone {
  readonly result: CallResult;
  /** The body of the answer, where a recording has it. */
  readonly answer: unknown;
  /** The key of a recorded call that was cancelled by its caller, where this one waits for its answer. */
  readonly waitedInVain: string | undefined;
}

/** Where replayed requests go as far as the fixtures see: nowhere (RFC 2606). */
const NOWHERE = 'http://replay.invalid';

/**
 * Answers one request: from a recording, or from the endpoint. Of what the client has sent, only the body and what the selection tells go on;
 * its headers stay here. Throws what the way there throws, as long as no answer has begun.
 */
export async function proxiedCall(asked: CallAsked): Promise<CallDone> {
  const { selection, traffic, call, clock, signal, reply } = asked;
  const startUs = clock.nowUs();
  const paced = selection.pace > 0 ? scaledClock(clock, selection.pace) : undefined;
  const pacedStartUs = paced?.nowUs() ?? 0;
  const endTurn = await turnOf(asked);
  try {
    const response = withLatency(await traffic.fetch(addressOf(asked), initOf(asked)), traffic);
    const facts = factsOf(response);
    const isTimed = response.headers.has(FIXTURE_HEADER.latencyMs);
    const due = paced && isTimed ? await inTime(response, { clock: paced, startUs: pacedStartUs, signal }) : response;
    const headers = { ...facts.headers, 'x-fixture-start-ms': String(call.startMs) };
    const stated = facts.latencyMs ?? (response.headers.has(FIXTURE_HEADER.miss) ? 0 : undefined);
    const tookMs = () => msOf(clock.nowUs() - startUs);
    const delivered = await deliver({
      response: due,
      reply,
      headers,
      signal,
      clock,
      onLast: () => call.over(stated ?? tookMs()),
    });
    const ms = modelledMs({ stated, delivered, tookMs: tookMs(), pace: selection.pace });
    const result = {
      ms,
      status: response.status,
      end: endOf({ response, delivered, isMissed: facts.fixture !== null && traffic.missed.has(facts.fixture) }),
      fixture: facts.fixture,
      provenance: facts.provenance,
    };
    return { result, answer: answerOf(traffic, facts.fixture), waitedInVain: waitedInVain(response) };
  } finally {
    endTurn();
  }
}

/** Runs that record go one after another where they ask the same. */
async function turnOf({ selection, body, traffic, turns, call, signal }: CallAsked): Promise<() => void> {
  if (!traffic.records) return () => {};
  const request = clientRequest(`${NOWHERE}${selection.route}`, { body });
  const key = requestKey(request.body, request.api, traffic.scrub);
  return turns.take(`${selection.scenario}/${selection.trial}/${key}`, call.run, signal);
}

function addressOf({ selection, traffic }: CallAsked): string {
  const { upstream } = traffic;
  if (!upstream) return `${NOWHERE}${selection.route}`;
  const api = apiOf(selection.route);
  if (upstream.apis && (!api || !upstream.apis.includes(api))) {
    throw new PatternbenchError('usage', `the ${upstream.provenance} endpoint has no ${selection.route}`, {
      remedy: `ask ${upstream.apis.join(', ')}, or record from another endpoint`,
    });
  }
  return `${upstream.baseURL}${selection.route.slice('/v1'.length)}`;
}

function initOf({ selection, body, traffic, signal }: CallAsked): RequestInit {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (traffic.upstream) headers['authorization'] = `Bearer ${traffic.upstream.apiKey}`;
  // Names end up in fixtures; a key that somebody puts there by mistake must not.
  if (!traffic.upstream || traffic.records) {
    headers[FIXTURE_HEADER.agent] = encodeURIComponent(redactText(selection.agent));
    headers[FIXTURE_HEADER.path] = encodeURIComponent(redactText(selection.path));
  }
  return { method: 'POST', headers, body, signal };
}

/** An endpoint that models its latency states it in a header of its own. */
function withLatency(response: Response, { upstream, records }: RunTraffic): Response {
  if (!upstream || records) return response;
  const headers = new Headers(response.headers);
  for (const name of [...headers.keys()].filter((each) => each.startsWith('x-fixture-'))) headers.delete(name);
  headers.set(FIXTURE_HEADER.provenance, upstream.provenance);
  const stated = headers.get('openai-processing-ms');
  if (upstream.timing === 'modelled' && stated !== null) headers.set(FIXTURE_HEADER.latencyMs, stated);
  return new Response(response.body, { status: response.status, headers });
}

interface Facts {
  readonly latencyMs: number | undefined;
  readonly fixture: string | null;
  readonly provenance: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

function factsOf({ headers }: Response): Facts {
  const fixture = headers.get(FIXTURE_HEADER.id);
  const [key = '', , occurrence = ''] = fixture?.split('#') ?? [];
  const stated = headers.get(FIXTURE_HEADER.latencyMs);
  return {
    latencyMs: stated === null ? undefined : Number(stated),
    fixture,
    provenance: headers.get(FIXTURE_HEADER.provenance),
    headers: fixture === null ? {} : { 'x-fixture-key': key, 'x-fixture-occurrence': occurrence, 'x-fixture-tier': 'exact' },
  };
}

interface Took {
  readonly stated: number | undefined;
  readonly delivered: Delivered;
  readonly tookMs: number;
  readonly pace: number;
}

/** What a client would have waited: the recorded time, or as much of it as there was until it went away. */
function modelledMs({ stated, delivered, tookMs, pace }: Took): number {
  if (stated === undefined) return tookMs;
  if (delivered.end !== 'aborted') return stated;
  return Math.min(stated, pace > 0 ? tookMs * pace : (delivered.lastMs ?? stated));
}

interface Ended {
  readonly response: Response;
  readonly delivered: Delivered;
  readonly isMissed: boolean;
}

function endOf({ response: { status, headers }, delivered: { end }, isMissed }: Ended): CallResult['end'] {
  if (isMissed || headers.has(FIXTURE_HEADER.miss)) return 'miss';
  if (end === 'aborted') return 'aborted';
  return end === 'broken' || status >= 400 ? 'error' : 'ok';
}

/** A whole answer that was never recorded to its end: it says so itself, and nobody else does. */
function waitedInVain({ headers }: Response): string | undefined {
  const key = headers.get(FIXTURE_HEADER.miss);
  return key !== null && headers.has(FIXTURE_HEADER.latencyMs) ? key : undefined;
}

function answerOf({ find }: RunTraffic, fixture: string | null): unknown {
  const [key = '', trial = '', occurrence = ''] = fixture?.split('#') ?? [];
  return find(key, Number(trial), Number(occurrence))?.body();
}
