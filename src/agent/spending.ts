import type { Limits } from '../schema/scenario.ts';
import { ALERT_SHARES, sharesCrossed } from '../state/run-budget.ts';
import { EVENT, OWN } from '../telemetry/attribute-names.ts';
import { exceeded, type TrialRuntime } from './trial-runtime.ts';

/** A question to a model about to be put; throws `limit_exceeded` when the trial has used up its turns. */
export function spendTurn(trial: TrialRuntime): void {
  const { limits, spent } = trial;
  if (limits.maxTurns !== undefined && spent.turns >= limits.maxTurns) throw exceeded('maxTurns', limits.maxTurns, 'turns');
  spent.turns++;
  alert(trial, 'maxTurns', spent.turns - 1, spent.turns);
}

/**
 * Counts a model call about to be made; throws `limit_exceeded` when the trial has used up its calls, tokens or money, or the run its budget.
 * The answer that passes a limit is the last one.
 */
export function spendCall(trial: TrialRuntime): void {
  const { limits, spent } = trial;
  if (spent.modelCalls >= limits.maxModelCalls) throw exceeded('maxModelCalls', limits.maxModelCalls, 'model calls');
  if (spent.tokens >= limits.maxTokens) throw exceeded('maxTokens', limits.maxTokens, 'tokens');
  if (limits.maxCostUsd !== undefined && spent.costUsd >= limits.maxCostUsd)
    throw exceeded('maxCostUsd', limits.maxCostUsd, 'USD');
  trial.budget?.check();
  spent.modelCalls++;
  alert(trial, 'maxModelCalls', spent.modelCalls - 1, spent.modelCalls);
}

/** Counts what an answer took; `usd` is null when its model has no listed price. */
export function spendAnswer(trial: TrialRuntime, tokens: number, usd: number | null): void {
  const { spent } = trial;
  spent.tokens += tokens;
  alert(trial, 'maxTokens', spent.tokens - tokens, spent.tokens);
  trial.budget?.spend(tokens, usd);
  if (usd === null) return;
  spent.costUsd += usd;
  alert(trial, 'maxCostUsd', spent.costUsd - usd, spent.costUsd);
}

/** Says on the trial's root span when half, four fifths and all of a limit are used up. */
function alert(trial: TrialRuntime, limit: Exclude<keyof Limits, 'agentLatencyMs'>, before: number, now: number): void {
  const most = trial.limits[limit];
  // Nearly every call is far from any limit: this must cost it nothing.
  if (most === undefined || now < most * ALERT_SHARES[0]) return;
  const root = trial.trace.spans[0];
  if (!root) return;
  for (const share of sharesCrossed(before, now, most)) {
    root.events.push({
      name: EVENT.budgetAlert,
      atUs: trial.clock.nowUs(),
      attributes: { [OWN.budgetName]: limit, [OWN.budgetShare]: share },
    });
  }
}
