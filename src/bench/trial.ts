import { settleBackground, settlingSuspended } from '../agent/background.ts';
import { contextOf } from '../agent/context.ts';
import type { Scope } from '../agent/scope.ts';
import { errorTypeOf } from '../agent/span-error.ts';
import { endsRun, exceeded, type TrialRuntime } from '../agent/trial-runtime.ts';
import { withDeadline } from '../agent/deadline.ts';
import type { Approver } from '../contracts/approver.ts';
import type { Agent, AgentResult } from '../contracts/agent.ts';
import type { ChatMessage, ModelPort } from '../contracts/model.ts';
import { redactText, type SecretNames } from '../fixtures/redact.ts';
import { catchUpClock } from '../kernel/catch-up-clock.ts';
import type { Json } from '../kernel/json.ts';
import type { Sample, Scenario } from '../schema/scenario.ts';
import { type Clock, usOf } from '../kernel/clock.ts';
import { messageOf, PatternbenchError } from '../kernel/errors.ts';
import { hash53 } from '../kernel/random.ts';
import { VirtualClock } from '../kernel/virtual-clock.ts';
import { NATIVE, type Outcome } from '../schema/trial-record.ts';
import type { RunBudget } from '../state/run-budget.ts';
import type { TrialJournal } from '../state/trial-journal.ts';
import { type KnownAttributes, OPERATION, OWN } from '../telemetry/attribute-names.ts';
import type { PriceTable } from '../telemetry/cost.ts';
import { type ContentCapture, contentCapture, type ContentPlace } from '../telemetry/message-content.ts';
import { traceIdOf } from '../telemetry/span-ids.ts';
import { type SpanRecord, type SpanWatcher, TrialTrace } from '../telemetry/span.ts';
import { type MessageLog, messageLog } from './message-log.ts';
import type { TrialPlan } from './plan.ts';

/** What a run hands to each of its trials. */
export interface TrialEnvironment {
  /** Made for each trial; the seed is that of its ambient chance. */
  readonly clock: (seed: string) => Clock;
  readonly model: ModelPort;
  /** A port for those who judge the trial afterwards; absent where nobody is to be asked. */
  readonly judge?: (() => ModelPort) | undefined;
  readonly prices: PriceTable;
  readonly seed: number;
  /** The recording set in use, for the trace; null when there is none. */
  readonly fixtureSet: string | null;
  readonly signal: AbortSignal;
  /** What the trial has done before, and where it writes what it does; absent where nobody will go on with it. */
  readonly journal?: TrialJournal | undefined;
  /** By path of the question. */
  readonly answers?: ReadonlyMap<string, Json> | undefined;
  readonly approver?: Approver | undefined;
  readonly budget?: RunBudget | undefined;
  /** A replay must not change the world outside. */
  readonly denyWrites?: boolean;
  /** What was said goes on spans only where somebody asked for it. */
  readonly content?: ContentPlace | undefined;
  /** Told of spans while the trial runs, and of its root when its verdict stands on it. */
  readonly watch?: TrialWatcher | undefined;
  /** Told at once of what runs away. */
  readonly onAlert?: ((plan: TrialPlan, message: string) => void) | undefined;
}

export interface TrialWatcher extends SpanWatcher {
  readonly finished: (root: SpanRecord) => void;
}

export interface FinishedTrial {
  readonly plan: TrialPlan;
  /** Made when it is first asked for: by whoever writes the trial down, not while trials run. */
  readonly traceId: () => string;
  readonly spans: readonly SpanRecord[];
  readonly outcome: Outcome;
  readonly output: string | null;
  readonly stop: string;
  /** What was said in it, for the facts that analyses need of it (describe-messages.ts). */
  readonly said: MessageLog;
}

/** Tries on a failing endpoint before the call counts as failed: 1 s, 2 s and 4 s apart. */
const MODEL_RETRY = { attempts: 4, baseMs: 1000, jitter: 0.25 } as const;

