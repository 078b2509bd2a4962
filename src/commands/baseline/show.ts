import { join } from 'node:path';
import { baselineNames, readBaseline } from '../../bench/baseline.ts';
import { cellName } from '../../bench/comparisons.ts';
import { PatternbenchError } from '../../kernel/errors.ts';
import { columns } from '../shell/columns.ts';
import { defineCommand } from '../shell/command.ts';
import { EXIT } from '../shell/exit-code.ts';
import { ageInDays, ageInWords } from '../shell/age.ts';

export default defineCommand({
  name: 'show',
  description: 'what baselines there are: their run, their age, and what they hold',
  examples: [['patternbench baseline show', 'all of them']],
  configure: (command) => {
    command.argument('[name]', 'of one baseline (default: all)').option('--no-color', 'plain text');
  },
  run: async ({ args }, shell) => {
    const reports = join(shell.root, 'reports');
    const names = args[0] === undefined ? await baselineNames(reports) : [args[0]];
    if (names.length === 0)
      throw new PatternbenchError('not_found', 'there is no baseline yet', { remedy: 'npm run patternbench -- baseline set' });
    for (const name of names) {
      const { run, trials, setOn } = await readBaseline(reports, name);
      const age = ageInWords(ageInDays(setOn, shell.now()));
      for (const line of columns([[`${name}: ${run.runId}, ${trials.length} trials, set ${age}`]], shell.width)) shell.out(line);
      const groups = run.groups.filter(({ trials: count }) => count > 0);
      const rows = groups.map((group) => [
        `  ${group.scenario}/${cellName(group)}`,
        String(group.samples),
        String(group.trials),
        group.quality ? (100 * group.quality.mean).toFixed(1) : '-',
      ]);
      for (const line of columns([['  group', 'samples', 'trials', 'quality'], ...rows], shell.width)) shell.out(line);
    }
    return EXIT.ok;
  },
});
