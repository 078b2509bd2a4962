import { DRAWN_SCALE } from './drawn-interval.ts';
import { shownHeads } from './overview-table.ts';
import type { ScenarioView } from './scenario-view.ts';

/** What the columns mean that are shown, in their order. */
export function legendOf(views: readonly ScenarioView[], width: number): string {
  const heads = new Set(views.flatMap((view) => shownHeads(view, width)));
  const compared = views.some((view) => view.comparisons.some(({ metric }) => metric === 'quality'));
  const k = Math.max(0, ...views.flatMap((view) => view.groups.map((group) => group.passHatK.length)));
  const sentences: [shown: boolean, text: string][] = [
    [true, '> marks the recommended pattern; quality is the mean score.'],
    [heads.has(DRAWN_SCALE), 'o is the quality on its interval, : that of the baseline.'],
    [
      compared,
      'better, worse: paired by sample, Holm-corrected, 5% level; inconclusive: not told apart by this run; intervals are plain 95%.',
    ],
    [k > 0 && heads.has(`p^${k}`), `p^${k}: chance that all of ${k} trials of a sample pass.`],
    [heads.has('p50 s'), 'p50 s: median seconds, modelled.'],
    [heads.has('tokens'), 'tokens: all of them over all of the baseline.'],
    [heads.has('$/1K'), '$/1K: USD per 1,000 tasks, failures included.'],
    [heads.has('par'), 'par: calls at a time, on average.'],
    [heads.has('err'), 'err: trials that failed or hit a limit.'],
    [heads.has('fnd'), 'fnd: trials with an anti-pattern.'],
    [heads.has('context'), 'context: what agents see of the steps before them (task: only their own part).'],
  ];
  return sentences.flatMap(([shown, text]) => (shown ? [text] : [])).join(' ');
}