/** Runs one trial to its end, whatever that is: a failure is an outcome, with its trace, not an exception. */
export async function runTrial(plan: TrialPlan, environment: TrialEnvironment): Promise<FinishedTrial> {
  const clock = clockOf(environment, seedOf(plan, environment));
  const said = messageLog(environment.content && contentOf(environment.content));
  const runtime = runtimeOf(plan, environment, { clock, content: said });
  const root = openRoot(plan, runtime, environment);
  const run = () => work(plan, runtime, { root, signal: environment.signal });
  const { final, ...ended } = await settle(() => (clock instanceof VirtualClock ? clock.run(run) : run()));
  closeTrace(runtime, root);
  // What was cut off, or waits for somebody, is not over.
  if (final && !environment.signal.aborted) environment.journal?.finish(ended.outcome, clock.nowUs());
  let traceId: string | undefined;
  const identify = () => (traceId ??= traceIdOfTrial(plan, environment.seed));
  return { plan, traceId: identify, spans: runtime.trace.spans, said, ...ended };
}

/** The id of a trial's trace; the seed is that of the run. */
export const traceIdOfTrial = ({ cell, sample, trial }: TrialPlan, seed: number): string =>
  traceIdOf({
    scenario: cell.scenario.name,
    adapter: NATIVE,
    pattern: cell.pattern,
    settings: cell.settings,
    sample: sample.id,
    trial,
    seed,
    resume: 0,
  });

const seedOf = ({ cell, sample, trial }: TrialPlan, { seed }: TrialEnvironment): string =>
  `${seed}/${cell.scenario.name}/${cell.pattern}/${sample.id}/${trial}`;

/** Real time does not pass while a trial goes through what it has done before. */
function clockOf({ clock, journal }: TrialEnvironment, seed: string): Clock {
  const made = clock(seed);
  return journal?.isResumed && made.kind === 'real' ? catchUpClock(made) : made;
}

/** The `seed` field of requests about a trial: derived from scenario and trial alone, so that recordings are found again. */
export const requestSeedOf = ({ name, seed }: Pick<Scenario, 'name' | 'seed'>, trial: number): number =>
  hash53(`${name}/${seed}/${trial}`) % 2 ** 31;

function runtimeOf(
  plan: TrialPlan,
  environment: TrialEnvironment,
  { clock, content }: Pick<TrialRuntime, 'clock' | 'content'>,
): TrialRuntime {
  const { sample, trial } = plan;
  const { scenario } = plan.cell;
  return {
    clock,
    trace: new TrialTrace(environment.watch),
    model: environment.model,
    limits: scenario.limits,
    seed: seedOf(plan, environment),
    requestSeed: requestSeedOf(scenario, trial),
    modelRetry: MODEL_RETRY,
    costUsd: (model, usage, pricedOn) => environment.prices.costOf(model, usage, pricedOn)?.usd ?? null,
    priceVersion: environment.prices.version,
    onAlert: environment.onAlert && ((message) => environment.onAlert!(plan, message)),
    content,
    items: sample.items,
    shared: new Map(),
    background: [],
    spent: { modelCalls: 0, tokens: 0, turns: 0, costUsd: 0 },
    repeats: undefined,
    journal: environment.journal,
    interrupted: () => environment.signal.aborted,
    answers: environment.answers,
    approver: environment.approver,
    budget: environment.budget,
    denyWrites: environment.denyWrites,
    keepArguments: plan.cell.scorers.some(({ scorer }) => scorer.needsToolArguments),
  };
}

/** Names of secrets count within one trial, so that what is equal there reads equal. */
function contentOf(place: ContentPlace): ContentCapture {
  const names: SecretNames = new Map();
  return contentCapture({ ...place, redact: (text) => redactText(text, names) });
}

