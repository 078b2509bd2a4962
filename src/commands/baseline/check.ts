import { join } from 'node:path';
import { readBaseline } from '../../bench/baseline.ts';
import { readRun } from '../../bench/read-run.ts';
import { PatternbenchError } from '../../kernel/errors.ts';
import { ageInDays, ageInWords } from '../shell/age.ts';
import { defineCommand } from '../shell/command.ts';
import { declareCompareOptions } from '../shell/compare-options.ts';
import { compareSaved } from '../shell/compare-saved.ts';
import { runFolderOf } from '../shell/saved-run.ts';

export default defineCommand({
  name: 'check',
  description:
    'hold a saved run against the baseline; exit code 1 for a regression or a missed threshold, 5 when they cannot be compared',
  examples: [
    ['patternbench baseline check', 'the last run against "main"'],
    ['patternbench baseline check --format markdown', 'as a comment on a pull request'],
  ],
  configure: (command) => {
    command
      .argument('[run]', 'id or folder of a saved run (default: the last one)')
      .option('--name <name>', 'of the baseline', 'main')
      .option('--max-age <days>', 'warn about a baseline that is older', '90');
    declareCompareOptions(command);
  },
  run: async ({ args, options }, shell) => {
    const name = String(options['name']);
    const maxAge = Number(options['maxAge']);
    if (!(maxAge >= 0)) throw new PatternbenchError('usage', '--max-age takes a number of days');
    const before = await readBaseline(join(shell.root, 'reports'), name);
    const after = await readRun(await runFolderOf(args[0], shell));
    const days = ageInDays(before.setOn, shell.now());
    const stale = days > maxAge ? `; older than ${maxAge} days, so set it again from a run of today` : '';
    shell.err(`baseline ${name}, set ${ageInWords(days)}${stale}`);
    return compareSaved({ before, after, baseline: name }, options, shell);
  },
});
