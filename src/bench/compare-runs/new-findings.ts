import type { Finding, Group } from '../../schema/run-record.ts';

type Cell = Pick<Group, 'scenario' | 'pattern'>;

/** Anti-patterns that a group shows now and did not before, a sentence each; what is only worth knowing is left out. */
export function newFindings(before: readonly Finding[], after: readonly Finding[], cell: Cell): string[] {
  const own = (findings: readonly Finding[]) =>
    findings.filter(
      ({ scenario, pattern, severity }) => scenario === cell.scenario && pattern === cell.pattern && severity !== 'info',
    );
  const known = new Set(own(before).map(({ kind }) => kind));
  const fresh = Map.groupBy(own(after), ({ kind }) => kind);
  return [...fresh].flatMap(([kind, seen]) => {
    if (known.has(kind)) return [];
    const trials = new Set(seen.map(({ sample, trial }) => `${sample}#${trial}`)).size;
    return [`new finding: ${kind}, ${trials} ${trials === 1 ? 'trial' : 'trials'}`];
  });
}
