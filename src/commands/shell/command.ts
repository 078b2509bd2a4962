import type { Command } from 'commander';
import type { Shell } from './shell.ts';

/**
 * A verb of the command line: a file in `commands/` whose default export this is. `--help` loads all of these files, so what they import
 * is light; `run` imports what it works with (test/commands/light-verbs.test.ts).
 */
export interface CliCommand {
  readonly name: string;
  readonly description: string;
  /** Lines under `--help`: a command and what it does. */
  readonly examples: readonly (readonly [command: string, does: string])[];
  /** Declares arguments and options. */
  readonly configure: (command: Command) => void;
  /** The folder of the verbs below this one (`fixtures ls`), a file each; a verb that has some does nothing by itself. */
  readonly commands?: string;
  /** Runs and returns the exit code; throws PatternbenchError for what a person must mend. */
  readonly run: (
    input: { readonly args: readonly string[]; readonly options: Readonly<Record<string, unknown>> },
    shell: Shell,
  ) => Promise<number>;
}

export const defineCommand = (command: CliCommand): CliCommand => command;
