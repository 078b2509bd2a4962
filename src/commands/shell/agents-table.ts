import { agentTimes } from '../../telemetry/agent-times.ts';
import type { SpanRecord } from '../../telemetry/span.ts';
import { safeLine } from '../../kernel/terminal-text.ts';
import type { TrialRecord } from '../../schema/trial-record.ts';
import { columns } from './columns.ts';

/** What each agent of a trial cost and how it spent the trial's time: tokens, USD, busy, idle, slack. */
export function agentsTable({ agents }: Pick<TrialRecord, 'agents'>, spans: readonly SpanRecord[], width: number): string[] {
  const rows = agentTimes(spans).map(({ agent, busyMs, idleShare, slackMs }) => {
    const totals = agents[agent];
    return [
      safeLine(agent),
      String(totals?.calls ?? 0),
      ((totals?.inputTokens ?? 0) + (totals?.outputTokens ?? 0)).toLocaleString('en-US'),
      totals === undefined ? '' : totals.costUsd === null ? 'unpriced' : totals.costUsd.toFixed(5),
      `${(busyMs / 1000).toFixed(2)} s`,
      idleShare === null ? '' : `${(idleShare * 100).toFixed(0)}%`,
      `${(slackMs / 1000).toFixed(2)} s`,
    ];
  });
  if (rows.length === 0) return [];
  return columns([['agent', 'calls', 'tokens', 'USD', 'busy', 'idle', 'slack'], ...rows], width - 3).map((line) => `   ${line}`);
}
