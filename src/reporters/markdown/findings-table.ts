import { findingTotalsOf } from '../../contracts/finding-totals.ts';
import type { RunRecord } from '../../schema/run-record.ts';
import { markdownText, table } from '../text/markdown-text.ts';

const SEVERITIES = ['error', 'warning', 'info'] as const;

/** Anti-patterns by severity and kind: where, in how many trials, and what to do about them. */
export function findingsTable(run: Pick<RunRecord, 'findings' | 'findingTotals'>): string[] {
  const totals = findingTotalsOf(run);
  const rows = SEVERITIES.flatMap((severity) =>
    [
      ...Map.groupBy(
        totals.filter((one) => one.severity === severity),
        ({ kind }) => kind,
      ),
    ].map(([kind, own]) => [
      markdownText(kind),
      severity,
      markdownText([...new Set(own.map(({ scenario, pattern }) => `${scenario}/${pattern}`))].join(', ')),
      String(own.reduce((sum, { trials }) => sum + trials, 0)),
      markdownText(run.findings.find((finding) => finding.kind === kind)?.advice ?? ''),
    ]),
  );
  return table(['finding', 'severity', 'where', 'trials', 'advice'], rows);
}
