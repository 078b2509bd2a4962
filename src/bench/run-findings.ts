import type { Finding, FindingTotal } from '../schema/run-record.ts';

/** Findings of a kind, pattern and scenario that run.json holds in full; the others are counted, and `lint` shows them. */
const SHOWN = 3;

/** What a run says of its findings: the heaviest of each kind, and how many there are. Both in the order of the plan. */
export function runFindings(all: readonly Finding[]): { findings: Finding[]; findingTotals: FindingTotal[] } {
  const groups = Map.groupBy(all, ({ scenario, pattern, kind }) => JSON.stringify([scenario, pattern, kind]));
  const shown = new Set([...groups.values()].flatMap((own) => own.toSorted(heaviestFirst).slice(0, SHOWN)));
  return { findings: all.filter((finding) => shown.has(finding)), findingTotals: [...groups.values()].map(totalOf) };
}

/** By dollars, then tokens, then time; of equal ones the earlier. */
const heaviestFirst = (a: Finding, b: Finding): number =>
  (b.wastedUsd ?? 0) - (a.wastedUsd ?? 0) || b.wastedTokens - a.wastedTokens || b.wastedMs - a.wastedMs;

/** Of findings of one kind, pattern and scenario. */
function totalOf(own: readonly Finding[]): FindingTotal {
  const { scenario, pattern, kind } = own[0]!;
  const sum = (of: (finding: Finding) => number) => own.reduce((total, finding) => total + of(finding), 0);
  return {
    scenario,
    pattern,
    kind,
    severity: (['error', 'warning', 'info'] as const).find((level) => own.some(({ severity }) => severity === level))!,
    findings: own.length,
    trials: new Set(own.map(({ sample, trial }) => `${sample}/${trial}`)).size,
    shown: Math.min(own.length, SHOWN),
    wastedTokens: sum(({ wastedTokens }) => wastedTokens),
    wastedUsd: own.some(({ wastedUsd }) => wastedUsd === null) ? null : sum(({ wastedUsd }) => wastedUsd!),
    wastedMs: sum(({ wastedMs }) => wastedMs),
  };
}
