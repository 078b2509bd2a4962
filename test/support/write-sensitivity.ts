// `npm run sensitivity`: measures how far the comparisons of each scenario hang on the declared error rates of the simulated model, and
// writes what it finds beside the scenario's recordings. Run it again when profiles, prompts, patterns or scenarios have changed.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sensitivityFile } from '../../src/bench/sensitivity.ts';
import { tokenCounter } from '../../src/simulation/tokens.ts';
import { sensitivityOf } from './sensitivity-of.ts';
import { shippedScenarios } from './simulated-trials.ts';

const root = join(import.meta.dirname, '..', '..');
const countTokens = await tokenCounter();
for (const simulated of await shippedScenarios()) {
  const measured = sensitivityFile.parse(await sensitivityOf(simulated, { countTokens }));
  const folder = join('fixtures', simulated.scenario.name);
  await mkdir(join(root, folder), { recursive: true });
  await writeFile(join(root, folder, 'sensitivity.json'), `${JSON.stringify(measured, null, 2)}\n`);
  process.stdout.write(`${folder}/sensitivity.json\n`);
}
