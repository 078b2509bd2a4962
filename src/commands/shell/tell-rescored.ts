import type { SavedRun } from '../../bench/read-run.ts';
import type { ScoredAgain } from '../../bench/score-again.ts';
import { type ScoreDifference, scoreDifferences } from '../../bench/score-difference.ts';
import { judgesSentence } from '../../reporters/text/judges.ts';
import type { RunRecord } from '../../schema/run-record.ts';
import { columns } from './columns.ts';
import { wrapped } from './wrap.ts';

export interface Rescored {
  readonly saved: SavedRun;
  readonly scored: ScoredAgain;
  /** Whether nothing was judged otherwise. */
  readonly same: boolean;
  /** Where the new record was written; absent where it was not. */
  readonly place: string | undefined;
  readonly dryRun: boolean;
}

/** What a second judging came to, as lines of at most `width` columns. */
export function tellRescored({ saved, scored, same, place, dryRun }: Rescored, width: number): string[] {
  const { run, trials } = scored;
  const judges = [judgesSentence(run.groups)].filter((text) => text !== null);
  const say = (text: string) => wrapped(text, width, 0);
  const lines = say(`${saved.run.runId}: ${trials.length} trials judged again, none was run.`);
  if (same) {
    lines.push(...say('Nothing is judged otherwise: the record is the same, to the byte.'));
    return place === undefined ? lines : [...lines, ...say(`Written to ${place}.`)];
  }
  lines.push('', ...columns([HEAD, ...scoreDifferences(saved.trials, trials).map(row)], width), '');
  lines.push(...leaders(saved.run, run).flatMap(say), ...judges.flatMap((text) => say(`Judges: ${text}`)));
  if (run.fingerprint.test !== saved.run.fingerprint.test)
    lines.push(
      ...say('The scores are others, so this is another test: do not compare it with runs that were judged by the old ones.'),
    );
  if (place !== undefined)
    return [...lines, ...say(`Written to ${place}; npm run patternbench -- report ${run.runId} shows it.`)];
  return dryRun ? [...lines, ...say('Nothing was written (--dry-run).')] : lines;
}

const HEAD = ['scenario', 'score', 'before', 'after', 'changed', 'unscored'];

const row = ({ scenario, score, before, after, changed, unscoredBefore, unscoredAfter }: ScoreDifference): string[] => [
  scenario,
  score,
  shown(before),
  shown(after),
  String(changed),
  unscoredBefore === unscoredAfter ? String(unscoredAfter) : `${unscoredBefore} > ${unscoredAfter}`,
];

const shown = (value: number | null): string => (value === null ? '-' : value.toFixed(3));

/** Where another pattern leads now. */
function leaders(before: RunRecord, after: RunRecord): string[] {
  const leaderOf = ({ groups }: RunRecord, scenario: string) =>
    groups
      .filter((group) => group.scenario === scenario && group.quality !== null)
      .toSorted((a, b) => b.quality!.mean - a.quality!.mean)[0]?.pattern;
  return after.scenarios.flatMap(({ name, primary }) => {
    const [then, now] = [leaderOf(before, name), leaderOf(after, name)];
    return then === now || now === undefined ? [] : [`${name}: by ${primary}, ${now} leads now; it was ${then ?? 'nobody'}.`];
  });
}