function openRoot({ cell, sample, trial }: TrialPlan, runtime: TrialRuntime, { seed, fixtureSet }: TrialEnvironment): SpanRecord {
  const root = runtime.trace.start({
    path: '',
    parentPath: null,
    name: `${OPERATION.invokeWorkflow} ${cell.pattern}`,
    startUs: runtime.clock.nowUs(),
    attributes: {
      'gen_ai.operation.name': OPERATION.invokeWorkflow,
      'gen_ai.workflow.name': cell.pattern,
      'patternbench.scenario.id': cell.scenario.name,
      'patternbench.adapter': NATIVE,
      'patternbench.pattern.name': cell.pattern,
      'patternbench.sample.id': sample.id,
      'patternbench.run.trial': trial,
      'patternbench.run.seed': seed,
      'patternbench.config.hash': cell.settings,
      'patternbench.deadline_ms': cell.scenario.limits.timeoutMs,
      'patternbench.time.source': runtime.clock.kind === 'virtual' ? 'virtual' : 'wall',
    } satisfies KnownAttributes,
    after: [],
  });
  if (fixtureSet !== null) root.attributes[OWN.fixtureSet] = fixtureSet;
  return root;
}

function work(
  { cell, sample }: TrialPlan,
  runtime: TrialRuntime,
  { root, signal }: { root: SpanRecord; signal: AbortSignal },
): Promise<AgentResult> {
  const { timeoutMs } = cell.scenario.limits;
  return withDeadline(runtime.clock, signal, {
    delayUs: usOf(timeoutMs),
    expired: () => exceeded('timeoutMs', timeoutMs, 'ms of time'),
    work: (own) => {
      const scope: Scope = {
        trial: runtime,
        path: '',
        span: root,
        agent: cell.pattern,
        signal: own,
        counters: new Map(),
        root: own,
        variant: 0,
        last: [],
      };
      return converse(cell.agent!, sample, scope);
    },
  });
}

/** The whole conversation: each turn is answered on all that was said before. What goes on in the background belongs to the trial. */
async function converse(agent: Agent, sample: Sample, scope: Scope): Promise<AgentResult> {
  const context = contextOf(scope);
  let result = await settlingSuspended(scope.trial, () => agent.run(sample.input, context));
  const said: ChatMessage[] = [{ role: 'user', content: sample.input }];
  for (const turn of sample.turns ?? []) {
    said.push({ role: 'assistant', content: result.output }, { role: 'user', content: turn });
    result = await settlingSuspended(scope.trial, () => agent.run([...said], context));
  }
  await settleBackground(scope.trial);
  return result;
}

interface Ending extends Pick<FinishedTrial, 'outcome' | 'output' | 'stop'> {
  /** Whether the trial is over: taken up again, it would end the same way. */
  readonly final: boolean;
}

async function settle(run: () => Promise<AgentResult>): Promise<Ending> {
  try {
    const result = await run();
    return { outcome: { status: 'completed' }, output: result.output, stop: result.stop, final: true };
  } catch (error) {
    const outcome = outcomeOf(error);
    return { outcome, output: null, stop: stopOf(outcome), final: !endsRun(error) };
  }
}

function stopOf(outcome: Outcome): string {
  if (outcome.status === 'limit') return outcome.limit;
  if (outcome.status !== 'failed') return outcome.status;
  return outcome.code === 'terminated' ? 'rejected' : outcome.code;
}

function outcomeOf(error: unknown): Outcome {
  const message = messageOf(error);
  if (error instanceof PatternbenchError) {
    if (error.code === 'limit_exceeded') return { status: 'limit', limit: String(error.facts['limit'] ?? 'unknown'), message };
    if (error.code === 'cancelled') return { status: 'cancelled' };
    if (error.code === 'suspended') return { status: 'suspended' };
  }
  return { status: 'failed', code: errorTypeOf(error), message };
}

/** Ends the trace: the root now, and whatever an abandoned branch left open, at the same instant. */
function closeTrace(runtime: TrialRuntime, root: SpanRecord): void {
  const endUs = runtime.clock.nowUs();
  // Inner ones first, the root last.
  for (const span of runtime.trace.spans.toReversed()) {
    if (span.endUs >= 0) continue;
    if (span !== root) span.error ??= { type: 'cancelled', message: 'still open when the trial ended' };
    runtime.trace.end(span, endUs);
  }
}
