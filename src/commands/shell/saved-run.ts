import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { savedRuns } from '../../bench/read-run.ts';
import { PatternbenchError } from '../../kernel/errors.ts';
import type { Shell } from './shell.ts';

/** The folder of a saved run: by id, by path, or the one written last. */
export async function runFolderOf(name: string | undefined, shell: Shell): Promise<string> {
  const reports = join(shell.root, 'reports');
  const runs = await savedRuns(reports);
  const last = runs.at(-1);
  if (name === undefined && last) return join(reports, last.name);
  if (name !== undefined && runs.some((run) => run.name === name)) return join(reports, name);
  if (name !== undefined && (await stat(join(name, 'run.json')).catch(() => undefined))) return name;
  throw new PatternbenchError('not_found', name === undefined ? 'there is no saved run yet' : `there is no saved run "${name}"`, {
    remedy: runs.length > 0 ? `name one of ${runs.map((run) => run.name).join(', ')}` : 'npm run patternbench -- run',
  });
}
