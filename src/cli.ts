import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import type { CliCommand } from './commands/shell/command.ts';
import { EXIT, exitCodeOf } from './commands/shell/exit-code.ts';
import { printError } from './commands/shell/print-error.ts';
import type { Shell } from './commands/shell/shell.ts';
import { loadParts } from './contracts/parts.ts';
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
  const shell = shellOf(interrupt.signal);
  let code: number = EXIT.ok;
  const program = programOf(await loadParts<CliCommand>(join(import.meta.dirname, 'commands')), shell, (result) => (code = result));
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    printError(error, shell);
    return exitCodeOf(error);
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

function programOf(commands: readonly CliCommand[], shell: Shell, done: (code: number) => void): Command {
  const program = new Command('patternbench')
    .description('Runs one scenario under every agent orchestration pattern and tells which to use, how sure that is, and why.')
    .exitOverride()
    .showHelpAfterError('(patternbench --help tells more)')
    .addHelpText('after', '\nStart here:\n  npm run bench                 compare the patterns on recorded traffic, offline\n  patternbench <command> --help  examples');
  for (const command of commands) {
    const declared = program.command(command.name).description(command.description).exitOverride();
    command.configure(declared);
    const width = Math.max(...command.examples.map(([line]) => line.length));
    const examples = command.examples.map(([line, does]) => (width > 60 ? `  ${line}\n      ${does}` : `  ${line.padEnd(width)}  ${does}`));
    declared.addHelpText('after', `\nExamples:\n${examples.join('\n')}`);
    declared.action(async () => done(await command.run({ args: declared.args, options: declared.opts() }, withOptions(shell, declared.opts()))));
  }
  return program;
}

const withOptions = (shell: Shell, options: Readonly<Record<string, unknown>>): Shell => ({
  ...shell,
  color: shell.color && options['color'] !== false,
});

function shellOf(signal: AbortSignal): Shell {
  const { env, stdout, stderr } = process;
  return {
    out: (text) => void stdout.write(`${text}\n`),
    err: (text) => void stderr.write(`${text}\n`),
    width: stdout.isTTY ? stdout.columns : Number(env['COLUMNS'] ?? 80) || 80,
    color: stdout.isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb',
    interactive: stderr.isTTY && !env['CI'],
    env,
    root: process.cwd(),
    now: () => Date.now(),
    signal,
  };
}
