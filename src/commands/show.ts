import { join } from 'node:path';
import { PatternbenchError } from '../kernel/errors.ts';
import { defineCommand } from './shell/command.ts';
import { EXIT } from './shell/exit-code.ts';

export default defineCommand({
  name: 'show',
  description: 'show one trial of a saved run: scores and why, what each agent was told and answered, where the time went',
  examples: [
    ['patternbench show support-desk/router/t01/0', 'of the last run'],
    ['patternbench show support-desk/router/t01/0 --run support-desk-1a2b3c4d', 'of another one'],
  ],
  configure: (command) => {
    command
      .argument('<trial>', 'scenario/pattern/sample/trial')
      .option('--run <id>', 'id or folder of a saved run (default: the last one)')
      .option('--full', 'whole messages instead of their beginnings')
      .option('--no-color', 'plain text');
  },
  run: async ({ args, options }, shell) => {
    const name = args[0];
    if (name === undefined)
      throw new PatternbenchError('usage', 'show needs a trial', { remedy: 'name it as scenario/pattern/sample/trial' });
    const [{ readTrial }, { runFolderOf }, { tellTrial }] = await Promise.all([
      import('../bench/read-trial.ts'),
      import('./shell/saved-run.ts'),
      import('./shell/tell-trial.ts'),
    ]);
    const folder = await runFolderOf(options['run'] as string | undefined, shell);
    const told = await readTrial(folder, name, join(shell.root, 'fixtures'));
    shell.out(tellTrial(told, { width: shell.width, full: options['full'] === true }));
    return EXIT.ok;
  },
});
