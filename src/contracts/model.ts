import type { Clock } from '../kernel/clock.ts';
import type { Json, JsonObject } from '../kernel/json.ts';
import type { StopSignal } from '../kernel/stop.ts';

// Requests keep the wire names of OpenAI chat completions, the field's common tongue: what a pattern asks, what a fixture stores and what
// an endpoint receives is one and the same body.

export interface ToolCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
}

export type ChatMessage =
  | { readonly role: 'system' | 'developer' | 'user'; readonly content: string; readonly name?: string }
  | {
      readonly role: 'assistant';
      readonly content: string | null;
      readonly name?: string;
      readonly tool_calls?: readonly ToolCall[];
      readonly refusal?: string | null;
    }
  | { readonly role: 'tool'; readonly content: string; readonly tool_call_id: string };

export interface ToolDefinition {
  readonly type: 'function';
  readonly function: { readonly name: string; readonly description: string; readonly parameters: JsonObject };
}

/** A chat-completions body. */
export interface ModelRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly ToolDefinition[];
  readonly tool_choice?: Json;
  readonly temperature?: number;
  readonly seed?: number;
  readonly max_completion_tokens?: number;
  readonly response_format?: JsonObject;
  /** Have the answer in chunks as it comes into being; what is asked stays the same. */
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
}

/** Tokens as billed. `inputTokens` include the cached ones, `outputTokens` include reasoning. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedInputTokens: number;
  readonly reasoningTokens: number;
}

/** Where an answer came from; shown in every report. */
export type Provenance = 'real' | 'simulated' | 'scripted' | 'imported' | 'derived' | 'edited';

/** How the time of an interaction is known: by a clock, by the simulated provider's own word, or by a declared model. */
export type Timing = 'measured' | 'modelled' | 'synthetic';

export interface ModelReply {
  /** The assistant's message, ready to be appended to the conversation. */
  readonly message: Extract<ChatMessage, { role: 'assistant' }>;
  readonly finishReason: string;
  /** null when the endpoint reported none; never taken for zero. */
  readonly usage: Usage | null;
  readonly responseId: string;
  /** The model that answered; it may differ from the requested one. */
  readonly servedModel: string;
  readonly systemFingerprint: string | null;
  readonly provenance: Provenance;
  /** `key#trial#occurrence` of the recorded interaction, or null when nothing was recorded. */
  readonly fixture: string | null;
  /** The day (YYYY-MM-DD) whose prices apply: when the interaction was recorded. */
  readonly pricedOn: string;
  /** Milliseconds from the request to the first chunk; null unless the answer was streamed. */
  readonly firstChunkMs: number | null;
  /** Chunks of the answer; null unless it was streamed. */
  readonly chunks: number | null;
}

/** What the caller says about a call beside the request: none of it is sent, none of it enters the key. */
export interface CallInfo {
  readonly agent: string;
  readonly path: string;
  /** Tells when nobody wants the answer any more; `nativeSignal` of kernel/stop.ts makes an AbortSignal of it. */
  readonly stop: StopSignal;
  readonly clock: Clock;
}

/**
 * The door to a model, for one trial. A call takes its time on `info.clock` and resolves with the reply.
 * Throws `model_error` (facts: status, retryable, retryAfterMs), `malformed_response`, `fixture_miss`, `cancelled`.
 */
export interface ModelPort {
  readonly call: (request: ModelRequest, info: CallInfo) => Promise<ModelReply>;
  /** Every answer that it has ever given is recorded: asked again in the same order, it answers the same, at no cost. */
  readonly remembers?: boolean;
}
