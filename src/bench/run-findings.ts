import { countFindings } from '../contracts/finding-totals.ts';
import type { Finding, FindingTotal } from '../schema/run-record.ts';

/** Findings of a kind, pattern and scenario that run.json holds in full; the others are counted, and `lint` shows them. */
const SHOWN = 3;

/** What a run says of its findings: the heaviest of each kind, and how many there are. Both in the order of the plan. */
export function runFindings(all: readonly Finding[]): { findings: Finding[]; findingTotals: FindingTotal[] } {
  const groups = Map.groupBy(all, ({ scenario, pattern, kind }) => JSON.stringify([scenario, pattern, kind]));
  const shown = new Set([...groups.values()].flatMap((own) => own.toSorted(heaviestFirst).slice(0, SHOWN)));
  return { findings: all.filter((finding) => shown.has(finding)), findingTotals: countFindings(all, SHOWN) };
}

/** By dollars, then tokens, then time; of equal ones the earlier. */
const heaviestFirst = (a: Finding, b: Finding): number =>
  (b.wastedUsd ?? 0) - (a.wastedUsd ?? 0) || b.wastedTokens - a.wastedTokens || b.wastedMs - a.wastedMs;
