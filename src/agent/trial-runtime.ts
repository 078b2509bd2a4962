import type { Approver } from '../contracts/approver.ts';
import type { ModelPort, Usage } from '../contracts/model.ts';
import type { RetryPolicy } from '../contracts/run-context.ts';
import type { Clock } from '../kernel/clock.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import type { Json } from '../kernel/json.ts';
import type { Limits } from '../schema/scenario.ts';
import type { RunBudget } from '../state/run-budget.ts';
import type { TrialJournal } from '../state/trial-journal.ts';
import type { ContentCapture } from '../telemetry/message-content.ts';
import type { TrialTrace } from '../telemetry/span.ts';
import type { Repeats } from './loop-guard.ts';

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
  /** The parts of the task, where the sample declares them. */
  readonly items: readonly string[] | undefined;
  /** What the agents of the trial share. */
  readonly shared: Map<string, Json>;
  /** Work that goes on after the answer has been given; the trial ends when all of it has. */
  readonly background: Promise<unknown>[];
  /** Puts what was said on spans; absent unless somebody asked for it. */
  readonly content?: ContentCapture | undefined;
  /** Whether the arguments of tool calls stay on their spans: somebody will judge them. */
  readonly keepArguments?: boolean;
  /** Told at once of what runs away, while the trial still runs. */
  readonly onAlert?: ((message: string) => void) | undefined;
  /** Spent so far; checked before each call. */
  readonly spent: { modelCalls: number; tokens: number; turns: number; costUsd: number };
  /** What its agents have asked for, and how often; made with the first request (loop-guard.ts). */
  repeats?: Repeats | undefined;
  /** What the trial has done so far; absent where nobody will want to go on with it. */
  readonly journal?: TrialJournal | undefined;
  /** Whether the run was stopped from outside: what that cuts off has no outcome. */
  readonly interrupted?: () => boolean;
  /** What people have answered, by the path of the question. */
  readonly answers?: ReadonlyMap<string, Json> | undefined;
  /** Who answers what nobody has answered yet. */
  readonly approver?: Approver | undefined;
  /** A replay: nothing outside may be changed. */
  readonly denyWrites?: boolean | undefined;
  /** What the run as a whole may spend. */
  readonly budget?: RunBudget | undefined;
}

export const exceeded = (limit: keyof Limits, allowed: number, unit: string): PatternbenchError =>
  new PatternbenchError('limit_exceeded', `the trial has used up its ${allowed} ${unit}`, {
    remedy: `raise limits.${limit} in the scenario if the work really needs more`,
    facts: { limit },
  });

const UNFIXABLE = new Set([
  'fixture_miss',
  'limit_exceeded',
  'cancelled',
  'suspended',
  'terminated',
  'unknown_effect',
  'divergence',
  'virtual_deadlock',
  'broken_invariant',
]);

/** Whether an error ends the whole trial: no retry, fallback or collecting branch may swallow it. */
export const endsTrial = (error: unknown): boolean => error instanceof PatternbenchError && UNFIXABLE.has(error.code);

/** Whether an error says nothing of the trial itself: taken up again, it goes on from before the step that met it. */
export const endsRun = (error: unknown): boolean =>
  error instanceof PatternbenchError &&
  (OUTSIDE.has(error.code) || (error.code === 'limit_exceeded' && RUN_LIMITS.has(String(error.facts['limit']))));

const OUTSIDE = new Set(['fixture_miss', 'suspended', 'divergence', 'virtual_deadlock', 'broken_invariant']);

/** Limits of the whole run, as against those of a trial. */
const RUN_LIMITS = new Set(['maxCalls', 'runCostUsd', 'budgetUsd', 'runTokens', 'runTime']);

export const isSuspension = (error: unknown): boolean => error instanceof PatternbenchError && error.code === 'suspended';
