import { PatternbenchError } from '../kernel/errors.ts';
import { isObject } from '../kernel/json.ts';
import { safeLine } from '../kernel/terminal-text.ts';
import { z } from '../schema/zod.ts';
import type { ModelReply, Provenance, Usage } from './model.ts';

// Every transport turns answers into replies and errors here, so that the same answer leaves the same trace whichever way it came.

/** What an answer cannot say of itself. */
export interface ReplyOrigin {
  readonly provenance: Provenance;
  readonly fixture: string | null;
  readonly pricedOn: string;
  /** Of a streamed answer: milliseconds until its first chunk, and how many there were. */
  readonly streamed?: { readonly firstChunkMs: number; readonly chunks: number };
}

/** An HTTP answer, as far as an error is made of it. */
export interface HttpAnswer {
  readonly status: number;
  /** The body: a parsed object, or text. */
  readonly body: unknown;
  readonly header: (name: string) => string | null | undefined;
}

const toolCall = z.object({
  id: z.string(),
  type: z.literal('function').default('function'),
  function: z.object({ name: z.string(), arguments: z.string() }),
});

const message = z
  .object({
    content: z.string().nullish(),
    refusal: z.string().nullish(),
    tool_calls: z.array(toolCall).nullish(),
  })
  .refine((m) => m.content !== undefined || m.refusal || m.tool_calls?.length, 'has neither content nor refusal nor tool_calls');

const tokens = z.int().min(0);

const usage = z.object({
  prompt_tokens: tokens,
  completion_tokens: tokens,
  prompt_tokens_details: z.object({ cached_tokens: tokens.nullish() }).nullish(),
  completion_tokens_details: z.object({ reasoning_tokens: tokens.nullish() }).nullish(),
});

const completion = z.object({
  id: z.string().default(''),
  model: z.string().default(''),
  system_fingerprint: z.string().nullish(),
  choices: z.array(z.object({ message, finish_reason: z.string().nullish() })).min(1),
  // Usage of an unknown shape is missing usage: it must not be taken for zero, nor cost the answer.
  usage: usage.nullish().catch(null),
});

/** Deeper JSON than any model or tool has reason to write; recursion over more could exhaust the stack. */
const MAX_DEPTH = 200;

/** Whether no array or object stands deeper than 200 levels inside the value. */
export const isShallow = (value: unknown, depth = 0): boolean => {
  if (typeof value !== 'object' || value === null) return true;
  if (depth >= MAX_DEPTH) return false;
  // Written for speed: every line of every fixture file passes through here.
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) if (typeof item === 'object' && !isShallow(item, depth + 1)) return false;
    return true;
  }
  for (const name in value) {
    const member: unknown = (value as Record<string, unknown>)[name];
    if (typeof member === 'object' && !isShallow(member, depth + 1)) return false;
  }
  return true;
};

