import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exampleFiles } from './example-run.ts';

/** Writes reports/example/ anew: `npm run examples`. */
const folder = join(import.meta.dirname, '../../reports/example');
const files = await exampleFiles();
await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
for (const [name, text] of files) await writeFile(join(folder, name), text);
process.stdout.write(`${files.size} files written to reports/example\n`);
