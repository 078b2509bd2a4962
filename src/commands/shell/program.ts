import { Command, CommanderError } from 'commander';
import { loadPartNamed, loadParts } from '../../contracts/parts.ts';
import type { CliCommand } from './command.ts';
import { EXIT, exitCodeOf } from './exit-code.ts';
import { printError } from './print-error.ts';
import type { Shell } from './shell.ts';

const START =
  '\nStart here:\n  npm run bench                   compare the patterns on recorded traffic, offline\n  patternbench <command> --help   options and examples';

/**
 * Finds the verb in a folder of them, parses its options, runs it. Returns the exit code; a mistake is told on standard error, never thrown.
 * Only the verb that is named is loaded; all are where it takes all to help.
 */
export async function runProgram(argv: readonly string[], folder: string, shell: Shell): Promise<number> {
  const program = new Command('patternbench')
    .description('Runs one scenario under every agent orchestration pattern and tells which to use, how sure that is, and why.')
    .exitOverride()
    .configureOutput(outputOf(shell))
    .showHelpAfterError('(patternbench --help tells more)')
    .addHelpText('after', START);
  let code: number = EXIT.ok;
  const onChosen: OnChosen = async (chosen, { args, options }) => {
    code = await chosen.run({ args, options }, { ...shell, color: shell.color && options['color'] !== false });
  };
  try {
    await declareFolder(program, folder, { words: argv, onChosen });
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    printError(error, shell);
    return exitCodeOf(error);
  }
}

/** Help and mistakes go where everything else goes. */
const outputOf = ({ out, err, width, color }: Shell) => ({
  writeOut: (text: string) => out(text.replace(/\n$/, '')),
  writeErr: (text: string) => err(text.replace(/\n$/, '')),
  getOutHelpWidth: () => width,
  getErrHelpWidth: () => width,
  getOutHasColors: () => color,
  getErrHasColors: () => color,
});

type OnChosen = (
  command: CliCommand,
  input: { readonly args: readonly string[]; readonly options: Readonly<Record<string, unknown>> },
) => Promise<void>;

interface Declaring {
  /** What was typed from this verb on. */
  readonly words: readonly string[];
  readonly onChosen: OnChosen;
  /** The verbs above, each with a space behind it. */
  readonly above?: string;
}

async function declareFolder(parent: Command, folder: string, declaring: Declaring): Promise<void> {
  const words = declaring.words[0] === 'help' ? declaring.words.slice(1) : declaring.words;
  const named = words[0] === undefined ? undefined : await loadPartNamed<CliCommand>(folder, words[0]);
  for (const command of named ? [named] : await loadParts<CliCommand>(folder))
    await declare(parent, command, { ...declaring, words });
}

async function declare(parent: Command, command: CliCommand, { words, onChosen, above = '' }: Declaring): Promise<void> {
  const name = `${above}${command.name}`;
  const declared = parent
    .command(command.name)
    .description(command.description)
    .exitOverride()
    .showHelpAfterError(`(patternbench ${name} --help tells more)`);
  command.configure(declared);
  if (command.commands === undefined) declared.action(() => onChosen(command, { args: declared.args, options: declared.opts() }));
  // Of a verb that was not typed only its name and what it does are told.
  else if (words[0] === command.name)
    await declareFolder(declared, command.commands, { words: words.slice(1), onChosen, above: `${name} ` });
  const examples = command.examples.map(([line, does]) => `  ${line}\n      ${does}`);
  declared.addHelpText('after', `\nExamples:\n${examples.join('\n')}`);
}
