import type { RunContext } from '../contracts/run-context.ts';
import { childPath } from '../kernel/path.ts';
import { contextOf } from './context.ts';
import { nextPath, type Scope } from './scope.ts';
import { endsRun, isSuspension, type TrialRuntime } from './trial-runtime.ts';

/**
 * Starts work that nobody waits for. The trial ends when it has, so that its tokens, cost and failures are counted; an error of it stands in
 * the trace and ends nothing, unless it is one that ends the run: then the promise yields it.
 */
export function runInBackground(scope: Scope, name: string, work: (ctx: RunContext) => Promise<unknown>): void {
  scope.signal.throwIfAborted();
  const own: Scope = {
    ...scope,
    // It belongs to the trial: the step that begins it may be over long before.
    path: childPath('', 'background', nextPath(scope, 'background', name), 0),
    span: scope.trial.trace.spans[0]!,
    signal: scope.root,
    counters: undefined,
  };
  scope.trial.background.push(
    work(contextOf(own)).then(
      () => undefined,
      (error: unknown) => (endsRun(error) ? error : undefined),
    ),
  );
}

/** Waits for everything that nobody has waited for; throws the first error among theirs that ends the run. */
export async function settleBackground(trial: TrialRuntime): Promise<void> {
  for (const ended of await Promise.all(trial.background)) if (ended !== undefined) throw ended;
}

/** Runs the work of a trial. Where it waits for somebody outside, what goes on in the background settles first: it is not lost. */
export async function settlingSuspended<T>(trial: TrialRuntime, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isSuspension(error)) await settleBackground(trial);
    throw error;
  }
}
