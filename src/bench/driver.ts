import pLimit from 'p-limit';
import { PatternbenchError } from '../kernel/errors.ts';
import type { TrialRecord } from '../schema/trial-record.ts';
import type { TrialPlan } from './plan.ts';
import { scoreTrial } from './score-trial.ts';
import type { JudgeSurroundings } from './ask-judge.ts';
import { type FinishedTrial, requestSeedOf, runTrial, type TrialEnvironment } from './trial.ts';

export interface DriverRequest {
  readonly trials: readonly TrialPlan[];
  /** Trials at a time. The results do not depend on it. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  readonly environmentOf: (plan: TrialPlan) => TrialEnvironment | Promise<TrialEnvironment>;
  /** Called once per trial, in plan order, whatever the order of finishing. */
  readonly onTrial: (finished: FinishedTrial, record: TrialRecord) => void | Promise<void>;
  /** Called as trials finish, in any order. */
  readonly onProgress?: (done: number, record: TrialRecord) => void;
}

/** Runs all trials, so many at a time, and hands them on in plan order. Stops starting new ones when the signal is aborted. */
export async function drive(request: DriverRequest): Promise<void> {
  const inOrder = new InPlanOrder<{ finished: FinishedTrial; record: TrialRecord }>(({ finished, record }) =>
    request.onTrial(finished, record),
  );
  const limit = pLimit(Math.max(1, request.concurrency));
  let done = 0;
  await Promise.all(
    request.trials.map((plan, index) =>
      limit(async () => {
        if (request.signal.aborted) throw request.signal.reason as Error;
        const environment = await request.environmentOf(plan);
        const finished = await runTrial(plan, environment);
        const record = await scoreTrial(finished, judgeOf(plan, environment));
        environment.watch?.finished(finished.spans[0]!);
        request.onProgress?.(++done, record);
        await inOrder.put(index, { finished, record });
      }),
    ),
  ).catch((error: unknown) => {
    limit.clearQueue();
    throw error;
  });
  if (inOrder.taken !== request.trials.length) {
    throw new PatternbenchError(
      'broken_invariant',
      `${request.trials.length} trials were planned, ${inOrder.taken} were handed on`,
    );
  }
}

const judgeOf = ({ cell, trial }: TrialPlan, { judge, ...environment }: TrialEnvironment): JudgeSurroundings | undefined =>
  judge && {
    model: judge,
    clock: environment.clock,
    prices: environment.prices,
    requestSeed: requestSeedOf(cell.scenario, trial),
    signal: environment.signal,
    budget: environment.budget,
    journal: environment.journal,
  };

/** Hands items on in the order of their index, keeping early ones until their turn. */
class InPlanOrder<T> {
  readonly #waiting = new Map<number, T>();
  readonly #take: (item: T) => void | Promise<void>;
  #chain: Promise<void> = Promise.resolve();
  taken = 0;

  constructor(take: (item: T) => void | Promise<void>) {
    this.#take = take;
  }

  /** Resolves when everything that could be handed on has been. */
  put(index: number, item: T): Promise<void> {
    this.#waiting.set(index, item);
    this.#chain = this.#chain.then(() => this.#drain());
    return this.#chain;
  }

  async #drain(): Promise<void> {
    for (;;) {
      const item = this.#waiting.get(this.taken);
      if (item === undefined) return;
      this.#waiting.delete(this.taken);
      this.taken++;
      await this.#take(item);
    }
  }
}