/** The JSON object in a body of an answer; undefined when it is none (HTML, a bare number) or nested beyond reason. */
export function parseBody(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && isShallow(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A chat.completion as a frozen reply; only its first choice counts. Throws `malformed_response` naming what is wrong with it. */
export function modelReply(body: unknown, origin: ReplyOrigin): ModelReply {
  const parsed = completion.safeParse(body);
  if (!parsed.success) throw malformed(body, parsed.error);
  const { data } = parsed;
  const choice = data.choices[0]!;
  return Object.freeze({
    message: assistantMessage(choice.message),
    finishReason: choice.finish_reason ?? 'unknown',
    usage: data.usage ? usageOf(data.usage) : null,
    responseId: data.id,
    servedModel: data.model,
    systemFingerprint: data.system_fingerprint ?? null,
    provenance: origin.provenance,
    fixture: origin.fixture,
    pricedOn: origin.pricedOn,
    firstChunkMs: origin.streamed?.firstChunkMs ?? null,
    chunks: origin.streamed?.chunks ?? null,
  });
}

// The message goes back to the endpoint and into request keys: only what a request may carry is kept, and empty members are left out.
function assistantMessage(from: z.infer<typeof message>): ModelReply['message'] {
  const calls = from.tool_calls?.map((call) => Object.freeze({ ...call, function: Object.freeze({ ...call.function }) }));
  return Object.freeze({
    role: 'assistant',
    content: from.content ?? null,
    ...(calls?.length ? { tool_calls: Object.freeze(calls) } : {}),
    ...(from.refusal ? { refusal: from.refusal } : {}),
  });
}

const usageOf = (from: z.infer<typeof usage>): Usage =>
  Object.freeze({
    inputTokens: from.prompt_tokens,
    outputTokens: from.completion_tokens,
    cachedInputTokens: from.prompt_tokens_details?.cached_tokens ?? 0,
    reasoningTokens: from.completion_tokens_details?.reasoning_tokens ?? 0,
  });

function malformed(body: unknown, error: z.ZodError): PatternbenchError {
  const issue = error.issues[0];
  const why = isObject(body) ? `${issue?.path.join('.') || 'the body'}: ${issue?.message}` : `got ${excerpt(body)}`;
  return new PatternbenchError('malformed_response', `the endpoint did not answer with a chat completion (${safeLine(why)})`, {
    remedy: 'check that the base URL names an OpenAI-compatible endpoint, including its /v1',
    facts: { retryable: false },
  });
}

/**
 * The error for an answer whose status is 400 or more: `fixture_miss` where a fixture server says so, else `model_error` with the facts
 * `status`, `retryable` (408, 409, 429 and 5xx, as the openai SDK retries; not an exhausted quota) and `retryAfterMs`.
 */
export function modelError(answer: HttpAnswer): PatternbenchError {
  const error = isObject(answer.body) && isObject(answer.body['error']) ? answer.body['error'] : undefined;
  const said = typeof error?.['message'] === 'string' ? error['message'] : excerpt(answer.body);
  if (error?.['type'] === 'fixture_miss') {
    const remedy = error['remedy'];
    return new PatternbenchError('fixture_miss', said, {
      ...(typeof remedy === 'string' ? { remedy } : {}),
      facts: { retryable: false, key: answer.header('x-fixture-miss') ?? '' },
    });
  }
  const { status } = answer;
  const transient = status === 408 || status === 409 || status === 429 || status >= 500;
  const retryAfterMs = retryAfterOf(answer);
  return new PatternbenchError('model_error', `the endpoint answered ${status}: ${safeLine(said)}`, {
    facts: {
      status,
      retryable: transient && error?.['code'] !== 'insufficient_quota',
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    },
  });
}

/** The error of a connection that was lost while the answer was on its way. */
export const connectionLost = (cause?: unknown): PatternbenchError =>
  new PatternbenchError('model_error', 'the connection was lost before the answer was complete', {
    ...(cause === undefined ? {} : { cause }),
    facts: { retryable: true },
  });

/** The error of a stream with an event that is no JSON object. */
export const brokenStream = (): PatternbenchError =>
  new PatternbenchError('malformed_response', 'the endpoint streamed an event that is no JSON object', {
    facts: { retryable: false },
  });

/** Words of endpoints for an error that a repetition would not mend. */
const FOR_GOOD =
  /invalid|insufficient_quota|context_length|content_(filter|policy)|not_found|authentication|permission|unsupported/;

/** The error that a stream broke off with although its status was 200. Worth another try unless it says that the request is at fault. */
export function streamError(error: unknown): PatternbenchError {
  const { type, code } = isObject(error) ? error : {};
  const header = () => null;
  if (type === 'fixture_miss') return modelError({ status: 404, body: { error }, header });
  const said = isObject(error) && typeof error['message'] === 'string' ? error['message'] : excerpt(error);
  return new PatternbenchError('model_error', `the endpoint broke off its stream: ${safeLine(said)}`, {
    facts: { retryable: !FOR_GOOD.test(`${word(type)} ${word(code)}`) },
  });
}

const word = (value: unknown): string => (typeof value === 'string' ? value : '');

// A Retry-After that is a date would need a wall clock to be understood; it is left out.
function retryAfterOf(answer: HttpAnswer): number | undefined {
  const ms = Number.parseFloat(answer.header('retry-after-ms') ?? '');
  if (ms >= 0) return ms;
  const seconds = answer.header('retry-after') ?? '';
  return /^\s*\d+(\.\d+)?\s*$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}

function excerpt(body: unknown): string {
  const text = typeof body === 'string' ? body : (JSON.stringify(body) ?? 'nothing');
  return text.length > 120 ? `${text.slice(0, 120)}…` : text || 'an empty body';
}
