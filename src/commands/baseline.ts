import check from './baseline/check.ts';
import set from './baseline/set.ts';
import show from './baseline/show.ts';
import { defineCommand } from './shell/command.ts';
import { EXIT } from './shell/exit-code.ts';

export default defineCommand({
  name: 'baseline',
  description: 'keep a run, commit it, and hold later runs against it',
  examples: [
    ['patternbench baseline set', 'the last run becomes the baseline "main", in reports/baselines/'],
    ['patternbench baseline check', 'hold the last run against it; exit code 1 for a regression'],
    ['patternbench baseline show', 'what baselines there are, and how old'],
  ],
  commands: [set, check, show],
  configure: () => undefined,
  run: () => Promise.resolve(EXIT.usage),
});
