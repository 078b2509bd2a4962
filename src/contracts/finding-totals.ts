import type { Finding, FindingTotal, RunRecord } from '../schema/run-record.ts';

/** Findings counted by scenario, pattern and kind, in the order in which each came first; so many of each stand in run.json. */
export const countFindings = (all: readonly Finding[], shown: number): FindingTotal[] =>
  [...Map.groupBy(all, ({ scenario, pattern, kind }) => JSON.stringify([scenario, pattern, kind])).values()].map((own) =>
    totalOf(own, shown),
  );

/** All findings of a run, counted; of a record that holds no count, those that it holds. */
export const findingTotalsOf = ({
  findings,
  findingTotals,
}: Pick<RunRecord, 'findings' | 'findingTotals'>): readonly FindingTotal[] =>
  findingTotals ?? countFindings(findings, findings.length);

/** Of findings of one kind, pattern and scenario. */
function totalOf(own: readonly Finding[], shown: number): FindingTotal {
  const { scenario, pattern, kind } = own[0]!;
  const sum = (of: (finding: Finding) => number) => own.reduce((total, finding) => total + of(finding), 0);
  return {
    scenario,
    pattern,
    kind,
    severity: (['error', 'warning', 'info'] as const).find((level) => own.some(({ severity }) => severity === level))!,
    findings: own.length,
    trials: new Set(own.map(({ sample, trial }) => `${sample}/${trial}`)).size,
    shown: Math.min(own.length, shown),
    wastedTokens: sum(({ wastedTokens }) => wastedTokens),
    wastedUsd: own.some(({ wastedUsd }) => wastedUsd === null) ? null : sum(({ wastedUsd }) => wastedUsd!),
    wastedMs: sum(({ wastedMs }) => wastedMs),
  };
}
