import type { GuideAdvice } from '../schema/guidance.ts';
import type { ScenarioSummary } from '../schema/run-record.ts';
import { guidePicks } from './decision-guide.ts';

/** What the data says, by the names of patterns. */
export interface DataSays {
  readonly recommended: string;
  /** Not significantly worse than the leader. */
  readonly bestSet: readonly string[];
  /** Everything that has scores. */
  readonly scored: readonly string[];
}

/** The guide's picks for a scenario, each held against the data: agrees, differs, or this data cannot tell them apart. */
export function guideAdvice(scenario: Pick<ScenarioSummary, 'labels'>, data: DataSays): GuideAdvice {
  const picks = guidePicks(scenario.labels).map((pick) => ({ ...pick, verdict: verdictOf(pick.pattern, data) }));
  return { picks, verdict: picks.find(({ verdict }) => verdict !== 'not-run')?.verdict ?? 'not-run' };
}

function verdictOf(pattern: string, { recommended, bestSet, scored }: DataSays): GuideAdvice['verdict'] {
  if (!scored.includes(pattern)) return 'not-run';
  if (pattern === recommended) return 'agrees';
  return bestSet.includes(pattern) ? 'cannot-tell' : 'differs';
}
