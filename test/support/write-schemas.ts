// `npm run schemas`: writes the JSON Schemas that editors and tools read into the folders they describe.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadDetectors, loadPatterns, loadScorers } from '../../src/bench/parts.ts';
import { generateJsonSchemas } from '../../src/schema/json-schema.ts';

const root = join(import.meta.dirname, '..', '..');
const schemas = generateJsonSchemas({
  patterns: await loadPatterns(),
  scorers: await loadScorers(),
  detectors: await loadDetectors(),
});
for (const [file, text] of Object.entries(schemas)) {
  await writeFile(join(root, file), text);
  process.stdout.write(`${file}\n`);
}
