// `npm run simulations`: measures, on simulated studies, how often intervals hold the truth and how often the statistical gate raises a false alarm; and
// splits recorded trials at random for the same. Writes reports/coverage.json and reports/coverage.md. Takes minutes. Run it again when an estimator has
// changed; test/stats/simulated-table.test.ts says when that is.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readRun } from '../../src/bench/read-run.ts';
import { gateRates } from '../stats/simulate-gates.ts';
import { simulate, type SplitRow, tableInMarkdown } from '../stats/simulations/simulated-table.ts';
import { CHECKOUT, journeyProject } from './journey.ts';

const SPLITS = 2000;
const say = (text: string) => process.stdout.write(`${text}\n`);

/** The recorded trials of a scenario, replayed under all its patterns, split at random. */
async function splitsOf(scenario: string): Promise<SplitRow> {
  await using project = await journeyProject(scenario);
  const told = await project.type(['run', '-s', scenario, '--quiet']);
  if (told.code !== 0) throw new Error(told.err);
  const [folder] = await project.runs();
  const { run, trials } = await readRun(project.path('reports', folder!));
  const { regressed } = gateRates({ run, trials }, { splits: SPLITS, seed: `a/a ${scenario}` });
  const groups = run.groups.filter(({ notApplicable }) => notApplicable === undefined).length;
  return { scenario, groups, trials: trials.length, splits: SPLITS, regressed };
}

const splits: SplitRow[] = [];
for (const scenario of ['market-brief', 'support-desk']) {
  say(`splits of ${scenario}`);
  splits.push(await splitsOf(scenario));
}
const table = simulate(splits, say);
await writeFile(join(CHECKOUT, 'reports/coverage.json'), `${JSON.stringify(table, null, 1)}\n`);
await writeFile(join(CHECKOUT, 'reports/coverage.md'), tableInMarkdown(table));
say('reports/coverage.md');
