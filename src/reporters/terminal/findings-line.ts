import type { ScenarioView } from './scenario-view.ts';

/** Findings by severity, the worst first: each kind with where it was seen and in how many trials. */
export function findingsLine({ findingTotals, groups }: ScenarioView): string {
  const ran = groups.filter(({ notApplicable }) => notApplicable === undefined).length;
  return (['error', 'warning', 'info'] as const)
    .flatMap((severity) => {
      const kinds = Map.groupBy(
        findingTotals.filter((total) => total.severity === severity),
        ({ kind }) => kind,
      );
      if (kinds.size === 0) return [];
      const told = [...kinds].map(([kind, totals]) => {
        const patterns = [...new Set(totals.map(({ pattern }) => pattern))];
        const trials = totals.reduce((sum, total) => sum + total.trials, 0);
        const where = patterns.length === ran && ran > 1 ? 'all patterns' : patterns.join(', ');
        return `${kind} in ${where} (${trials} ${trials === 1 ? 'trial' : 'trials'})`;
      });
      return `${severity}: ${told.join('; ')}.`;
    })
    .join(' ');
}
