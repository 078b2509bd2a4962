import type { ScenarioView } from './scenario-view.ts';

/** Findings by severity, the worst first: each kind with the patterns in which it was seen and in how many of their trials. */
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
        const trials = totals.reduce((sum, total) => sum + total.trials, 0);
        const isEverywhere = totals.length === ran && ran > 1;
        const where = isEverywhere ? 'all patterns' : totals.map((one) => `${one.pattern} ${one.trials}`).join(', ');
        return isEverywhere ? `${kind} in ${where} (${trials} trials)` : `${kind} in ${where}`;
      });
      return `${severity}: ${told.join('; ')}.`;
    })
    .join(' ');
}
