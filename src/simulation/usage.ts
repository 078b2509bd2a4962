import { type ChatRequest, saidIn } from './chat-request.ts';
import type { CountTokens } from './tokens.ts';

/** Tokens of a message beside its content, and of the reply's opening, as the vendor of the format counts them. */
const PER_MESSAGE = 4;
const REPLY_OPENING = 3;
/** Prefixes are cached from this length on, in such steps. */
const CACHE_FROM = 1024;
const CACHE_STEP = 128;

export interface InputTokens {
  readonly input: number;
  /** Those of the input that were sent before: the prefix before the last turn of the assistant. Known from the request alone. */
  readonly cached: number;
  /** Those of the messages without the tools. */
  readonly messages: number;
}

export function inputTokensOf({ messages, tools }: ChatRequest, count: CountTokens): InputTokens {
  const perMessage = messages.map((message) => PER_MESSAGE + count(saidIn(message)));
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const toolTokens = tools.length > 0 ? count(JSON.stringify(tools)) : 0;
  const lastTurn = messages.findLastIndex((message) => message.role === 'assistant');
  const prefix = lastTurn > 0 ? toolTokens + sum(perMessage.slice(0, lastTurn)) : 0;
  return {
    input: REPLY_OPENING + toolTokens + sum(perMessage),
    cached: prefix >= CACHE_FROM ? prefix - (prefix % CACHE_STEP) : 0,
    messages: sum(perMessage),
  };
}
