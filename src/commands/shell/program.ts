import { Command, CommanderError } from 'commander';
import type { CliCommand } from './command.ts';
import { EXIT, exitCodeOf } from './exit-code.ts';
import { printError } from './print-error.ts';
import type { Shell } from './shell.ts';

const START =
  '\nStart here:\n  npm run bench                   compare the patterns on recorded traffic, offline\n  patternbench <command> --help   options and examples';

/** Finds the verb, parses its options, runs it. Returns the exit code; a mistake is told on standard error, never thrown. */
export async function runProgram(argv: readonly string[], commands: readonly CliCommand[], shell: Shell): Promise<number> {
  const program = new Command('patternbench')
    .description('Runs one scenario under every agent orchestration pattern and tells which to use, how sure that is, and why.')
    .exitOverride()
    .showHelpAfterError('(patternbench --help tells more)')
    .addHelpText('after', START);
  let code: number = EXIT.ok;
  for (const command of commands) {
    declare(program, command, async (chosen, { args, options }) => {
      code = await chosen.run({ args, options }, { ...shell, color: shell.color && options['color'] !== false });
    });
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    printError(error, shell);
    return exitCodeOf(error);
  }
}

type OnChosen = (
  command: CliCommand,
  input: { readonly args: readonly string[]; readonly options: Readonly<Record<string, unknown>> },
) => Promise<void>;

function declare(parent: Command, command: CliCommand, onChosen: OnChosen, above = ''): void {
  const name = `${above}${command.name}`;
  const declared = parent
    .command(command.name)
    .description(command.description)
    .exitOverride()
    .showHelpAfterError(`(patternbench ${name} --help tells more)`);
  command.configure(declared);
  for (const below of command.commands ?? []) declare(declared, below, onChosen, `${name} `);
  if (!command.commands) declared.action(() => onChosen(command, { args: declared.args, options: declared.opts() }));
  const examples = command.examples.map(([line, does]) => `  ${line}\n      ${does}`);
  declared.addHelpText('after', `\nExamples:\n${examples.join('\n')}`);
}
