import type { JsonObject } from '../kernel/json.ts';

// What a scorer sees of a trial's trace: the same in a run and when saved spans are scored again, since both read it off the spans.

/** What a span stands for. `handoff` is a tool call that passes control; `step` is any other step of the harness. */
export type ScoredRole = 'workflow' | 'agent' | 'llm' | 'tool' | 'handoff' | 'backoff' | 'wait' | 'step';

/** A step of a trial. Spans come in the order of their start. */
export interface ScoredSpan {
  /** Unique in the trial; the root's is ''. */
  readonly path: string;
  readonly parentPath: string | null;
  readonly name: string;
  readonly role: ScoredRole;
  /** Whose step it is: the agent of this span or of the nearest one above. */
  readonly agent: string;
  /** Milliseconds from the trial's beginning. */
  readonly startMs: number;
  readonly durationMs: number;
  /** Type of the error that it ended with; null when it went well. */
  readonly error: string | null;
  /** The model that was asked for, of a model call. */
  readonly model: string | null;
  /** Of a tool call or a hand-off. */
  readonly tool: string | null;
  /** Whether somebody or something refused the tool call. */
  readonly denied: boolean;
  /** Faults that were planted here, by type. */
  readonly faults: readonly string[];
  readonly eventNames: readonly string[];
}

/** A tool call; hand-offs are none. */
export interface ScoredToolCall {
  readonly agent: string;
  readonly name: string;
  /** null where the trace does not hold them, or they are no JSON object; kept where a scorer `needs` them. */
  readonly arguments?: JsonObject | null;
}

/** What a trial, or one of its agents, took. */
export interface ScoredAmounts {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** null when a call has no price: never taken for 0. */
  readonly costUsd: number | null;
  readonly latencyMs: number;
  readonly llmCalls: number;
  readonly toolCalls: number;
}

/** A hand-off that took place. */
export interface ScoredHandoff {
  readonly from: string;
  readonly to: string;
}
