import type { SpanReport } from '../../bench/foreign-report.ts';
import { columns } from './columns.ts';
import { wrapped } from './wrap.ts';

const HEAD = ['workflow', 'traces', 'p50', 'calls', 'tools', 'input', 'cached', 'output', 'USD'];

/** Traces of other frameworks as totals: what they took and cost, and nothing about how good they were. */
export function foreignTable({ run, trials }: SpanReport, width: number): string {
  const rows = run.groups.map((group) => {
    const own = trials.filter(
      ({ scenario, adapter, pattern }) => scenario === group.scenario && adapter === group.adapter && pattern === group.pattern,
    );
    const cost = own.reduce<number | null>((sum, { costUsd }) => (sum === null || costUsd === null ? null : sum + costUsd), 0);
    return [
      `${group.scenario}: ${group.adapter}/${group.pattern}`,
      String(group.trials),
      `${(group.latencyMs.p50 / 1000).toFixed(2)} s`,
      String(group.llmCalls),
      String(group.toolCalls),
      String(group.inputTokens),
      String(group.cachedInputTokens),
      String(group.outputTokens),
      cost === null ? 'unpriced' : cost.toFixed(4),
    ];
  });
  const text =
    'Traces of other frameworks, unscored. Tokens and cost are counted on the innermost calls to models; sums on spans around them are not.';
  return [...wrapped(`IMPORTED  ${text}`, width, 1), '', ...columns([HEAD, ...rows], width)].join('\n');
}
