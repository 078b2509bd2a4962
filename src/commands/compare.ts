import { PatternbenchError } from '../kernel/errors.ts';
import { defineCommand } from './shell/command.ts';
import { declareCompareOptions } from './shell/compare-options.ts';

export default defineCommand({
  name: 'compare',
  description: 'compare two saved runs: what got better or worse, how sure that is, and which samples flipped',
  examples: [
    ['patternbench compare support-desk-1a2b3c4d support-desk-5e6f7a8b', 'the earlier run first, the later one second'],
    ["patternbench compare main support-desk-5e6f7a8b --threshold 'quality>=0.8'", 'against a baseline, and a bar to meet'],
    ['patternbench compare before after --tolerance costUsd=20% -o comment.md', 'and a comment for a pull request'],
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
    const [{ compareSaved }, { runOrBaseline }] = await Promise.all([
      import('./shell/compare-saved.ts'),
      import('./shell/held-against.ts'),
    ]);
    const sides = { before: await runOrBaseline(before, shell), after: await runOrBaseline(after, shell) };
    return compareSaved(sides, options, shell);
  },
});
