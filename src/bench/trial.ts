import { contextOf } from '../agent/context.ts';
import type { Scope } from '../agent/scope.ts';
import { errorTypeOf } from '../agent/span-error.ts';
import { exceeded, type TrialRuntime } from '../agent/trial-runtime.ts';
import { withDeadline } from '../agent/deadline.ts';
import type { AgentResult } from '../contracts/agent.ts';
import type { ModelPort } from '../contracts/model.ts';
import { redactText, type SecretNames } from '../fixtures/redact.ts';
import { type Clock, usOf } from '../kernel/clock.ts';
import { messageOf, PatternbenchError } from '../kernel/errors.ts';
import { hash53 } from '../kernel/random.ts';
import { VirtualClock } from '../kernel/virtual-clock.ts';
import { NATIVE, type Outcome } from '../schema/trial-record.ts';
import { type KnownAttributes, OPERATION, OWN } from '../telemetry/attribute-names.ts';
import type { PriceTable } from '../telemetry/cost.ts';
import { type ContentCapture, contentCapture, type ContentPlace } from '../telemetry/message-content.ts';
import { traceIdOf } from '../telemetry/span-ids.ts';
import { type SpanRecord, TrialTrace } from '../telemetry/span.ts';
import type { TrialPlan } from './plan.ts';

/** What a run hands to each of its trials. */
export interface TrialEnvironment {
  /** Made for each trial; the seed is that of its ambient chance. */
  readonly clock: (seed: string) => Clock;
  readonly model: ModelPort;
  readonly prices: PriceTable;
  readonly seed: number;
  /** The recording set in use, for the trace; null when there is none. */
  readonly fixtureSet: string | null;
  readonly signal: AbortSignal;
  /** What was said goes on spans only where somebody asked for it. */
  readonly content?: ContentPlace | undefined;
  /** Told at once of what runs away. */
  readonly onAlert?: ((plan: TrialPlan, message: string) => void) | undefined;
}

export interface FinishedTrial {
  readonly plan: TrialPlan;
  readonly traceId: string;
  readonly spans: readonly SpanRecord[];
  readonly outcome: Outcome;
  readonly output: string | null;
  readonly stop: string;
}

/** Tries on a failing endpoint before the call counts as failed: 1 s, 2 s and 4 s apart. */
const MODEL_RETRY = { attempts: 4, baseMs: 1000, jitter: 0.25 } as const;

/** Runs one trial to its end, whatever that is: a failure is an outcome, with its trace, not an exception. */
export async function runTrial(plan: TrialPlan, environment: TrialEnvironment): Promise<FinishedTrial> {
  const { cell, sample, trial } = plan;
  const clock = environment.clock(seedOf(plan, environment));
  const runtime = runtimeOf(plan, environment, clock);
  const root = openRoot(plan, runtime, environment);
  const ended = await settle(() => (clock instanceof VirtualClock ? clock.run(() => work(plan, runtime, { root, signal: environment.signal })) : work(plan, runtime, { root, signal: environment.signal })));
  closeTrace(runtime, root);
  const traceId = traceIdOf({
    scenario: cell.scenario.name,
    adapter: NATIVE,
    pattern: cell.pattern,
    settings: cell.settings,
    sample: sample.id,
    trial,
    seed: environment.seed,
    resume: 0,
  });
  return { plan, traceId, spans: runtime.trace.spans, ...ended };
}

const seedOf = ({ cell, sample, trial }: TrialPlan, { seed }: TrialEnvironment): string =>
  `${seed}/${cell.scenario.name}/${cell.pattern}/${sample.id}/${trial}`;

function runtimeOf(plan: TrialPlan, environment: TrialEnvironment, clock: Clock): TrialRuntime {
  const { trial } = plan;
  const { scenario } = plan.cell;
  return {
    clock,
    trace: new TrialTrace(),
    model: environment.model,
    limits: scenario.limits,
    seed: seedOf(plan, environment),
    requestSeed: hash53(`${scenario.name}/${scenario.seed}/${trial}`) % 2 ** 31,
    modelRetry: MODEL_RETRY,
    costUsd: (model, usage, pricedOn) => environment.prices.costOf(model, usage, pricedOn)?.usd ?? null,
    priceVersion: environment.prices.version,
    onAlert: environment.onAlert && ((message) => environment.onAlert!(plan, message)),
    content: environment.content && contentOf(environment.content),
    spent: { modelCalls: 0, tokens: 0 },
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
      'patternbench.time.source': runtime.clock.kind === 'virtual' ? 'virtual' : 'wall',
    } satisfies KnownAttributes,
    after: [],
  });
  if (fixtureSet !== null) root.attributes[OWN.fixtureSet] = fixtureSet;
  return root;
}

function work({ cell, sample }: TrialPlan, runtime: TrialRuntime, { root, signal }: { root: SpanRecord; signal: AbortSignal }): Promise<AgentResult> {
  const { timeoutMs } = cell.scenario.limits;
  return withDeadline(runtime.clock, signal, {
    delayUs: usOf(timeoutMs),
    expired: () => exceeded('timeoutMs', timeoutMs, 'ms of time'),
    work: (own) => {
      const scope: Scope = { trial: runtime, path: '', span: root, agent: cell.pattern, signal: own, counters: new Map(), last: [] };
      return cell.agent!.run(sample.input, contextOf(scope));
    },
  });
}

type Ending = Pick<FinishedTrial, 'outcome' | 'output' | 'stop'>;

async function settle(run: () => Promise<AgentResult>): Promise<Ending> {
  try {
    const result = await run();
    return { outcome: { status: 'completed' }, output: result.output, stop: result.stop };
  } catch (error) {
    const outcome = outcomeOf(error);
    return { outcome, output: null, stop: outcome.status === 'limit' ? outcome.limit : outcome.status === 'failed' ? outcome.code : outcome.status };
  }
}

function outcomeOf(error: unknown): Outcome {
  const message = messageOf(error);
  if (error instanceof PatternbenchError) {
    if (error.code === 'limit_exceeded') return { status: 'limit', limit: String(error.facts['limit'] ?? 'unknown'), message };
    if (error.code === 'cancelled') return { status: 'cancelled' };
  }
  return { status: 'failed', code: errorTypeOf(error), message };
}

/** Ends the trace: the root now, and whatever an abandoned branch left open, at the same instant. */
function closeTrace(runtime: TrialRuntime, root: SpanRecord): void {
  const endUs = runtime.clock.nowUs();
  for (const span of runtime.trace.spans) {
    if (span.endUs >= 0) continue;
    span.endUs = endUs;
    if (span !== root) span.error ??= { type: 'cancelled', message: 'still open when the trial ended' };
  }
}
