import { join } from 'node:path';
import { numberOf } from '../bench/compare-runs/tolerances.ts';
import type { PatternPower } from '../bench/power-of.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import { safeText } from '../kernel/terminal-text.ts';
import { columns } from './shell/columns.ts';
import { defineCommand } from './shell/command.ts';
import { EXIT } from './shell/exit-code.ts';
import { wrapped } from './shell/wrap.ts';

/** Trials a sample that are told beside those of the run. */
const TRIALS = [1, 3, 5, 10];

export default defineCommand({
  name: 'power',
  description: 'how many samples and trials it takes to see a difference, and the smallest one that a saved run could have seen',
  examples: [
    ['patternbench power', 'of the last run, for a difference of 10 points'],
    ['patternbench power support-desk-1a2b3c4d --difference 5%', 'of another one, for 5 points'],
  ],
  configure: (command) => {
    command
      .argument('[run]', 'id or folder of a saved run, or the name of a baseline (default: the last run)')
      .option('-d, --difference <score>', 'the difference that matters, in score or per cent', '10%')
      .option('--power <share>', 'the chance of seeing it', '80%')
      .option('--json', 'as JSON')
      .option('--no-color', 'plain text');
  },
  run: async ({ args, options }, shell) => {
    const difference = between('--difference', options['difference'], 1);
    const power = between('--power', options['power'], 0.999);
    const [{ powerOf }, { baselineNames, readBaseline }, { readRun }, { runFolderOf }] = await Promise.all([
      import('../bench/power-of.ts'),
      import('../bench/baseline.ts'),
      import('../bench/read-run.ts'),
      import('./shell/saved-run.ts'),
    ]);
    const reports = join(shell.root, 'reports');
    const name = args[0];
    const isBaseline = name !== undefined && (await baselineNames(reports)).includes(name);
    const { run, trials } = isBaseline ? await readBaseline(reports, name) : await readRun(await runFolderOf(name, shell));
    const found = run.scenarios.map((scenario) => {
      const counts = [...new Set([...TRIALS, scenario.trials])].sort((a, b) => a - b);
      return { scenario, counts, patterns: powerOf(trials, scenario, { difference, power, trials: counts }) };
    });
    if (options['json'] === true) {
      shell.out(
        JSON.stringify(
          found.map(({ scenario, counts, patterns }) => ({
            scenario: scenario.name,
            difference,
            power,
            trials: counts,
            patterns,
          })),
        ),
      );
      return EXIT.ok;
    }
    for (const { scenario, counts, patterns } of found) {
      const size = `${scenario.samples} samples of ${scenario.trials} ${scenario.trials === 1 ? 'trial' : 'trials'}`;
      const head = `${scenario.name}, ${size}, against ${scenario.baseline}: samples needed to see ${points(difference)} points at ${points(power)}% power`;
      for (const line of wrapped(safeText(head), shell.width, 0)) shell.out(line);
      const heading = ['  pattern', 'could see', ...counts.map((count) => (count === 1 ? '1 trial' : `${count} trials`))];
      for (const line of columns([heading, ...patterns.map(row)], shell.width)) shell.out(line);
    }
    const foot =
      'Could see: the smallest true difference, in points, that this run shows with that chance. From the variances of this run (Miller, arXiv 2411.00640), as uncertain as they are.';
    for (const line of wrapped(foot, shell.width, 0)) shell.out(line);
    return EXIT.ok;
  },
});

const row = ({ pattern, smallest, needed }: PatternPower): string[] => [
  `  ${pattern}`,
  smallest === null ? '-' : smallest > 1 ? 'nothing' : String(Math.ceil(100 * smallest)),
  ...needed.map((count) => (count === null ? '-' : String(count))),
];

const points = (share: number): string => String(Number((100 * share).toFixed(1)));

function between(option: string, given: unknown, most: number): number {
  const value = numberOf(String(given));
  if (value !== null && value > 0 && value <= most) return value;
  throw new PatternbenchError('usage', `${option} ${String(given)} is not above 0 and at most ${most}`, {
    remedy: `write it as ${option} 0.1 or ${option} 10%`,
  });
}
