import { join } from 'node:path';
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
  commands: join(import.meta.dirname, 'baseline'),
  configure: () => undefined,
  run: () => Promise.resolve(EXIT.usage),
});
