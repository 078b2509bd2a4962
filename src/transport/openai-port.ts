import type { OpenAI } from 'openai';
import type { CallInfo, ModelPort, ModelReply, ModelRequest, Provenance } from '../contracts/model.ts';
import { connectionLost, modelError, modelReply, parseBody, type ReplyOrigin } from '../contracts/model-reply.ts';
import { usOf } from '../kernel/clock.ts';
import { nativeSignal } from '../kernel/stop.ts';
import { FIXTURE_HEADER } from '../fixtures/interaction-response.ts';
import { connectionError } from './connection-error.ts';
import { isEventStream, latencyOf, pacedEvents } from './in-time.ts';
import { streamReply } from './stream-reply.ts';

export interface OpenAIPortOptions {
  readonly baseURL: string;
  readonly apiKey: string;
  /** What carries requests: the real one, a recorder's (fixtures/recorder.ts) or one that serves fixtures (fixture-fetch.ts). */
  readonly fetch: typeof fetch;
  /** Of answers that do not state their own (`x-fixture-provenance`). */
  readonly provenance: Provenance;
  /** The day whose prices apply, YYYY-MM-DD. */
  readonly pricedOn: string;
  /** Milliseconds after which a request is given up with `timeout`; default 600,000. Real ones, unless the `fetch` is `inTime`. */
  readonly requestTimeoutMs?: number;
  /** The `fetch` itself lets the latency of its answers pass on ambient time, so nothing is held and the client's time is the trial's. */
  readonly inTime?: boolean;
  /** Say in headers which agent calls from which path. Only for a `fetch` that keeps them from the endpoint, as a recorder does. */
  readonly identify?: boolean;
}

/**
 * A model behind an OpenAI-compatible endpoint, through the openai SDK. The SDK does not retry: the harness does.
 * On a virtual clock, time stands still while the request travels and then moves on by the latency that the answer states
 * (`x-fixture-latency-ms` of a recording, else `openai-processing-ms` of an endpoint that models its own), or event by event as a stream
 * states it. A stream is read to its end; the reply then has the time of its first chunk.
 * Throws `model_error`, `malformed_response`, `fixture_miss`, `timeout`, `network_blocked`, and the signal's reason once it is aborted.
 */
export function openaiPort(options: OpenAIPortOptions): ModelPort {
  let client: Promise<OpenAI> | undefined;
  return {
    call: async (request, info) => {
      info.stop.throwIfAborted();
      const startUs = info.clock.nowUs();
      const send = async () => exchange(await (client ??= connect(options)), { request, info, options, startUs });
      if (options.inTime) return (await send()).settle();
      const answer = await info.clock.hold(send);
      // Not as the cost of the hold: a caller that gives up in the meantime must not wait for the answer.
      if (info.clock.kind === 'virtual') await info.clock.sleep(usOf(answer.latencyMs), info.stop);
      return answer.settle();
    },
  };
}

/** Loads the client ahead of time: a trial on ambient time must not meet with the loading of files. */
export const loadClient = async (): Promise<void> => void (await Promise.all([import('openai'), import('openai/streaming')]));

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
  readonly startUs: number;
}

interface Answer {
  readonly latencyMs: number;
  /** The reply, or the throw, that is due once the latency has passed; a stream takes its time by itself. */
  readonly settle: () => ModelReply | Promise<ModelReply>;
}

async function exchange(client: OpenAI, { request, info, options, startUs }: Exchange): Promise<Answer> {
  try {
    const headers = options.identify
      ? { [FIXTURE_HEADER.agent]: encodeURIComponent(info.agent), [FIXTURE_HEADER.path]: encodeURIComponent(info.path) }
      : {};
    // The raw response: an answer that is no JSON is then seen as it is, with its latency.
    const response = await client.chat.completions
      .create(request as unknown as OpenAI.ChatCompletionCreateParamsNonStreaming, { signal: nativeSignal(info.stop), headers })
      .asResponse();
    const origin: ReplyOrigin = {
      provenance: (response.headers.get(FIXTURE_HEADER.provenance) as Provenance | null) ?? options.provenance,
      fixture: response.headers.get(FIXTURE_HEADER.id),
      pricedOn: options.pricedOn,
    };
    if (request.stream && isEventStream(response)) {
      const { Stream } = await import('openai/streaming');
      const asked = { clock: info.clock, startUs, signal: nativeSignal(info.stop) };
      const paced = info.clock.kind === 'virtual' && !options.inTime ? pacedEvents(response, asked) : response;
      const chunks = (stop: AbortController) => Stream.fromSSEResponse<unknown>(paced, stop, client);
      return { latencyMs: 0, settle: () => streamReply(chunks, asked, origin) };
    }
    return { latencyMs: latencyOf(response.headers), settle: await wholeReply(response, info, origin) };
  } catch (error) {
    return failed(error, info);
  }
}

async function wholeReply(response: Response, info: CallInfo, origin: ReplyOrigin): Promise<() => ModelReply> {
  try {
    const text = await response.text();
    return () => modelReply(parseBody(text) ?? text, origin);
  } catch (error) {
    if (info.stop.aborted) throw error;
    return () => {
      throw connectionLost(error);
    };
  }
}

/** A failed exchange as an answer: an error of the endpoint takes its time like any other, one on the way is due at once. */
async function failed(error: unknown, info: CallInfo): Promise<Answer> {
  if (info.stop.aborted) throw info.stop.reason;
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
