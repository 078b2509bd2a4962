import { join } from 'node:path';
import type { SavedRun } from '../bench/read-run.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import { defineCommand } from './shell/command.ts';
import { declareCompareOptions } from './shell/compare-options.ts';
import type { Shell } from './shell/shell.ts';

export default defineCommand({
  name: 'compare',
  description: 'compare two saved runs: what got better or worse, how sure that is, and which samples flipped',
  examples: [
    ['patternbench compare support-desk-1a2b3c4d support-desk-5e6f7a8b', 'the earlier run first, the later one second'],
    ["patternbench compare main support-desk-5e6f7a8b --threshold 'quality>=0.8'", 'against a baseline, and a bar to meet'],
    ['patternbench compare before after --tolerance costUsd=20% --format markdown', 'as a comment on a pull request'],
  ],
  configure: (command) => {
    command
      .argument('<before>', 'id or folder of a saved run, or the name of a baseline')
      .argument('<after>', 'id or folder of the run that is held against it');
    declareCompareOptions(command);
  },
  run: async ({ args, options }, shell) => {
    const [before, after] = args;
    if (before === undefined || after === undefined)
      throw new PatternbenchError('usage', 'compare needs two runs', { remedy: 'npm run patternbench -- list runs' });
    const sides = { before: await runOrBaseline(before, shell), after: await runOrBaseline(after, shell) };
    const { compareSaved } = await import('./shell/compare-saved.ts');
    return compareSaved(sides, options, shell);
  },
});

async function runOrBaseline(name: string, shell: Shell): Promise<SavedRun> {
  const [{ baselineNames, readBaseline }, { readRun }, { runFolderOf }] = await Promise.all([
    import('../bench/baseline.ts'),
    import('../bench/read-run.ts'),
    import('./shell/saved-run.ts'),
  ]);
  const reports = join(shell.root, 'reports');
  return (await baselineNames(reports)).includes(name) ? readBaseline(reports, name) : readRun(await runFolderOf(name, shell));
}
