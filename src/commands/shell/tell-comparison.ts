import type { RunComparison, ThresholdResult } from '../../contracts/run-comparison.ts';
import { safeLine } from '../../kernel/terminal-text.ts';
import { changeInWords, groupLabel, verdictSentence } from '../../reporters/comparison/in-words.ts';
import type { NextCommand } from '../../reporters/comparison/next-commands.ts';
import { columns } from './columns.ts';
import { wrapped } from './wrap.ts';

/** Flips that are listed before the rest is only counted. */
const LISTED = 20;

/** A comparison for a terminal: the verdict, why, what flipped, what was not compared, and the next command. */
export function tellComparison(
  comparison: RunComparison,
  { width, next }: { readonly width: number; readonly next: readonly NextCommand[] },
): string {
  const paragraph = (text: string, indent = 0) => wrapped(safeLine(text), width, indent);
  const lines = [...paragraph(verdictSentence(comparison))];
  for (const { field, before, after } of comparison.differing)
    lines.push(...paragraph(`differs: ${field}: ${before} against ${after}`, 2));
  if (comparison.groups.length > 0) lines.push('', ...columns(changeRows(comparison), width));
  const reasons = comparison.groups.flatMap((group) =>
    [...group.reasons, ...group.notes].map((text) => `${groupLabel(group)}: ${text}`),
  );
  if (reasons.length > 0) lines.push('', ...reasons.flatMap((text) => paragraph(text)));
  lines.push(...flipLines(comparison, width));
  lines.push(...thresholdLines(comparison.thresholds, width));
  if (comparison.notes.length > 0) lines.push('', ...comparison.notes.flatMap((note) => paragraph(note)));
  if (next.length > 0) lines.push('', 'Next', ...commandLines(next, width));
  return lines.join('\n');
}

/** The bars that are not met, each with the figure that is short of it; how many are met. */
export function thresholdLines(thresholds: readonly ThresholdResult[], width: number): string[] {
  if (thresholds.length === 0) return [];
  const failed = thresholds.filter(({ met }) => !met);
  const lines = failed.flatMap(({ threshold, scenario, pattern, value }) =>
    wrapped(`threshold not met: ${threshold} by ${scenario}/${pattern}, which has ${value ?? 'no such figure'}`, width, 0),
  );
  const met = thresholds.length - failed.length;
  return ['', ...lines, ...(met > 0 ? [`${met} of ${thresholds.length} thresholds met`] : [])];
}

/** Commands to paste, each below what it is for; one that is too long goes on as a shell continues lines. */
export const commandLines = (commands: readonly NextCommand[], width: number): string[] =>
  commands.flatMap(({ why, command }) => [`   # ${why}`, ...continued(command, width)]);

function continued(command: string, width: number): string[] {
  const lines: string[] = [];
  let line = '  ';
  for (const word of command.split(' ')) {
    // Room for the sign of continuation is kept; a word that fits no line stays whole, or it could not be pasted.
    if (line.trim() !== '' && line.length + 1 + word.length + 2 > width) {
      lines.push(`${line} \\`);
      line = '    ';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}

function changeRows({ groups }: RunComparison): string[][] {
  const heading = ['group', 'verdict', 'quality', 'tokens', 'cost', 'latency'];
  const rows = groups.map((group) => [
    groupLabel(group),
    group.verdict,
    ...['quality', 'tokens', 'costUsd', 'latencyMs'].map((metric) => {
      const one = group.comparisons.find((comparison) => comparison.metric === metric);
      return one ? changeInWords(one) : '-';
    }),
  ]);
  return [heading, ...rows];
}

function flipLines({ groups }: RunComparison, width: number): string[] {
  const flips = groups.flatMap((group) => group.flips.map((flip) => [groupLabel(group), flip] as const));
  if (flips.length === 0) return [];
  const worst = flips.toSorted(([, a], [, b]) => b.lost.length - a.lost.length);
  const rows = worst
    .slice(0, LISTED)
    .map(([group, { sample, before, after, lost, won }]) => [
      group,
      sample,
      `${before} -> ${after}`,
      [
        lost.length > 0 ? `pass to fail: trial ${lost.join(', ')}` : '',
        won.length > 0 ? `fail to pass: trial ${won.join(', ')}` : '',
      ]
        .filter((text) => text !== '')
        .join('; '),
    ]);
  const rest = flips.length > LISTED ? [`and ${flips.length - LISTED} more samples; --format json has them all`] : [];
  return ['', ...columns([['flipped', 'sample', 'passed', 'trials'], ...rows], width), ...rest];
}
