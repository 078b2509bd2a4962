import { findingTotalsOf } from '../contracts/finding-totals.ts';
import { defineReporter, type ReportInput } from '../contracts/reporter.ts';
import type { RunRecord } from '../schema/run-record.ts';
import { type NextCommand, nextCommands, readingCommands } from './comparison/next-commands.ts';
import { allGroups, changedGroups, changedScenarios, flipTable, verdictHead } from './markdown/against.ts';
import { choices } from './markdown/choice.ts';
import { findingsTable } from './markdown/findings-table.ts';
import { howComputed, howDecided } from './markdown/methods.ts';
import { scenarioTable } from './markdown/overview.ts';
import { inShort } from './text/in-short.ts';
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

/** Scenarios whose recommendation stands unfolded where nothing changed. */
const FEW = 3;

function compared({ run, against }: ReportInput & Required<Pick<ReportInput, 'against'>>): Page {
  const changed = changedScenarios(against);
  const isShown = (scenario: string) =>
    changed.size > 0 ? changed.has(scenario) : run.scenarios.slice(0, FEW).some(({ name }) => name === scenario);
  const folded = choices(run, (scenario) => !isShown(scenario));
  return {
    head: [
      ...verdictHead(against),
      ...origin(run),
      ...changedGroups(against, run),
      ...flipTable(against),
      ...headed('Which pattern', choices(run, isShown)),
      ...commandBlock(nextCommands(against)),
    ],
    folds: [
      ...(folded.length > 0 ? [{ summary: 'Which pattern, for the other scenarios', lines: folded }] : []),
      { summary: `All ${against.groups.length} groups`, lines: allGroups(against) },
      ...findingsFold(run),
      { summary: 'How this was decided', lines: howDecided(against, run) },
    ],
  };
}

function alone({ run, trials, thresholds = [] }: ReportInput): Page {
  const missed = thresholds.filter(({ met }) => !met);
  const bars = missed.map(
    ({ threshold, scenario, pattern, value }) =>
      `- not met: ${markdownText(`${threshold} by ${scenario}/${pattern}, which has ${value ?? 'no such figure'}`)}`,
  );
  const verdict = missed.length > 0 ? `${missed.length} of ${thresholds.length} thresholds not met; ` : '';
  const uses = inShort(run.recommendations ?? []);
  const names = run.scenarios.map(({ name }) => name);
  const isShown = (scenario: string) => names.length <= FEW || names.indexOf(scenario) < FEW;
  const folded = choices(run, (scenario) => !isShown(scenario));
  return {
    head: [
      '',
      `### patternbench: ${verdict}${markdownText(uses === '' ? 'no recommendation' : `use ${uses}`)}`,
      ...(bars.length > 0 ? ['', ...bars] : []),
      ...origin(run),
      ...headed('Which pattern', choices(run, isShown)),
      ...commandBlock(readingCommands(run, trials)),
    ],
    folds: [
      ...(folded.length > 0 ? [{ summary: 'Which pattern, for the other scenarios', lines: folded }] : []),
      ...run.scenarios.map((scenario) => ({
        summary: `All patterns of ${markdownText(scenario.name)}`,
        lines: scenarioTable(run, scenario),
      })),
      ...findingsFold(run),
      { summary: 'How this was computed', lines: howComputed(run) },
    ],
  };
}

const headed = (heading: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', `**${heading}**`, '', ...lines];

const findingsFold = (run: RunRecord): Fold[] =>
  run.findings.length === 0
    ? []
    : [
        {
          summary: `Findings: ${findingTotalsOf(run).reduce((sum, { findings }) => sum + findings, 0)}`,
          lines: findingsTable(run),
        },
      ];

/** A block of code shows text as it is; what could end it, mention somebody or look like mark-up to a bot is left out. */
const comment = (why: string): string => why.replace(/[<`@]/g, '').replaceAll('://', ':/');

const commandBlock = (commands: readonly NextCommand[]): string[] =>
  commands.length === 0
    ? []
    : ['', '**Next**', '', '```sh', ...commands.flatMap(({ why, command }) => [`# ${comment(why)}`, command]), '```'];

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
