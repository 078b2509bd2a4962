import type { FindingTotal, Group } from '../../schema/run-record.ts';

type Cell = Pick<Group, 'scenario' | 'pattern'>;

/** Anti-patterns that a group shows now and did not before, a sentence each; what is only worth knowing is left out. */
export function newFindings(before: readonly FindingTotal[], after: readonly FindingTotal[], cell: Cell): string[] {
  const own = (totals: readonly FindingTotal[]) =>
    totals.filter(
      ({ scenario, pattern, severity }) => scenario === cell.scenario && pattern === cell.pattern && severity !== 'info',
    );
  const known = new Set(own(before).map(({ kind }) => kind));
  return own(after).flatMap(({ kind, trials }) =>
    known.has(kind) ? [] : [`new finding: ${kind}, ${trials} ${trials === 1 ? 'trial' : 'trials'}`],
  );
}
