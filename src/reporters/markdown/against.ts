import type { GroupComparison, RunComparison } from '../../contracts/run-comparison.ts';
import { changeInWords, groupLabel, verdictSentence } from '../comparison/in-words.ts';
import { markdownText, table } from '../text/markdown-text.ts';

const METRICS = ['quality', 'tokens', 'costUsd', 'latencyMs'] as const;
const HEADING = ['group', 'quality, points', 'tokens', 'cost', 'latency', 'gate'];

/** Flipped samples that are listed before the rest is only counted. */
const FLIPS = 30;

/** The verdict as a heading, what it is a verdict on, and what stands against it. */
export function verdictHead(against: RunComparison): string[] {
  const { verdict, groups, differing, thresholds, accepted } = against;
  const count = groups.filter((group) => group.verdict === verdict).length;
  const share = groups.length > 0 ? `, ${count} of ${groups.length} groups` : '';
  const failed = thresholds.filter(({ met }) => !met);
  return [
    '',
    `### patternbench: ${verdict}${accepted ? ' and accepted' : ''}${share}${failed.length > 0 ? `, ${failed.length} thresholds not met` : ''}`,
    '',
    markdownText(verdictSentence(against)),
    ...differing.map(({ field, before, after }) => `- differs: ${markdownText(`${field}: ${before} against ${after}`)}`),
    ...failed.map(
      ({ threshold, scenario, pattern, value }) =>
        `- not met: ${markdownText(`${threshold} by ${scenario}/${pattern}, which has ${value ?? 'no such figure'}`)}`,
    ),
  ];
}

const isSame = ({ verdict }: GroupComparison) => verdict === 'no-material-change';

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

/** Groups that changed, with the reasons; one sentence where none did. */
export function changedGroups({ groups }: RunComparison): string[] {
  if (groups.length === 0) return [];
  const changed = groups.filter((group) => !isSame(group));
  const reasons = changed.flatMap((group) =>
    [...group.reasons, ...group.notes].map((text) => `- ${markdownText(`${groupLabel(group)}: ${text}`)}`),
  );
  const rest = groups.length - changed.length;
  const others = rest === 0 ? [] : ['', `${changed.length === 0 ? 'All' : 'The other'} ${rest} groups have no material change.`];
  const shown =
    changed.length === 0 ? [] : ['', ...table(HEADING, changed.map(row)), ...(reasons.length > 0 ? ['', ...reasons] : [])];
  return [...shown, ...others];
}

/** Samples of which a trial changed, those that lost most first. */
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
      lost.join(', '),
      won.join(', '),
    ]);
  const rest = flips.length > FLIPS ? ['', `and ${flips.length - FLIPS} more samples`] : [];
  return [
    '',
    '**What flipped**',
    '',
    ...table(['group', 'sample', 'passed before', 'now', 'lost trials', 'won trials'], rows),
    ...rest,
  ];
}

export const allGroups = ({ groups }: RunComparison): string[] => table(HEADING, groups.map(row));
