import type { GroupComparison, GroupFigures } from '../../contracts/run-comparison.ts';
import { percentChange, signedPoints } from '../../stats/in-words.ts';
import { changeInWords, groupLabel } from '../comparison/in-words.ts';
import { markdownText, table } from '../text/markdown-text.ts';

/** How a figure is written, and by which comparison it is judged where it is. */
interface Shown {
  readonly name: string;
  readonly of: (figures: GroupFigures) => number | null;
  readonly written: (value: number) => string;
  readonly metric?: string;
  /** Differences are told in points of a share, or else as a share of the earlier amount. */
  readonly points?: true;
}

const usd = (value: number) => `$${value < 0.1 ? value.toPrecision(3) : value.toFixed(2)}`;
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

const FIGURES: readonly Shown[] = [
  {
    name: 'Quality (mean score), %',
    of: ({ quality }) => quality,
    written: (value) => (100 * value).toFixed(1),
    metric: 'quality',
    points: true,
  },
  { name: 'Trials passed', of: ({ passRate }) => passRate, written: (value) => `${(100 * value).toFixed(0)}%`, points: true },
  {
    name: 'All trials of a sample pass',
    of: ({ passHatK }) => passHatK,
    written: (value) => `${(100 * value).toFixed(0)}%`,
    points: true,
  },
  { name: 'USD per 1K tasks', of: ({ costUsdPer1kTasks }) => costUsdPer1kTasks, written: usd, metric: 'costUsd' },
  { name: 'USD per success', of: ({ costUsdPerSuccess }) => costUsdPerSuccess, written: usd },
  { name: 'Latency, p50', of: ({ p50Ms }) => p50Ms, written: seconds, metric: 'latencyMs' },
  { name: 'Latency, p95', of: ({ p95Ms }) => p95Ms, written: seconds },
  { name: 'Tokens a trial', of: ({ tokensPerTrial }) => tokensPerTrial, written: (value) => value.toFixed(0), metric: 'tokens' },
  { name: 'Trials that broke or hit a limit', of: ({ failed }) => failed, written: String },
];

/** A group figure by figure: before, now, the change, and what the gate says of the figures that it judges. */
export function figureTable(group: GroupComparison, runs: { readonly before: string; readonly after: string }): string[] {
  const { before, after } = group.figures;
  const rows = FIGURES.map((shown) => {
    const [a, b] = [shown.of(before), after && shown.of(after)];
    const judged = group.comparisons.find(({ metric }) => metric === shown.metric);
    const isWorse = judged?.verdict === 'regressed';
    const strong = (text: string) => (isWorse && text !== '' ? `**${text}**` : text);
    // The gate pairs samples, so its change is the one that counts; totals may differ from it.
    const change = judged && judged.n > 0 ? markdownText(changeInWords(judged)) : changeOf(a, b, shown);
    return [
      shown.name,
      written(a, shown),
      strong(written(b, shown)),
      strong(change),
      strong(judged ? gateOf(judged.verdict) : ''),
    ];
  });
  return table(
    [
      `**${markdownText(groupLabel(group))}**`,
      markdownText(runs.before),
      `this run, ${markdownText(runs.after)}`,
      'change',
      'gate',
    ],
    rows,
  );
}

const written = (value: number | null, shown: Shown): string => (value === null ? 'unknown' : shown.written(value));

function changeOf(a: number | null, b: number | null, { points }: Shown): string {
  if (a === null || b === null) return '';
  if (a === b) return '0';
  if (points) return signedPoints(b - a);
  return a === 0 ? '' : percentChange(b / a);
}

const gateOf = (verdict: GroupComparison['verdict']): string =>
  verdict === 'no-material-change' ? 'within its tolerance' : verdict;
