import { hash53 } from '../kernel/random.ts';
import type { CallMade } from './tool-use.ts';

// Answers in the wire format of OpenAI chat completions.

/** 2026-01-01T00:00:00Z: an answer says nothing about when it was made, or equal requests would get different bytes. */
const CREATED = 1_767_225_600;

export interface Completion {
  readonly key: string;
  readonly model: string;
  readonly profile: string;
  readonly text: string | null;
  readonly calls: readonly CallMade[];
  readonly isCut: boolean;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
}

const headOf = ({ key, model, profile }: Completion) => ({
  id: `chatcmpl-sim-${hash53(`${key}|id`).toString(36)}`,
  created: CREATED,
  model,
  system_fingerprint: `simulated:${profile}`,
});

const finishOf = ({ calls, isCut }: Completion): string => (calls.length > 0 ? 'tool_calls' : isCut ? 'length' : 'stop');

const usageOf = ({ inputTokens, cachedTokens, outputTokens }: Completion) => ({
  prompt_tokens: inputTokens,
  completion_tokens: outputTokens,
  total_tokens: inputTokens + outputTokens,
  prompt_tokens_details: { cached_tokens: cachedTokens },
  completion_tokens_details: { reasoning_tokens: 0 },
});

const toolCallsOf = ({ key, calls }: Completion) =>
  calls.map(({ name, args }, i) => ({
    id: `call_${hash53(`${key}|call|${i}`).toString(36)}`,
    type: 'function' as const,
    function: { name, arguments: JSON.stringify(args) },
  }));

/** The answer as one JSON object. */
export function completionJson(completion: Completion): string {
  const calls = toolCallsOf(completion);
  const message = { role: 'assistant', content: completion.text, refusal: null, ...(calls.length > 0 && { tool_calls: calls }) };
  return JSON.stringify({
    ...headOf(completion),
    object: 'chat.completion',
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishOf(completion) }],
    usage: usageOf(completion),
  });
}

/** The same answer as server-sent events: one for the role, one for every few words and every tool call, the end, and `[DONE]`. */
export function completionEvents(completion: Completion, includeUsage: boolean): readonly string[] {
  const words = completion.text?.match(/\s*\S+(?:\s+\S+){0,3}\s*$|\s*\S+(?:\s+\S+){0,3}/g) ?? [];
  const deltas: object[] = [
    { role: 'assistant', content: completion.text === null ? null : '' },
    ...words.map((content) => ({ content })),
    ...toolCallsOf(completion).map((call, index) => ({ tool_calls: [{ index, ...call }] })),
  ];
  const event = (data: object) =>
    `data: ${JSON.stringify({ ...headOf(completion), object: 'chat.completion.chunk', ...data })}\n\n`;
  return [
    ...deltas.map((delta) => event({ choices: [{ index: 0, delta, finish_reason: null }] })),
    event({ choices: [{ index: 0, delta: {}, finish_reason: finishOf(completion) }] }),
    ...(includeUsage ? [event({ choices: [], usage: usageOf(completion) })] : []),
    'data: [DONE]\n\n',
  ];
}

/** An error that a client must not retry: the request itself is the fault. */
export const errorJson = (message: string, code: string): string =>
  JSON.stringify({ error: { message, type: 'simulated_model', param: null, code } });
