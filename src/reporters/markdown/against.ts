import type { GroupComparison, RunComparison } from '../../contracts/run-comparison.ts';
import type { RunRecord } from '../../schema/run-record.ts';
import { changeInWords, groupLabel, verdictSentence } from '../comparison/in-words.ts';
import { markdownText, table } from '../text/markdown-text.ts';
import { figureTable } from './figure-table.ts';

const METRICS = ['quality', 'tokens', 'costUsd', 'latencyMs'] as const;
const NAMES = { quality: 'quality', tokens: 'tokens', costUsd: 'cost', latencyMs: 'latency' } as const;
const HEADING = ['group', 'quality, points', 'tokens', 'cost', 'latency', 'gate'];

/** Flipped samples that are listed, and changed groups that are shown figure by figure, before the rest is only counted. */
const FLIPS = 30;
const SHOWN = 6;

const isSame = ({ verdict }: GroupComparison) => verdict === 'no-material-change';

const changedOf = ({ groups }: RunComparison): GroupComparison[] =>
  groups
    .filter((group) => !isSame(group))
    .toSorted((a, b) => Number(b.verdict === 'regressed') - Number(a.verdict === 'regressed'));

/** The verdict as a heading, what it is a verdict on, and what stands against it. */
export function verdictHead(against: RunComparison): string[] {
  const { verdict, groups, differing, thresholds, accepted } = against;
  const count = groups.filter((group) => group.verdict === verdict).length;
  const share = groups.length > 0 ? `, ${count} of ${groups.length} groups` : '';
  const failed = thresholds.filter(({ met }) => !met);
  const bars = `${failed.length} ${failed.length === 1 ? 'threshold' : 'thresholds'} not met`;
  return [
    '',
    `### patternbench: ${verdict}${accepted ? ' and accepted' : ''}${share}${failed.length > 0 ? `, ${bars}` : ''}`,
    '',
    markdownText(verdictSentence(against)),
    ...differing.map(({ field, before, after }) => `- differs: ${markdownText(`${field}: ${before} against ${after}`)}`),
    ...failed.map(
      ({ threshold, scenario, pattern, value }) =>
        `- not met: ${markdownText(`${threshold} by ${scenario}/${pattern}, which has ${value ?? 'no such figure'}`)}`,
    ),
    ...worseLines(against),
  ];
}

/** What got worse, each group in one sentence; said as well where nothing did. */
function worseLines({ groups, differing }: RunComparison): string[] {
  if (differing.length > 0) return [];
  const worse = groups.flatMap((group) => {
    const metrics = group.comparisons.filter(({ verdict }) => verdict === 'regressed');
    if (metrics.length === 0 && group.reasons.length === 0) return [];
    const changes = metrics.map(
      (one) => `${NAMES[one.metric as keyof typeof NAMES]} ${changeInWords(one)}${one.delta === undefined ? '' : ' points'}`,
    );
    return [`- ${markdownText(`${groupLabel(group)}: ${[...changes, ...group.reasons].join('; ')}`)}`];
  });
  return worse.length === 0
    ? ['', '**Got worse:** nothing beyond its tolerance that this comparison can tell.']
    : ['', '**Got worse**', '', ...worse];
}

/** Groups that changed, figure by figure; one sentence for the others. */
export function changedGroups(against: RunComparison, run: RunRecord): string[] {
  const { groups } = against;
  if (groups.length === 0) return [];
  const changed = changedOf(against);
  const shown = changed.slice(0, SHOWN).flatMap((group) => [
    '',
    ...figureTable(group, {
      before: against.baseline === null ? against.before : `baseline ${against.baseline}`,
      after: run.runId,
    }),
  ]);
  const notes = groups.flatMap((group) => group.notes.map((text) => `- ${markdownText(`${groupLabel(group)}: ${text}`)}`));
  const more = changed.length - SHOWN;
  const rest = groups.length - changed.length;
  const others = rest === 0 ? '' : `${changed.length === 0 ? 'All' : 'The other'} ${rest} groups have no material change.`;
  const left = more > 0 ? `${more} more groups changed; they stand in the table below. ` : '';
  return [
    ...shown,
    ...(notes.length > 0 ? ['', ...notes] : []),
    ...(left + others === '' ? [] : ['', `${left}${others}`.trim()]),
  ];
}

/** Samples of which a trial changed, those that lost most first, each with a trial to read. */
export function flipTable({ groups }: RunComparison): string[] {
  const flips = groups
    .flatMap((group) => group.flips.map((flip) => ({ group, flip })))
    .toSorted((a, b) => b.flip.lost.length - a.flip.lost.length);
  if (flips.length === 0) return [];
  const rows = flips
    .slice(0, FLIPS)
    .map(({ group, flip: { sample, before, after, lost, won } }) => [
      markdownText(groupLabel(group)),
      markdownText(sample),
      before,
      lost.length > 0 ? `**${after}**` : after,
      lost.map((trial) => `#${trial}`).join(', '),
      won.map((trial) => `#${trial}`).join(', '),
      markdownText(`${groupLabel(group)}/${sample}/${lost[0] ?? won[0] ?? 0}`),
    ]);
  const rest = flips.length > FLIPS ? ['', `and ${flips.length - FLIPS} more samples`] : [];
  return [
    '',
    '**What flipped**',
    '',
    ...table(['group', 'sample', 'passed before', 'now', 'newly failing trials', 'newly passing', 'trial to show'], rows),
    ...rest,
  ];
}

const row = (group: GroupComparison): string[] => [
  markdownText(groupLabel(group)),
  ...METRICS.map((metric) => {
    const one = group.comparisons.find((comparison) => comparison.metric === metric);
    if (!one) return '';
    const change = markdownText(changeInWords(one));
    return one.verdict === 'regressed' ? `**${change}**` : change;
  }),
  group.verdict === 'regressed' ? '**regressed**' : group.verdict,
];

export const allGroups = ({ groups }: RunComparison): string[] => table(HEADING, groups.map(row));

/** The scenarios of which a group changed, by name. */
export const changedScenarios = (against: RunComparison): Set<string> =>
  new Set(changedOf(against).map(({ scenario }) => scenario));
