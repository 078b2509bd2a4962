import type { Agent } from '../contracts/agent.ts';
import type { RunOptions } from '../contracts/run-context.ts';
import { usOf } from '../kernel/clock.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import { OWN } from '../telemetry/attribute-names.ts';
import type { Scope } from './scope.ts';

export interface LatencyBudget {
  readonly deadlineUs: number | undefined;
  /** The error when time is up. */
  readonly expired: () => PatternbenchError;
}

/**
 * How long one run of an agent may take: what the scenario grants (`limits.agentLatencyMs`) or what the pattern allows, whichever is
 * shorter. What the scenario grants stands on the agent's span, and so does that it was exceeded.
 */
export function latencyBudget(inner: Scope, agent: Agent, { timeoutMs }: RunOptions): LatencyBudget {
  const budgets = inner.trial.limits.agentLatencyMs;
  if (budgets === undefined && timeoutMs === undefined) return UNLIMITED;
  const grantedMs = grantedTo(agent, budgets ?? {});
  const { attributes } = inner.span;
  if (grantedMs !== undefined) attributes[OWN.budgetLatencyMs] = grantedMs;
  const deadlineMs = Math.min(grantedMs ?? Infinity, timeoutMs ?? Infinity);
  // What did not strike would strike with other times (`whatif`): the trace must tell of it.
  if (deadlineMs < Infinity) attributes[OWN.deadlineMs] = deadlineMs;
  if (grantedMs === undefined || (timeoutMs !== undefined && timeoutMs < grantedMs)) {
    return { deadlineUs: timeoutMs === undefined ? undefined : usOf(timeoutMs), expired: () => late(agent, timeoutMs!) };
  }
  return {
    deadlineUs: usOf(grantedMs),
    expired: () => {
      attributes[OWN.budgetExceeded] = true;
      return late(agent, grantedMs);
    },
  };
}

const UNLIMITED: LatencyBudget = {
  deadlineUs: undefined,
  expired: () => new PatternbenchError('broken_invariant', 'time is up where none was set'),
};

/** The default is for agents that call a model themselves: a pattern inside a pattern takes as long as its agents do. */
function grantedTo(agent: Agent, budgets: Readonly<Record<string, number>>): number | undefined {
  if (Object.hasOwn(budgets, agent.name)) return budgets[agent.name];
  return 'spec' in agent && Object.hasOwn(budgets, 'default') ? budgets['default'] : undefined;
}

const late = (agent: Agent, ms: number) => new PatternbenchError('timeout', `${agent.name} did not answer within ${ms} ms`);
