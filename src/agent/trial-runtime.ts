import type { ModelPort, Usage } from '../contracts/model.ts';
import type { RetryPolicy } from '../contracts/run-context.ts';
import type { Clock } from '../kernel/clock.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import type { Limits } from '../schema/scenario.ts';
import type { ContentCapture } from '../telemetry/message-content.ts';
import type { TrialTrace } from '../telemetry/span.ts';

/** What one trial runs on: everything from outside, handed in. */
export interface TrialRuntime {
  readonly clock: Clock;
  readonly trace: TrialTrace;
  readonly model: ModelPort;
  readonly limits: Limits;
  /** Seeds jitter and `ctx.random`; not part of any request. */
  readonly seed: string;
  /** The `seed` field of requests that carry none: derived from scenario and trial, so that recordings are found again. */
  readonly requestSeed: number;
  /** How failed model calls are mended; the harness owns retries, clients have none. */
  readonly modelRetry: RetryPolicy;
  /** USD of a call, or null when the model has no known price. */
  readonly costUsd: (model: string, usage: Usage, pricedOn: string) => number | null;
  readonly priceVersion: string;
  /** Puts what was said on spans; absent unless somebody asked for it. */
  readonly content?: ContentCapture | undefined;
  /** Told at once of what runs away, while the trial still runs. */
  readonly onAlert?: ((message: string) => void) | undefined;
  /** Spent so far; checked before each call. */
  readonly spent: { modelCalls: number; tokens: number };
}

/** Counts a model call about to be made; throws `limit_exceeded` when the trial has used up its calls or tokens. */
export function spendCall(trial: TrialRuntime): void {
  const { limits, spent } = trial;
  if (spent.modelCalls >= limits.maxModelCalls) throw exceeded('maxModelCalls', limits.maxModelCalls, 'model calls');
  if (spent.tokens >= limits.maxTokens) throw exceeded('maxTokens', limits.maxTokens, 'tokens');
  spent.modelCalls++;
}

export const exceeded = (limit: keyof Limits, allowed: number, unit: string): PatternbenchError =>
  new PatternbenchError('limit_exceeded', `the trial has used up its ${allowed} ${unit}`, {
    remedy: `raise limits.${limit} in the scenario if the work really needs more`,
    facts: { limit },
  });

const UNFIXABLE = new Set(['fixture_miss', 'limit_exceeded', 'cancelled', 'virtual_deadlock', 'broken_invariant']);

/** Whether an error ends the whole trial: no retry, fallback or collecting branch may swallow it. */
export const endsTrial = (error: unknown): boolean => error instanceof PatternbenchError && UNFIXABLE.has(error.code);
