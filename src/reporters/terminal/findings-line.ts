import type { ScenarioView } from './scenario-view.ts';

/** Findings by severity, the worst first: each kind with where it was seen and in how many trials. */
export function findingsLine({ findings, groups }: ScenarioView): string {
  const ran = groups.filter(({ notApplicable }) => notApplicable === undefined).length;
  return (['error', 'warning', 'info'] as const)
    .flatMap((severity) => {
      const own = findings.filter((finding) => finding.severity === severity);
      const kinds = Map.groupBy(own, ({ kind }) => kind);
      if (kinds.size === 0) return [];
      const told = [...kinds].map(([kind, seen]) => {
        const patterns = [...new Set(seen.map(({ pattern }) => pattern))];
        const trials = new Set(seen.map(({ pattern, sample, trial }) => `${pattern}/${sample}/${trial}`)).size;
        const where = patterns.length === ran && ran > 1 ? 'all patterns' : patterns.join(', ');
        return `${kind} in ${where} (${trials} ${trials === 1 ? 'trial' : 'trials'})`;
      });
      return `${severity}: ${told.join('; ')}.`;
    })
    .join(' ');
}
