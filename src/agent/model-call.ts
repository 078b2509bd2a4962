import type { CallInfo, ModelReply, ModelRequest } from '../contracts/model.ts';
import { redact } from '../fixtures/redact.ts';
import { requestKey } from '../fixtures/request-key.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import type { Json } from '../kernel/json.ts';
import { tryPath } from '../kernel/path.ts';
import { backoffUs } from '../resilience/backoff.ts';
import { EVENT, GEN_AI, type KnownAttributes, OWN } from '../telemetry/attribute-names.ts';
import { answerDigest } from './answer-digest.ts';
import type { Attributes, SpanRecord } from '../telemetry/span.ts';
import { journaled } from './journaled.ts';
import { guardRequest } from './loop-guard.ts';
import { closeEffect, nextPath, openSpan, type Scope, stepScope } from './scope.ts';
import { errorTypeOf, failSpan, isOver } from './span-error.ts';
import { spendAnswer, spendCall, spendTurn } from './spending.ts';

/** One logical model call: limits, span, retries with backoff, usage and cost. Throws what the port throws when retries are used up. */
export async function callModel(scope: Scope, request: ModelRequest): Promise<ModelReply> {
  scope.signal.throwIfAborted();
  const { trial } = scope;
  const seeded = request.seed === undefined ? { ...request, seed: trial.requestSeed + scope.variant } : request;
  const span = openSpan(scope, {
    path: nextPath(scope, 'model', 'chat'),
    name: `chat ${request.model}`,
    kind: 'client',
    attributes: requestAttributes(scope, seeded),
  });
  try {
    spendTurn(trial);
    guardRequest(scope, span, seeded);
    spendCall(trial);
    let reply: ModelReply;
    try {
      reply = await (trial.journal
        ? attemptOnce(scope, { span, request: seeded, attempt: 0 })
        : trial.model.call(seeded, callInfo(scope, span)));
    } catch (error) {
      reply = await callAgain(scope, span, { request: seeded, error });
    }
    // A port may answer although it was told to stop: by then nobody wants to hear it.
    scope.signal.throwIfAborted();
    describeReply(scope, span, seeded, reply);
    const { message: answer, finishReason } = reply;
    trial.content?.call(span, seeded, { answer, finishReason, atUs: trial.clock.nowUs() });
    return reply;
  } catch (error) {
    if (!isOver(span)) trial.content?.call(span, seeded, { atUs: trial.clock.nowUs() });
    failSpan(span, error);
    throw error;
  } finally {
    closeEffect(scope, span);
  }
}

interface FirstTry {
  readonly request: ModelRequest;
  readonly error: unknown;
}

/** Tries again what has failed once, as often as the policy allows; throws the last failure. */
async function callAgain(scope: Scope, span: SpanRecord, first: FirstTry): Promise<ModelReply> {
  const { trial } = scope;
  const inner = stepScope(scope, span);
  let { error } = first;
  let { startUs } = span;
  for (let attempt = 0; ; attempt++) {
    if (isOver(span)) throw error;
    const last = attempt + 1 >= trial.modelRetry.attempts || !isRetryable(error) || scope.signal.aborted;
    // A single failed attempt is the call itself; a span of its own is worth its place only where there are several.
    if (attempt > 0 || !last) recordAttempt(inner, { startUs, attempt, error });
    if (last) throw error;
    await backOff(inner, span, { attempt, error });
    spendCall(trial);
    startUs = trial.clock.nowUs();
    try {
      const reply = await attemptOnce(scope, { span, request: first.request, attempt: attempt + 1 });
      if (!isOver(span)) recordAttempt(inner, { startUs, attempt: attempt + 1 });
      return reply;
    } catch (thrown) {
      error = thrown;
    }
  }
}

/** One attempt, made only if the journal does not have it. */
function attemptOnce(
  scope: Scope,
  { span, request, attempt }: { span: SpanRecord; request: ModelRequest; attempt: number },
): Promise<ModelReply> {
  const { model } = scope.trial;
  return journaled(scope, {
    path: attempt === 0 ? span.path : tryPath(span.path, attempt),
    kind: 'model',
    hash: () => requestKey(request),
    work: () => model.call(request, callInfo(scope, span)),
    remembered: model.remembers === true,
    store: (reply) => redact(reply) as unknown as Json,
    restore: (value) => value as unknown as ModelReply,
    onLost: () => (span.attributes[OWN.wasted] = true),
  });
}

const callInfo = ({ agent, signal, trial }: Scope, { path }: SpanRecord): CallInfo => ({
  agent,
  path,
  stop: signal,
  clock: trial.clock,
});

const isRetryable = (error: unknown): boolean => error instanceof PatternbenchError && error.facts['retryable'] === true;

interface Attempt {
  readonly startUs: number;
  /** From 0. */
  readonly attempt: number;
  readonly error?: unknown;
}

