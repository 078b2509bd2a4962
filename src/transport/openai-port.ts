import type { OpenAI } from 'openai';
import type { CallInfo, ModelPort, ModelReply, ModelRequest, Provenance } from '../contracts/model.ts';
import { modelError, modelReply, parseBody } from '../contracts/model-reply.ts';
import { usOf } from '../kernel/clock.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import { FIXTURE_HEADER } from '../fixtures/interaction-response.ts';
import { connectionError } from './connection-error.ts';

export interface OpenAIPortOptions {
  readonly baseURL: string;
  readonly apiKey: string;
  /** What carries requests: the real one, a recorder's (fixtures/recorder.ts) or one that serves fixtures (fixture-fetch.ts). */
  readonly fetch: typeof fetch;
  /** Of answers that do not state their own (`x-fixture-provenance`). */
  readonly provenance: Provenance;
  /** The day whose prices apply, YYYY-MM-DD. */
  readonly pricedOn: string;
  /** Real milliseconds after which a request is given up with `timeout`; default 600,000. */
  readonly requestTimeoutMs?: number;
  /** Say in headers which agent calls from which path. Only for a `fetch` that keeps them from the endpoint, as a recorder does. */
  readonly identify?: boolean;
}

/**
 * A model behind an OpenAI-compatible endpoint, through the openai SDK. The SDK does not retry: the harness does.
 * On a virtual clock, time stands still while the request travels and then moves on by the latency that the answer states
 * (`x-fixture-latency-ms` of a recording, else `openai-processing-ms` of an endpoint that models its own).
 * Throws `model_error`, `malformed_response`, `fixture_miss`, `timeout`, `network_blocked`, and the signal's reason once it is aborted.
 */
export function openaiPort(options: OpenAIPortOptions): ModelPort {
  let client: Promise<OpenAI> | undefined;
  return {
    call: async (request, info) => {
      info.signal.throwIfAborted();
      const answer = await info.clock.hold(async () => exchange(await (client ??= connect(options)), { request, info, options }));
      // Not as the cost of the hold: a caller that gives up in the meantime must not wait for the answer.
      if (info.clock.kind === 'virtual') await info.clock.sleep(usOf(answer.latencyMs), info.signal);
      return answer.settle();
    },
  };
}

// Everything that the SDK would read from the environment is given, so that nothing is.
async function connect(options: OpenAIPortOptions): Promise<OpenAI> {
  const { OpenAI: Client } = await import('openai');
  return new Client({
    baseURL: options.baseURL,
    apiKey: options.apiKey,
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    logLevel: 'off',
    fetch: options.fetch,
    timeout: options.requestTimeoutMs ?? 600_000,
  });
}

interface Exchange {
  readonly request: ModelRequest;
  readonly info: CallInfo;
  readonly options: OpenAIPortOptions;
}

interface Answer {
  readonly latencyMs: number;
  /** The reply, or the throw, that is due once the latency has passed. */
  readonly settle: () => ModelReply;
}

async function exchange(client: OpenAI, { request, info, options }: Exchange): Promise<Answer> {
  try {
    const headers = options.identify
      ? { [FIXTURE_HEADER.agent]: encodeURIComponent(info.agent), [FIXTURE_HEADER.path]: encodeURIComponent(info.path) }
      : {};
    // The raw response: an answer that is no JSON is then seen as it is, with its latency.
    const response = await client.chat.completions
      .create(request as unknown as OpenAI.ChatCompletionCreateParamsNonStreaming, { signal: info.signal, headers })
      .asResponse();
    const text = await response.text();
    return {
      latencyMs: latencyOf(response.headers),
      settle: () =>
        modelReply(parseBody(text) ?? text, {
          provenance: (response.headers.get(FIXTURE_HEADER.provenance) as Provenance | null) ?? options.provenance,
          fixture: response.headers.get(FIXTURE_HEADER.id),
          pricedOn: options.pricedOn,
        }),
    };
  } catch (error) {
    return failed(error, info);
  }
}

/** A failed exchange as an answer: an error of the endpoint takes its time like any other, one on the way is due at once. */
async function failed(error: unknown, info: CallInfo): Promise<Answer> {
  if (info.signal.aborted) throw info.signal.reason;
  const { APIError } = await import('openai');
  const due =
    error instanceof APIError && typeof error.status === 'number' && error.headers
      ? modelError({ status: error.status, body: bodyOf(error), header: (name) => (error.headers as Headers).get(name) })
      : await connectionError(error);
  const latencyMs = error instanceof APIError && error.headers ? latencyOf(error.headers as Headers) : 0;
  return {
    latencyMs,
    settle: () => {
      throw due;
    },
  };
}

/** The SDK keeps of an error body its `error` member; of a text only a message that begins with the status. */
function bodyOf(error: { readonly error: unknown; readonly message: string; readonly status: unknown }): unknown {
  return error.error === undefined ? error.message.replace(new RegExp(`^${String(error.status)} `), '') : { error: error.error };
}

function latencyOf(headers: Headers): number {
  const stated = Number(headers.get(FIXTURE_HEADER.latencyMs) ?? headers.get('openai-processing-ms') ?? 0);
  if (stated >= 0 && Number.isFinite(stated)) return stated;
  throw new PatternbenchError('malformed_response', 'the endpoint states a latency that is no number of milliseconds', {
    facts: { retryable: false },
  });
}
