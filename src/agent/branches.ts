import type { AllOptions, RunContext, Settled } from '../contracts/run-context.ts';
import { messageOf, PatternbenchError } from '../kernel/errors.ts';
import { Stop } from '../kernel/stop.ts';
import { OWN } from '../telemetry/attribute-names.ts';
import { contextOf } from './context.ts';
import { branchScope, closeEffect, nextPath, openSpan, type Scope } from './scope.ts';
import { errorTypeOf, leaveBehind } from './span-error.ts';
import { endsTrial, isSuspension } from './trial-runtime.ts';

type Branch<T, R> = (item: T, index: number, ctx: RunContext) => Promise<R>;

/**
 * Bounded concurrent branches. Failures are collected (a sibling is never lost), unless the whole trial must end. With `first: k` the
 * branches that are still running when the k-th succeeds are aborted and count as cancelled; nobody waits for one that ignores it.
 * A branch that waits for somebody outside suspends the trial only when its siblings have settled: what they do is not lost.
 */
export async function runBranches<T, R>(
  scope: Scope,
  items: readonly T[],
  branch: Branch<T, R>,
  options: AllOptions = {},
): Promise<Settled<R>[]> {
  scope.signal.throwIfAborted();
  const name = options.name ?? 'all';
  const path = nextPath(scope, 'all', name);
  const begun = scope.trial.trace.spans.length;
  const gathering = new Gathering<R>(scope, items.length, options);
  let next = 0;
  const worker = async (): Promise<void> => {
    let last = scope.last;
    while (next < items.length && !gathering.over) {
      const index = next++;
      const own = branchScope({ ...scope, last }, path, index, gathering.signal);
      await gathering.settle(index, own, () => branch(items[index]!, index, contextOf(own)));
      last = own.last;
    }
  };
  const workers = Math.min(Math.max(1, options.concurrency ?? items.length), items.length);
  try {
    await Promise.race([Promise.all(Array.from({ length: workers }, worker)), gathering.stopped]);
  } finally {
    gathering.dispose();
  }
  if (gathering.over) leaveBehind(scope.trial, { below: `${path}[`, begun, reason: gathering.signal.reason });
  const ended = gathering.lastSpans();
  scope.last = ended;
  if (gathering.fatal !== undefined) throw gathering.fatal;
  if (gathering.suspended !== undefined && !gathering.over) throw gathering.suspended;
  if (items.length > 1) join(scope, `join ${name}`, ended);
  return gathering.results();
}

/** The results of branches as they come in, and the end of the waiting. */
class Gathering<R> {
  readonly #settled: (Settled<R> | undefined)[];
  readonly #lasts: (readonly string[])[] = [];
  readonly #scope: Scope;
  readonly #options: AllOptions;
  readonly #follow: () => void;
  readonly #release: () => void;
  #successes = 0;
  /** Resolves when the others need not be waited for. */
  readonly stopped: Promise<void>;
  readonly signal = new Stop();
  over = false;
  fatal: unknown;
  suspended: unknown;

  constructor(scope: Scope, size: number, options: AllOptions) {
    this.#scope = scope;
    this.#options = options;
    this.#settled = Array.from({ length: size });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.stopped = promise;
    this.#release = resolve;
    this.#follow = () => this.signal.abort(scope.signal.reason);
    scope.signal.addEventListener('abort', this.#follow);
  }

  async settle(index: number, own: Scope, work: () => Promise<R>): Promise<void> {
    try {
      const value = await work();
      if (this.over) return;
      this.#settled[index] = { ok: true, value };
      this.#lasts.push(own.last);
      if (++this.#successes === this.#options.first) this.#stop(raceLost());
    } catch (error) {
      if (this.over) return;
      this.#settled[index] = { ok: false, error: messageOf(error), code: errorTypeOf(error) };
      this.#lasts.push(own.last);
      if (isSuspension(error) && !this.#scope.signal.aborted) {
        this.suspended ??= error;
        return;
      }
      if (endsTrial(error) || this.#scope.signal.aborted || this.#options.failFast) {
        this.fatal = error;
        this.#stop(error);
      }
    }
  }

  lastSpans(): readonly string[] {
    const spans = [...new Set(this.#lasts.flat())].sort();
    return spans.length > 0 ? spans : this.#scope.last;
  }

  results(): Settled<R>[] {
    return this.#settled.map((settled) => settled ?? { ok: false, error: raceLost().message, code: 'cancelled' });
  }

  dispose(): void {
    this.#scope.signal.removeEventListener('abort', this.#follow);
  }

  #stop(reason: unknown): void {
    this.over = true;
    this.signal.abort(reason);
    this.#release();
  }
}

const raceLost = () => new PatternbenchError('cancelled', 'stopped: enough other branches had finished');

function join(scope: Scope, name: string, links: readonly string[]): void {
  const span = openSpan(scope, { path: nextPath(scope, 'join', name), name, attributes: { [OWN.stepType]: 'join' }, links });
  closeEffect(scope, span);
}
