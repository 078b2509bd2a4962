import type { Agent, AgentInput, AgentResult } from '../contracts/agent.ts';
import type { RetryPolicy, RunOptions } from '../contracts/run-context.ts';
import { messageOf, PatternbenchError } from '../kernel/errors.ts';
import type { JsonObject } from '../kernel/json.ts';
import { backoffUs } from '../resilience/backoff.ts';
import { compileJsonSchema } from '../schema/json-schema.ts';
import { EVENT, GEN_AI, type KnownAttributes, OWN } from '../telemetry/attribute-names.ts';
import type { SpanRecord } from '../telemetry/span.ts';
import { contextOf } from './context.ts';
import { withDeadline } from './deadline.ts';
import { waitVisibly } from './model-call.ts';
import { latencyBudget } from './latency-budget.ts';
import { attemptScope, closeContainer, nextPath, openSpan, type Scope, stepScope } from './scope.ts';
import { errorTypeOf, failSpan, leaveBehind } from './span-error.ts';
import { type TaskEvents, taskEvents, type TaskFacts } from './task-events.ts';
import { endsTrial } from './trial-runtime.ts';

/** Runs an agent as a step: a span and a scope of its own, attempts within a deadline, then the fallbacks in turn. */
export function runAgent(scope: Scope, agent: Agent, input: AgentInput, options: RunOptions = {}): Promise<AgentResult> {
  return options.fallback?.length
    ? runWithFallbacks(scope, [agent, ...options.fallback], input, options)
    : runCandidate(scope, { agent, input }, options);
}

async function runWithFallbacks(
  scope: Scope,
  agents: readonly Agent[],
  input: AgentInput,
  options: RunOptions,
): Promise<AgentResult> {
  let failure: unknown;
  for (const [index, agent] of agents.entries()) {
    if (index > 0) noteFallback(scope, agents[0]!, agent, failure);
    try {
      return await runCandidate(scope, { agent, input, recoversFrom: failure }, options);
    } catch (error) {
      if (endsTrial(error) || scope.signal.aborted) throw error;
      failure = error;
    }
  }
  throw failure;
}

async function runCandidate(scope: Scope, facts: TaskFacts, options: RunOptions): Promise<AgentResult> {
  scope.signal.throwIfAborted();
  const { agent, input } = facts;
  const span = openSpan(scope, {
    path: nextPath(scope, 'agent', agent.name),
    name: `invoke_agent ${agent.name}`,
    attributes: {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': agent.name,
      'gen_ai.agent.description': agent.description,
      'patternbench.agent.role': options.role ?? 'worker',
    } satisfies KnownAttributes,
  });
  const inner = stepScope(scope, span, { agent: agent.name, variant: options.variant ?? 0 });
  const task = taskEvents(inner, facts);
  try {
    if (!options.retry) task.started(1);
    const result = await (options.retry
      ? runAttempts(inner, { ...facts, task }, options)
      : runOnce(inner, { agent, input, options, attempt: 0 }));
    span.attributes[OWN.stop] = result.stop;
    task.completed(result);
    return result;
  } catch (error) {
    failSpan(span, error);
    task.failed(error);
    throw error;
  } finally {
    closeContainer(scope, span, inner);
  }
}

async function runAttempts(
  inner: Scope,
  { agent, input, task }: TaskFacts & { readonly task: TaskEvents },
  options: RunOptions,
): Promise<AgentResult> {
  const attempts = options.retry?.attempts ?? 1;
  for (let attempt = 0; ; attempt++) {
    task.started(attempt + 1);
    try {
      const result = await runOnce(inner, { agent, input, options, attempt });
      if (attempt > 0) inner.span.attributes[OWN.agentAttempt] = attempt + 1;
      return result;
    } catch (error) {
      if (attempt + 1 >= attempts || endsTrial(error) || inner.signal.aborted) throw error;
      await waitForRetry(inner, options.retry!, { attempt, error });
    }
  }
}

interface Attempt {
  readonly agent: Agent;
  readonly input: AgentInput;
  readonly options: RunOptions;
  readonly attempt: number;
}

function runOnce(inner: Scope, { agent, input, options, attempt }: Attempt): Promise<AgentResult> {
  const { trial } = inner;
  const budget = latencyBudget(inner, agent, options);
  let own = inner;
  const begun = trial.trace.spans.length;
  const running = withDeadline(trial.clock, inner.signal, {
    delayUs: budget.deadlineUs,
    work: (signal) => {
      own = attemptScope(inner, attempt, signal);
      return agent.run(input, contextOf(own));
    },
    expired: budget.expired,
    over: (failed, error) => {
      const left = leaveBehind(trial, { below: `${own.path}/`, begun, reason: failed ? error : undefined });
      inner.last = (failed ? left : undefined) ?? own.last;
    },
  });
  const { outputSchema } = options;
  return outputSchema ? running.then((result) => checkContract(agent, result, outputSchema)) : running;
}

/** The contract of a stage: its output is JSON that obeys the schema. What breaks it is named, and stays with this agent. */
function checkContract(agent: Agent, result: AgentResult, schema: JsonObject): AgentResult {
  let value: unknown;
  try {
    value = JSON.parse(result.output);
  } catch (cause) {
    throw new PatternbenchError('contract_violation', `the output of ${agent.name} is not JSON: ${messageOf(cause)}`, { cause });
  }
  const checked = compileJsonSchema(schema)(value);
  if (!checked.ok)
    throw new PatternbenchError('contract_violation', `the output of ${agent.name} breaks its contract: ${checked.problem}`);
  return { ...result, data: checked.value };
}

async function waitForRetry(inner: Scope, policy: RetryPolicy, failed: { attempt: number; error: unknown }): Promise<void> {
  const { trial } = inner;
  const delayUs = backoffUs(policy, { attempt: failed.attempt, draw: `${trial.seed}/${inner.path}/try${failed.attempt}` });
  noteEvent(inner.span, trial.clock.nowUs(), EVENT.retry, {
    [OWN.retryAttempt]: failed.attempt + 1,
    [OWN.retryDelayMs]: delayUs / 1000,
    [GEN_AI.errorType]: errorTypeOf(failed.error),
  });
  await waitVisibly(inner, 'backoff', delayUs);
}

function noteFallback(scope: Scope, from: Agent, to: Agent, failure: unknown): void {
  noteEvent(scope.span, scope.trial.clock.nowUs(), EVENT.fallback, {
    [OWN.fallbackFrom]: from.name,
    [OWN.fallbackTo]: to.name,
    [GEN_AI.errorType]: errorTypeOf(failure),
    [OWN.problem]: messageOf(failure),
  });
}

const noteEvent = (span: SpanRecord, atUs: number, name: string, attributes: Record<string, string | number>) =>
  span.events.push({ name, atUs, attributes });
