import { safeText } from '../../kernel/terminal-text.ts';
import type { Finding } from '../../schema/run-record.ts';
import { columns } from './columns.ts';
import type { Shell } from './shell.ts';
import { wrapped } from './wrap.ts';

export interface ToldFindings {
  readonly findings: readonly Finding[];
  /** Trials that were looked at. */
  readonly trials: number;
  /** The saved run that `trace show` finds them in: its name, LAST_RUN, or nothing where they belong to none. */
  readonly run: string | undefined;
  /** Trials that are named for each kind and pattern. */
  readonly examples: number;
}

/** Findings by severity and kind: how many there are, what they waste, where the worst of them are, what to do. */
export function tellFindings(shell: Shell, told: ToldFindings): void {
  const { findings, trials } = told;
  const affected = new Set(findings.map(trialOf)).size;
  if (findings.length === 0) return shell.out(`no findings in ${trials} trials`);
  const say = (text: string, indent: number) => shell.out(wrapped(text, shell.width, indent).join('\n'));
  say(`${counted(findings.length, 'finding')} in ${affected} of ${trials} trials`, 0);
  for (const severity of ['error', 'warning', 'info'] as const) {
    const own = findings.filter((finding) => finding.severity === severity);
    for (const [kind, all] of Map.groupBy(own, (finding) => finding.kind)) {
      shell.out('');
      say(`${severity}  ${kind}: ${counted(all.length, 'finding')}; ${wasteOf(all)}${mastOf(all[0]!)}`, 0);
      tellKind(shell, all, told);
    }
  }
  shell.out('');
  say(
    'Waste of different kinds may be of the same calls: it does not add up. Thresholds: list findings, --set kind.name=value.',
    0,
  );
}

function tellKind(shell: Shell, all: readonly Finding[], { run, examples }: ToldFindings): void {
  const groups = [...Map.groupBy(all, ({ scenario, pattern }) => `${scenario}/${pattern}`)];
  const most = groups.toSorted(([, a], [, b]) => b.length - a.length);
  const rows = most.map(([cell, own]) => [cell, String(own.length), agentsOf(own)]);
  for (const line of columns([['scenario/pattern', 'seen', 'agents'], ...rows], shell.width - 2)) shell.out(`  ${line}`);
  for (const line of wrapped(`do: ${all[0]!.advice}.`, shell.width, 2)) shell.out(line);
  const worst = most.slice(0, MOST_CELLS).flatMap(([, own]) => own.toSorted(byWaste).slice(0, examples));
  for (const finding of worst) {
    // Each line is a comment, so that a block can be pasted whole.
    for (const line of wrapped(finding.why ?? finding.kind, shell.width - 4, 0)) shell.out(`  # ${line}`);
    shell.out(whereOf(finding, { run, width: shell.width }));
  }
}

/** A command to paste: never cut, and where it is too long, continued as a shell wants it. Spans that belong to no saved run have ids only. */
function whereOf(finding: Finding, { run, width }: { readonly run: string | undefined; readonly width: number }): string {
  if (run === undefined)
    return wrapped(`${trialOf(finding)}: spans ${finding.spanIds.slice(0, 3).join(', ')}`, width, 2).join('\n');
  const command = `  npm run patternbench -- trace show ${trialOf(finding)}`;
  const which = run === LAST_RUN ? '' : ` --run ${run}`;
  const line = `${command}${which}`;
  return safeText(line.length > width ? `${command} \\\n   ${which}` : line);
}

/** The run that every command takes when none is named. */
export const LAST_RUN = '';

/** Cells of which examples are named; the table above has all of them. */
const MOST_CELLS = 2;

const trialOf = ({ scenario, pattern, sample, trial }: Finding): string => `${scenario}/${pattern}/${sample}/${trial}`;

const mastOf = ({ mast }: Finding): string => (mast === undefined ? '' : ` (MAST ${mast})`);

const counted = (count: number, what: string): string => `${count.toLocaleString('en-US')} ${what}${count === 1 ? '' : 's'}`;

const agentsOf = (own: readonly Finding[]): string =>
  [...Map.groupBy(own, ({ agent }) => agent)]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([agent, of]) => (of.length > 1 ? `${agent} (${of.length})` : agent))
    .join(', ');

const byWaste = (a: Finding, b: Finding): number =>
  (b.wastedUsd ?? 0) - (a.wastedUsd ?? 0) || b.wastedTokens - a.wastedTokens || b.wastedMs - a.wastedMs;

/** Tokens, dollars and seconds, as far as they are known. */
function wasteOf(own: readonly Finding[]): string {
  const sum = (of: (finding: Finding) => number) => own.reduce((total, finding) => total + of(finding), 0);
  const tokens = sum(({ wastedTokens }) => wastedTokens);
  const ms = sum(({ wastedMs }) => wastedMs);
  if (tokens === 0 && ms === 0) return 'no waste that could be measured';
  const unpriced = own.filter(({ wastedUsd }) => wastedUsd === null).length;
  const usd = `$${sum(({ wastedUsd }) => wastedUsd ?? 0).toFixed(4)}`;
  const money = unpriced === own.length ? 'unpriced' : unpriced > 0 ? `${usd} and ${unpriced} unpriced` : usd;
  const parts = [
    ...(tokens > 0 ? [`${tokens.toLocaleString('en-US')} tokens (${money})`] : []),
    ...(ms > 0 ? [`${(ms / 1000).toFixed(1)} s`] : []),
  ];
  return `wasted: ${parts.join(', ')}`;
}
