import type { RunRecord, ScenarioSummary } from '../../schema/run-record.ts';
import { NATIVE } from '../../schema/trial-record.ts';
import { judgesSentence } from '../text/judges.ts';
import { markdownText, table } from '../text/markdown-text.ts';

/** All patterns of a scenario, best first; those that cannot run there below, with the reason. */
export function scenarioTable(run: RunRecord, scenario: ScenarioSummary): string[] {
  const groups = run.groups
    .filter((group) => group.scenario === scenario.name)
    .toSorted((a, b) => (b.quality?.mean ?? -1) - (a.quality?.mean ?? -1));
  const name = ({ adapter, pattern }: { adapter: string; pattern: string }) =>
    markdownText(adapter === NATIVE ? pattern : `${adapter}/${pattern}`);
  const rows = groups
    .filter(({ notApplicable }) => notApplicable === undefined)
    .map((group) => [
      name(group),
      group.quality ? (100 * group.quality.mean).toFixed(1) : 'unscored',
      group.quality ? `${Math.floor(100 * group.quality.low)} to ${Math.ceil(100 * group.quality.high)}` : '',
      group.passHatK.length > 0 ? `${(100 * group.passHatK.at(-1)!).toFixed(0)}%` : '',
      `${(group.latencyMs.p50 / 1000).toFixed(1)} s`,
      group.costUsdPer1kTasks === null ? 'unpriced' : `$${group.costUsdPer1kTasks.toFixed(2)}`,
      String(group.errors + group.limits),
    ]);
  const left = groups.flatMap((group) =>
    group.notApplicable === undefined ? [] : [`- ${name(group)}: n/a, ${markdownText(group.notApplicable)}`],
  );
  const heading = ['pattern', 'quality %', '95%', `pass^${scenario.trials}`, 'p50', 'USD per 1K', 'failed'];
  const judges = judgesSentence(groups);
  return [
    ...table(heading, rows),
    ...(left.length > 0 ? ['', ...left] : []),
    ...(judges === null ? [] : ['', `Judges: ${judges}`]),
  ];
}
