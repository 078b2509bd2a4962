import type { RunRecord } from '../../schema/run-record.ts';
import { markdownText, table } from '../text/markdown-text.ts';

const SEVERITIES = ['error', 'warning', 'info'] as const;

/** Anti-patterns by severity and kind: where, in how many trials, and what to do about them. */
export function findingsTable({ findings }: Pick<RunRecord, 'findings'>): string[] {
  const rows = SEVERITIES.flatMap((severity) =>
    [
      ...Map.groupBy(
        findings.filter((one) => one.severity === severity),
        ({ kind }) => kind,
      ),
    ].map(([kind, own]) => [
      markdownText(kind),
      severity,
      markdownText([...new Set(own.map(({ scenario, pattern }) => `${scenario}/${pattern}`))].join(', ')),
      String(new Set(own.map(({ scenario, pattern, sample, trial }) => JSON.stringify([scenario, pattern, sample, trial]))).size),
      markdownText(own[0]!.advice),
    ]),
  );
  return table(['finding', 'severity', 'where', 'trials', 'advice'], rows);
}
