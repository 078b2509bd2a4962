import { join } from 'node:path';
import { EXIT } from './commands/shell/exit-code.ts';
import { runProgram } from './commands/shell/program.ts';
import type { Shell } from './commands/shell/shell.ts';
import { PatternbenchError } from './kernel/errors.ts';

/** Runs the command line and returns the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const interrupt = new AbortController();
  const onSignal = () => {
    // A second Ctrl-C must always work.
    if (interrupt.signal.aborted) process.exit(EXIT.interrupted);
    interrupt.abort(new PatternbenchError('cancelled', 'interrupted'));
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  // A reader that has seen enough (`| head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.errors));
  try {
    return await typed(argv, process, interrupt.signal);
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

/** What of a process a command is told. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly cwd: () => string;
}

interface Output {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What was typed, run in these surroundings until it ends or is interrupted; returns the exit code. */
export const typed = (argv: readonly string[], surroundings: Surroundings, signal: AbortSignal): Promise<number> =>
  runProgram(argv, join(import.meta.dirname, 'commands'), shellOf(surroundings, signal));

function shellOf({ env, stdout, stderr, cwd }: Surroundings, signal: AbortSignal): Shell {
  return {
    out: (text) => void stdout.write(`${text}\n`),
    err: (text) => void stderr.write(`${text}\n`),
    width: (stdout.isTTY ? stdout.columns : Number(env['COLUMNS'])) || 80,
    color: stdout.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb',
    interactive: stderr.isTTY === true && !env['CI'],
    env,
    root: cwd(),
    now: () => Date.now(),
    signal,
  };
}
