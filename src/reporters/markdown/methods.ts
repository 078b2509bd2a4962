import type { RunComparison } from '../../contracts/run-comparison.ts';
import type { RunRecord } from '../../schema/run-record.ts';
import { gateInWords } from '../comparison/in-words.ts';
import { markdownText } from '../text/markdown-text.ts';

/** What a run was, for somebody who wants to check it. */
const facts = (run: RunRecord): string[] => [
  `- ${markdownText(`${run.tool}, run ${run.runId}, mode ${run.mode}, clock ${run.clock}, seed ${run.seed}, prices ${run.priceTable}`)}`,
  `- ${markdownText(`${run.groups.reduce((sum, group) => sum + group.trials, 0)} trials; those that failed or hit a limit count as failures`)}`,
];

const EXACT =
  'Where both sides of a group hear the same recorded answers on a virtual clock, the gate is exact: every flip is listed, no statistics are needed, and any trial that turns from pass to fail is a regression unless it is accepted.';
const STATISTICAL =
  'Elsewhere the gate is statistical: a change needs a paired t on sample means below 5%, Holm-corrected over those groups (quality by itself; tokens, cost and latency together), and more than the tolerance. Intervals are plain 95%. A sample that went from all passed to none over five trials or more is a regression too.';

/** How a comparison came to its verdict. */
export function howDecided(against: RunComparison, run: RunRecord): string[] {
  const { gate, groups, notes } = against;
  const rules = [...(gate === 'statistical' ? [] : [EXACT]), ...(gate === 'exact' ? [] : [STATISTICAL])];
  return [
    `This gate: ${markdownText(gateInWords(gate, groups))}.`,
    '',
    ...rules,
    '',
    ...notes.map((note) => `- ${markdownText(note)}`),
    ...facts(run),
  ];
}

/** How the figures of a run came to be. */
export const howComputed = (run: RunRecord): string[] => [
  'Quality is the mean of the primary scorer over the means of the samples, with a 95% interval over samples. Patterns are compared with the baseline by a paired t on sample means, Holm-corrected at 5%; ratios are geometric means. Every number can be computed again from the spans: `npm run patternbench -- report`.',
  '',
  ...facts(run),
];
