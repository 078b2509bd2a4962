import { defineReporter, type ReportInput } from '../contracts/reporter.ts';
import type { RunRecord } from '../schema/run-record.ts';
import { nextCommands } from './comparison/next-commands.ts';
import { allGroups, changedGroups, flipTable, verdictHead } from './markdown/against.ts';
import { scenarioTable } from './markdown/overview.ts';
import { markdownText } from './text/markdown-text.ts';
import { originOf } from './text/origin.ts';

/** A comment on a pull request takes 65,536 characters; some of them are for whoever posts it. */
const MOST = 65_000;

/** A run as a comment on a pull request: the verdict first, then what changed; everything else is folded. Never longer than such a comment may be. */
export default defineReporter({
  name: 'markdown',
  description: 'A comment for a pull request: verdict first, only what changed, the rest folded',
  extension: 'md',
  render: (input) => {
    const { head, folds } = input.against ? compared({ ...input, against: input.against }) : alone(input);
    const marker = `<!-- patternbench:comment run=${input.run.runId.replace(/[^\w.-]/g, '')} -->`;
    return fitted([marker, ...head], folds);
  },
});

interface Fold {
  readonly summary: string;
  readonly lines: readonly string[];
}

interface Page {
  readonly head: readonly string[];
  /** The dearest to lose first. */
  readonly folds: readonly Fold[];
}

const origin = (run: RunRecord): string[] => ['', `> **${markdownText(originOf(run))}**`];

function compared({ run, against }: ReportInput & Required<Pick<ReportInput, 'against'>>): Page {
  const how =
    against.gate === 'exact'
      ? 'Both sides replay the same recordings on a virtual clock: the exact gate. Every flip is listed, and no statistics are needed. Any trial that turns from pass to fail is a regression unless it is accepted.'
      : 'The recordings differ: the statistical gate. A change needs a paired t on sample means below 5%, Holm-corrected over all groups (quality by itself, tokens, cost and latency together), and more than the tolerance. Intervals are plain 95%.';
  const notes = against.notes.map((note) => `- ${markdownText(note)}`);
  const next = nextCommands(against);
  const commands = next.length > 0 ? ['', '```sh', ...next.flatMap(({ why, command }) => [`# ${why}`, command]), '```'] : [];
  return {
    head: [...verdictHead(against), ...origin(run), ...changedGroups(against), ...flipTable(against), ...commands],
    folds: [
      { summary: `All ${against.groups.length} groups`, lines: allGroups(against) },
      { summary: 'How this was decided', lines: notes.length > 0 ? [how, '', ...notes] : [how] },
    ],
  };
}

function alone({ run }: ReportInput): Page {
  const choices = (run.recommendations ?? []).flatMap(({ scenario, sentence, sure }) => [
    '',
    `**${markdownText(scenario)}**: ${markdownText(sentence)} ${markdownText(sure)}`,
  ]);
  return {
    head: [`### patternbench: ${markdownText(run.runId)}`, ...choices, ...origin(run)],
    folds: run.scenarios.map((scenario) => ({ summary: markdownText(scenario.name), lines: scenarioTable(run, scenario) })),
  };
}

const folded = ({ summary, lines }: Fold): string =>
  `\n<details>\n<summary>${summary}</summary>\n\n${lines.join('\n')}\n\n</details>\n`;

/** Leaves out whole lines from the end of what is folded, then of the head, and says so. */
function fitted(head: readonly string[], folds: readonly Fold[]): string {
  const cut = (lines: readonly string[], room: number): string[] => {
    const kept: string[] = [];
    let length = 0;
    for (const line of lines) {
      length += line.length + 1;
      if (length > room) return [...kept, '', '_More than a comment holds was left out; the record has all of it._'];
      kept.push(line);
    }
    return kept;
  };
  let text = `${cut(head, MOST - 3000).join('\n')}\n`;
  for (const fold of folds) {
    const room = MOST - text.length - fold.summary.length - 200;
    if (room > 0) text += folded({ summary: fold.summary, lines: cut(fold.lines, room) });
  }
  return text;
}
