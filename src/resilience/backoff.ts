import { unitOf } from '../kernel/random.ts';

export interface BackoffPolicy {
  readonly baseMs: number;
  readonly factor?: number;
  readonly maxMs?: number;
  readonly jitter?: number;
}

export interface FailedAttempt {
  /** From 0. */
  readonly attempt: number;
  /** What the draw for the jitter hangs on: equal text, equal wait. */
  readonly draw: string;
  /** What the server asked for (Retry-After); obeyed, jitter comes on top. */
  readonly retryAfterMs?: number | undefined;
}

/** A day. A server may ask for anything, even for more digits than a number has; time must stay finite. */
const LONGEST_MS = 86_400_000;

/**
 * How long to wait after a failed attempt, in whole microseconds: `base * factor^attempt`, at most `maxMs` (60 s), plus a seeded share
 * (`jitter`, 0 to 1) of it. A longer Retry-After wins, up to a day; waiting less than asked only gets the next attempt refused too.
 */
export function backoffUs(policy: BackoffPolicy, failed: FailedAttempt): number {
  const growing = Math.min(policy.baseMs * (policy.factor ?? 2) ** failed.attempt, policy.maxMs ?? 60_000);
  const waitMs = Math.max(growing, Math.min(failed.retryAfterMs ?? 0, LONGEST_MS));
  return Math.round(waitMs * (1 + (policy.jitter ?? 0) * unitOf(failed.draw)) * 1000);
}