function recordAttempt(inner: Scope, { startUs, attempt, error }: Attempt): void {
  const span = inner.trial.trace.start({
    path: nextPath(inner, 'attempt', 'http'),
    parentPath: inner.span.path,
    name: 'POST',
    kind: 'client',
    startUs,
    attributes: { [GEN_AI.httpRequestMethod]: 'POST', ...(attempt > 0 ? { [GEN_AI.httpRequestResendCount]: attempt } : {}) },
    after: inner.last,
  });
  inner.span.attributes[OWN.llmAttempts] = attempt + 1;
  if (error !== undefined) {
    failSpan(span, error);
    const status = error instanceof PatternbenchError ? error.facts['status'] : undefined;
    if (status !== undefined) span.attributes[GEN_AI.httpResponseStatusCode] = status;
  }
  closeEffect(inner, span);
}

async function backOff(inner: Scope, call: SpanRecord, failure: { attempt: number; error: unknown }): Promise<void> {
  const { trial } = inner;
  const askedMs = failure.error instanceof PatternbenchError ? failure.error.facts['retryAfterMs'] : undefined;
  const waitUs = backoffUs(trial.modelRetry, {
    attempt: failure.attempt,
    draw: `${trial.seed}/${call.path}/try${failure.attempt}`,
    retryAfterMs: typeof askedMs === 'number' ? askedMs : undefined,
  });
  call.events.push({
    name: EVENT.retry,
    atUs: trial.clock.nowUs(),
    attributes: {
      [OWN.retryAttempt]: failure.attempt + 1,
      [OWN.retryDelayMs]: waitUs / 1000,
      [GEN_AI.errorType]: errorTypeOf(failure.error),
    },
  });
  await waitVisibly(inner, 'backoff', waitUs);
}

/** Waits as a step of its own, so that the critical path can name it. */
export async function waitVisibly(scope: Scope, name: 'backoff' | 'wait', delayUs: number): Promise<void> {
  scope.signal.throwIfAborted();
  const span = openSpan(scope, { path: nextPath(scope, 'wait', name), name, attributes: { [OWN.stepType]: name } });
  try {
    await journaled(scope, {
      path: span.path,
      kind: 'wait',
      hash: () => name,
      work: () => scope.trial.clock.sleep(delayUs, scope.signal),
      store: () => null,
      restore: () => undefined,
    });
  } catch (error) {
    failSpan(span, error);
    throw error;
  } finally {
    closeEffect(scope, span);
  }
}

function requestAttributes(scope: Scope, request: ModelRequest): Attributes {
  const attributes: KnownAttributes = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': request.model,
    'gen_ai.request.seed': request.seed!,
    'gen_ai.output.type': request.response_format ? 'json' : 'text',
    'openai.api.type': 'chat_completions',
    'gen_ai.agent.name': scope.agent,
  };
  if (request.temperature !== undefined) attributes['gen_ai.request.temperature'] = request.temperature;
  if (request.stream) attributes['gen_ai.request.stream'] = true;
  if (request.max_completion_tokens !== undefined) attributes['gen_ai.request.max_tokens'] = request.max_completion_tokens;
  return attributes;
}

function describeReply(scope: Scope, span: SpanRecord, request: ModelRequest, reply: ModelReply): void {
  const { trial } = scope;
  const to: KnownAttributes = span.attributes;
  to['gen_ai.response.id'] = reply.responseId;
  to['gen_ai.response.model'] = reply.servedModel;
  to['gen_ai.response.finish_reasons'] = [reply.finishReason];
  to['patternbench.provenance'] = reply.provenance;
  if (reply.systemFingerprint !== null) to['openai.response.system_fingerprint'] = reply.systemFingerprint;
  if (reply.fixture !== null) {
    to['patternbench.replay.fixture_id'] = reply.fixture;
    to['patternbench.answer.digest'] = answerDigest(reply);
  }
  if (reply.firstChunkMs !== null) to['gen_ai.response.time_to_first_chunk'] = reply.firstChunkMs / 1000;
  if (reply.chunks !== null) to['patternbench.chunks'] = reply.chunks;
  if (reply.usage === null) {
    to['patternbench.usage.missing'] = true;
    return;
  }
  to['gen_ai.usage.input_tokens'] = reply.usage.inputTokens;
  to['gen_ai.usage.output_tokens'] = reply.usage.outputTokens;
  to['gen_ai.usage.cache_read.input_tokens'] = reply.usage.cachedInputTokens;
  to['gen_ai.usage.reasoning.output_tokens'] = reply.usage.reasoningTokens;
  // The price is that of the model that answered; a provider's private name for it falls back to the requested one.
  const usd =
    trial.costUsd(reply.servedModel, reply.usage, reply.pricedOn) ?? trial.costUsd(request.model, reply.usage, reply.pricedOn);
  spendAnswer(trial, reply.usage.inputTokens + reply.usage.outputTokens, usd);
  if (usd !== null) {
    to['patternbench.cost.usd'] = usd;
    to['patternbench.price.version'] = trial.priceVersion;
  }
}
