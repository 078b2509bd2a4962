import { messageOf, PatternbenchError, type ErrorCode } from '../kernel/errors.ts';
import type { Json } from '../kernel/json.ts';
import type { StopSignal } from '../kernel/stop.ts';
import type { EndRecord } from '../schema/journal.ts';
import type { Scope } from './scope.ts';
import { errorTypeOf } from './span-error.ts';
import { endsRun } from './trial-runtime.ts';

/** What one effect is, so that it can be found again and told apart from another. */
export interface JournaledStep<T> {
  /** Its key within the trial. */
  readonly path: string;
  readonly kind: 'model' | 'tool' | 'wait';
  /** Of the request: the same step asked for something else is a divergence. */
  readonly hash: () => string;
  readonly work: () => Promise<T>;
  /** The value as JSON; secrets replaced. */
  readonly store: (value: T) => Json;
  readonly restore: (value: Json) => T;
  /** Doing it twice changes the world twice. */
  readonly once?: boolean;
  /** Asked when a step that must be done once may or may not have been done, each time that it was begun. */
  readonly settleUnknown?: (begun: number) => Promise<'again' | { readonly value: T }>;
  /** Whether the value is remembered elsewhere: the work is done again then, at no cost, and takes the recorded time. */
  readonly remembered?: boolean;
  /** Whether the step turned out to consist of steps that are journaled themselves. */
  readonly isInner?: () => boolean;
  /** Told that an earlier attempt at this step was lost on the way. */
  readonly onLost?: () => void;
}

/**
 * Does an effect once: what the journal has is handed out again, after the recorded time on the clock; anything else is done, with its
 * intent written before and its outcome after. Throws `divergence` when the journal has another request in this place.
 */
export async function journaled<T>(scope: Scope, step: JournaledStep<T>): Promise<T> {
  const { journal } = scope.trial;
  if (!journal) return step.work();
  const hash = step.hash();
  const before = journal.recorded(step.path);
  if (!before) return live(scope, step, hash);
  if (before.begin.hash !== hash) throw diverged(scope, { path: step.path, recorded: before.begin.hash, now: hash });
  if (before.end) return again(scope, step, before.end);
  step.onLost?.();
  if (!step.once) return live(scope, step, hash);
  const settled = (await step.settleUnknown?.(before.begun)) ?? 'again';
  if (settled === 'again') return live(scope, step, hash);
  journal.end({ path: step.path, at: scope.trial.clock.nowUs(), value: step.store(settled.value) }, { sync: true });
  return settled.value;
}

async function live<T>(scope: Scope, step: JournaledStep<T>, hash: string): Promise<T> {
  const journal = scope.trial.journal!;
  const { clock } = scope.trial;
  const { path, kind, once = false } = step;
  clock.goLive?.();
  journal.begin({ path, kind, hash, at: clock.nowUs(), ...(once ? { effect: 'write' as const } : {}) });
  const outcome = (end: Omit<EndRecord, 't' | 'trial' | 'path' | 'at'>) =>
    journal.end({ path, at: clock.nowUs(), ...end }, { sync: once });
  try {
    const value = await step.work();
    // Who was told to stop is not heard any more: the same must be so the next time.
    if (scope.signal.aborted) noteStopped(scope, outcome);
    else if (step.remembered) outcome({ remembered: true });
    else outcome({ value: step.store(value), ...(step.isInner?.() ? { inner: true as const } : {}) });
    return value;
  } catch (error) {
    if (scope.signal.aborted) noteStopped(scope, outcome);
    // What ends the run has no outcome: the step is to be made again when the run goes on.
    else if (!endsRun(error)) outcome(failed(error));
    throw error;
  }
}

/** A step that was stopped by what is around it; not one that the end of the whole run has cut off. */
function noteStopped(scope: Scope, outcome: (end: { stopped: true }) => void): void {
  if (!endsRun(scope.signal.reason) && !scope.trial.interrupted?.()) outcome({ stopped: true });
}

const failed = (error: unknown) => ({
  error: {
    code: errorTypeOf(error),
    message: messageOf(error),
    ...(error instanceof PatternbenchError && Object.keys(error.facts).length > 0 ? { facts: { ...error.facts } } : {}),
  },
});

/** The recorded outcome, at the recorded instant. */
async function again<T>(scope: Scope, step: JournaledStep<T>, end: EndRecord): Promise<T> {
  if (end.stopped && !end.remembered && !step.remembered) return untilStopped(scope.signal);
  if (step.remembered || end.inner) {
    const value = await step.work();
    await sleepUntil(scope, end.at);
    return value;
  }
  await sleepUntil(scope, end.at);
  if (end.error) throw restoredError(end.error);
  return step.restore(end.value ?? null);
}

async function sleepUntil(scope: Scope, atUs: number): Promise<void> {
  const { clock } = scope.trial;
  const restUs = atUs - clock.nowUs();
  if (restUs >= 0) await clock.sleep(restUs, scope.signal);
}

/** What stopped the step before will stop it again: a deadline on the same clock, a race with the same winner. */
const untilStopped = (signal: StopSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

/** The error as it was thrown; only its cause is gone. */
function restoredError({ code, message, facts }: NonNullable<EndRecord['error']>): Error {
  return new PatternbenchError(code as ErrorCode, message, facts ? { facts } : {});
}

export function diverged(
  scope: Scope,
  found: { readonly path: string; readonly recorded: string; readonly now: string },
): PatternbenchError {
  const { path, recorded, now } = found;
  return new PatternbenchError(
    'divergence',
    `${path}: recorded ${recorded}, now ${now}; this is not the request that the journal has here`,
    {
      place: { path: `${scope.trial.journal?.trial ?? ''} ${path}`.trim() },
      remedy: 'put prompts, tools, settings and code back as they were when the run began, or start a new run',
    },
  );
}
