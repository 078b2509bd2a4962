import { join } from 'node:path';
import { PatternbenchError } from '../../kernel/errors.ts';
import { defineCommand } from '../shell/command.ts';
import { declareCompareOptions } from '../shell/compare-options.ts';
import { USUAL_MAX_AGE } from '../shell/age.ts';

export default defineCommand({
  name: 'check',
  description:
    'hold a saved run against the baseline; exit code 1 for a regression or a missed threshold, 5 when they cannot be compared',
  examples: [
    ['patternbench baseline check', 'the last run against "main"'],
    ['patternbench baseline check -o comment.md -o checks.junit.xml', 'with a comment for a pull request, and JUnit for CI'],
  ],
  configure: (command) => {
    command
      .argument('[run]', 'id or folder of a saved run (default: the last one)')
      .option('--name <name>', 'of the baseline', 'main')
      .option('--max-age <days>', 'warn about a baseline that is older', String(USUAL_MAX_AGE));
    declareCompareOptions(command);
  },
  run: async ({ args, options }, shell) => {
    const name = String(options['name']);
    const maxAge = Number(options['maxAge']);
    if (!(maxAge >= 0)) throw new PatternbenchError('usage', '--max-age takes a number of days');
    const [{ readBaseline }, { readRun }, { compareSaved }, { tellAge }, { runFolderOf }] = await Promise.all([
      import('../../bench/baseline.ts'),
      import('../../bench/read-run.ts'),
      import('../shell/compare-saved.ts'),
      import('../shell/held-against.ts'),
      import('../shell/saved-run.ts'),
    ]);
    const before = await readBaseline(join(shell.root, 'reports'), name);
    const after = await readRun(await runFolderOf(args[0], shell));
    tellAge({ baseline: name, setOn: before.setOn }, maxAge, shell);
    return compareSaved({ before: { ...before, baseline: name }, after }, options, shell);
  },
});
