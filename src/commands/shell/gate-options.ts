import type { Command } from 'commander';
import { PatternbenchError } from '../../kernel/errors.ts';
import { collected } from './collected.ts';

/** What can make a run fail. A miss voids a run whatever is named, and so does a run without scores. */
export const FAILURES = ['regression', 'threshold', 'error', 'miss', 'finding', 'inconclusive', 'unscored'] as const;
export type Failure = (typeof FAILURES)[number];

/** What does unless `--fail-on` says otherwise. */
export const USUAL_FAILURES: readonly Failure[] = ['regression', 'threshold', 'error', 'miss'];

/** Broken trials that a run may have, as a number of trials or as a share of them. */
export interface MaxErrors {
  readonly text: string;
  readonly allows: (broken: number, trials: number) => boolean;
}

/** The options of `run` about what makes it fail. */
export interface GateOptionValues {
  readonly against?: string;
  readonly threshold?: readonly string[];
  readonly tolerance?: readonly string[];
  readonly failOn?: readonly Failure[];
  /** As it was typed: a run that is taken up again reads it from its journal. */
  readonly maxErrors?: string;
  readonly out?: readonly string[];
}

/** Declares `-o`, for every command that has a run to show. */
export const declareOut = (command: Command): Command =>
  command.option('-o, --out <file>', 'write a report too: .html .md .json .jsonl .csv .junit.xml (repeatable)', collected);

/** Declares what makes a run fail. */
export function declareGateOptions(command: Command): void {
  command
    .option('--against <name>', 'compare with a baseline or a saved run; exit code 1 for a regression')
    .option(
      '--threshold <figure>',
      "a bar to meet, such as 'quality>=0.8' or 'support-desk/router:latencyMs.p95<=9000' (repeatable)",
      collected,
    )
    .option(
      '--tolerance <metric=x>',
      'what a metric may move by: quality=0.02, costUsd=10% (repeatable; with --against)',
      collected,
    )
    .option('--fail-on <what>', `what makes it fail, of ${FAILURES.join(',')} (default: ${USUAL_FAILURES.join(',')})`, failures)
    .option(
      '--max-errors <count>',
      'trials that may break down for reasons outside the patterns: a number, or a share such as 5%',
      (text: string) => maxErrorsOf(text).text,
    );
  declareOut(command);
}

function failures(text: string): Failure[] {
  return text.split(',').map((word) => {
    const known = FAILURES.find((failure) => failure === word.trim());
    if (known) return known;
    throw new PatternbenchError('usage', `--fail-on knows no "${word}"`, { remedy: `name some of ${FAILURES.join(',')}` });
  });
}

/** Reads `3` or `5%`; throws `usage` for anything else. */
export function maxErrorsOf(text: string): MaxErrors {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text.trim());
  const value = Number(match?.[1]);
  if (!match || (match[2] === '' && !Number.isInteger(value)) || (match[2] === '%' && value > 100))
    throw new PatternbenchError('usage', `--max-errors takes a whole number or a share such as 5%; got "${text}"`);
  const isShare = match[2] === '%';
  return { text: text.trim(), allows: (broken, trials) => broken <= (isShare ? (trials * value) / 100 : value) };
}
