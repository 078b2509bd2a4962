import { answer } from './answer.ts';
import { type ChatRequest, chatRequest } from './chat-request.ts';
import { type Latency, latencyOf } from './latency.ts';
import { type Profile, PROFILES } from './profiles.ts';
import { type JudgeDocument, judgeDocumentIn, judgement } from './judge.ts';
import { keyOf, read } from './read.ts';
import type { CountTokens } from './tokens.ts';
import { inputTokensOf } from './usage.ts';
import { type Completion, completionEvents, completionJson, errorJson } from './wire.ts';
import type { World } from './world.ts';

export interface SimulateOptions {
  readonly countTokens: CountTokens;
  /** Changes the error rates, for controls and sensitivity. */
  readonly adjust?: (profile: Profile) => Profile;
}

/** A piece of a response's body, and when it is due, in milliseconds from the request. */
export interface Frame {
  readonly atMs: number;
  readonly text: string;
}

export interface SimulatedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The body in pieces; one unless it is streamed. */
  readonly frames: readonly Frame[];
}

/** Answers the body of a chat-completions request, as JSON value. */
export type SimulatedModel = (body: unknown) => SimulatedResponse;

/**
 * A model that is simulated: it speaks OpenAI chat completions and knows what a scenario's `simulation:` block declares, nothing else, and
 * nothing of who calls it or how calls are arranged. A pure function: equal bodies get equal bytes, in any order.
 * Bodies that are no request, or quote no sample, get 400, unknown models 404, both with `x-should-retry: false`; nothing is thrown.
 */
export function simulate(world: World, { countTokens, adjust = (profile) => profile }: SimulateOptions): SimulatedModel {
  const profiles = new Map([...world.profiles].map(([model, name]) => [model, { name, rates: adjust(PROFILES[name]) }]));
  return (body) => {
    const parsed = chatRequest.safeParse(body);
    if (!parsed.success) {
      const issue = parsed.error.issues[0]!;
      return refusal(400, `not a chat-completions request: ${issue.path.join('.')}: ${issue.message}`, 'invalid_request');
    }
    const request = parsed.data;
    const document = judgeDocumentIn(request);
    if (document) return judged(world, request, { document, countTokens });
    const profile = profiles.get(request.model);
    if (!profile) {
      return refusal(
        404,
        `no profile for model "${request.model}"; known models: ${[...profiles.keys()].join(', ')}`,
        'model_not_found',
      );
    }
    const tokens = inputTokensOf(request, countTokens);
    const reading = read({ world, profile: profile.rates, request, tokens: tokens.messages });
    if (!reading) {
      return refusal(
        400,
        `the messages quote no sample of scenario "${world.name}" (neither its input nor its subject)`,
        'not_simulated',
      );
    }
    const turn = answer(reading);
    const spoken = turn.text === null ? null : cut(turn.text, request.maxTokens, countTokens);
    const calls = turn.calls.map(({ name, args }) => ({ name, arguments: JSON.stringify(args) }));
    const completion: Completion = {
      key: reading.key,
      model: request.model,
      profile: profile.name,
      text: spoken,
      calls: turn.calls,
      isCut: spoken !== turn.text,
      inputTokens: tokens.input,
      cachedTokens: tokens.cached,
      outputTokens: countTokens((spoken ?? '') + (calls.length > 0 ? JSON.stringify(calls) : '')),
    };
    const latency = latencyOf(profile.rates.latency, reading.key, completion.outputTokens);
    return response(request, completion, { latency, seed: world.seed });
  };
}

interface Judged {
  readonly document: JudgeDocument;
  readonly countTokens: CountTokens;
}

/** A verdict, as the scenario's judge of that model gives it. */
function judged(world: World, request: ChatRequest, { document, countTokens }: Judged): SimulatedResponse {
  const rates = world.judges.get(request.model);
  if (!rates) {
    const known = [...world.judges.keys()].join(', ') || 'none';
    return refusal(
      404,
      `no judge is declared for model "${request.model}" (simulation.judges of "${world.name}" has: ${known})`,
      'model_not_found',
    );
  }
  const key = keyOf(world, request);
  const text = judgement(world, document, { rates, key });
  if (text === undefined) return refusal(400, `the task to be judged is no sample of scenario "${world.name}"`, 'not_simulated');
  const tokens = inputTokensOf(request, countTokens);
  const outputTokens = countTokens(text);
  const completion: Completion = {
    key,
    model: request.model,
    profile: `judge:${rates.profile}`,
    text,
    calls: [],
    isCut: false,
    inputTokens: tokens.input,
    cachedTokens: tokens.cached,
    outputTokens,
  };
  return response(request, completion, {
    latency: latencyOf(PROFILES[rates.profile].latency, key, outputTokens),
    seed: world.seed,
  });
}

function response(
  request: ChatRequest,
  completion: Completion,
  { latency, seed }: { latency: Latency; seed: number },
): SimulatedResponse {
  const frames = request.stream ? paced(completionEvents(completion, request.includeUsage), latency) : undefined;
  const body = frames ? frames.map((frame) => frame.text).join('') : completionJson(completion);
  return {
    status: 200,
    headers: {
      'content-type': frames ? 'text/event-stream' : 'application/json',
      'openai-processing-ms': String(latency.totalMs),
      'x-simulated': `profile=${completion.profile}; seed=${seed}`,
    },
    body,
    frames: frames ?? [{ atMs: latency.totalMs, text: body }],
  };
}

/** The first event after the time to the first chunk, the others evenly until the end. */
function paced(events: readonly string[], { firstMs, totalMs }: Latency): readonly Frame[] {
  const gap = (totalMs - firstMs) / Math.max(1, events.length - 1);
  return events.map((text, i) => ({ atMs: Math.round(firstMs + gap * i), text }));
}

function refusal(status: number, message: string, code: string): SimulatedResponse {
  const body = errorJson(message, code);
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-should-retry': 'false' },
    body,
    frames: [{ atMs: 0, text: body }],
  };
}

/** The longest beginning of the text, to within a tenth, that has at most so many tokens. */
function cut(text: string, maxTokens: number, countTokens: CountTokens): string {
  let kept = text;
  for (let tokens = countTokens(kept); tokens > maxTokens; tokens = countTokens(kept)) {
    kept = kept.slice(0, Math.min(kept.length - 1, Math.floor((kept.length * maxTokens) / tokens))).toWellFormed();
  }
  return kept;
}
