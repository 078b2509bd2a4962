import { join } from 'node:path';
import { saveBaseline } from '../../bench/baseline.ts';
import { readRun } from '../../bench/read-run.ts';
import { safeText } from '../../kernel/terminal-text.ts';
import { defineCommand } from '../shell/command.ts';
import { EXIT } from '../shell/exit-code.ts';
import { fromHere } from '../shell/from-here.ts';
import { runFolderOf } from '../shell/saved-run.ts';

export default defineCommand({
  name: 'set',
  description: 'keep a saved run as the baseline; an incomplete one never becomes it',
  examples: [
    ['patternbench baseline set', 'the last run, as "main"'],
    ['patternbench baseline set support-desk-1a2b3c4d --name nightly', 'another run under another name'],
  ],
  configure: (command) => {
    command
      .argument('[run]', 'id or folder of a saved run (default: the last one)')
      .option('--name <name>', 'of the baseline', 'main');
  },
  run: async ({ args, options }, shell) => {
    const saved = await readRun(await runFolderOf(args[0], shell));
    const name = String(options['name']);
    const setOn = new Date(shell.now()).toISOString().slice(0, 10);
    const folder = await saveBaseline(join(shell.root, 'reports'), name, { ...saved, setOn });
    shell.out(
      safeText(
        `${name} is ${saved.run.runId} now: ${saved.trials.length} trials in ${fromHere(folder, shell)}; commit that folder`,
      ),
    );
    return EXIT.ok;
  },
});
