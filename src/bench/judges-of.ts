import type { Group } from '../schema/run-record.ts';
import type { TrialRecord } from '../schema/trial-record.ts';
import { EVENT, GEN_AI, OWN } from '../telemetry/attribute-names.ts';
import type { SpanEvent, SpanRecord } from '../telemetry/span.ts';
import { fixed } from './fixed.ts';

type JudgeFacts = Pick<TrialRecord, 'judgeCalls' | 'judgeCostUsd' | 'judgeProvenance' | 'judgeSwaps'>;

/** What the judges of a trial did and cost, from the events on its root; nothing where nobody was asked. */
export function judgesOf(spans: readonly SpanRecord[]): JudgeFacts {
  const { events } = spans.find((span) => span.parentPath === null)!;
  const calls = events.filter(({ name }) => name === EVENT.judgeCall);
  if (calls.length === 0) return {};
  const swaps = events.filter(({ name }) => name === EVENT.judgeSwap);
  const provenance: Record<string, number> = {};
  for (const { attributes } of calls) {
    const kind = attributes[OWN.provenance];
    if (typeof kind === 'string') provenance[kind] = (provenance[kind] ?? 0) + 1;
  }
  return {
    judgeCalls: calls.length,
    judgeCostUsd: costOf(calls),
    judgeProvenance: provenance,
    ...(swaps.length === 0
      ? {}
      : {
          judgeSwaps: {
            asked: swaps.length,
            agreed: swaps.filter(({ attributes }) => attributes[OWN.judgeAgrees] === true).length,
          },
        }),
  };
}

/** A call without usage (it failed) adds nothing; one with usage and no price makes the sum unknown. */
function costOf(calls: readonly SpanEvent[]): number | null {
  let usd = 0;
  for (const { attributes } of calls) {
    if (attributes[GEN_AI.inputTokens] === undefined) continue;
    const cost = attributes[OWN.costUsd];
    if (typeof cost !== 'number') return null;
    usd += cost;
  }
  return usd;
}

/** The same over the trials of a group. */
export function judgesOfTrials(trials: readonly TrialRecord[]): Pick<Group, 'judgeCalls' | 'judgeCostUsd' | 'judgeSwaps'> {
  const judged = trials.filter(({ judgeCalls }) => judgeCalls !== undefined);
  if (judged.length === 0) return {};
  const sum = (of: (trial: TrialRecord) => number) => judged.reduce((total, trial) => total + of(trial), 0);
  const asked = sum(({ judgeSwaps }) => judgeSwaps?.asked ?? 0);
  return {
    judgeCalls: sum(({ judgeCalls = 0 }) => judgeCalls),
    judgeCostUsd: judged.some(({ judgeCostUsd }) => judgeCostUsd === null)
      ? null
      : fixed(sum(({ judgeCostUsd }) => judgeCostUsd ?? 0)),
    ...(asked === 0 ? {} : { judgeSwaps: { asked, agreed: sum(({ judgeSwaps }) => judgeSwaps?.agreed ?? 0) } }),
  };
}
