import { lstatSync, realpathSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { PatternbenchError } from '../kernel/errors.ts';
import { isSetName } from './selection.ts';

/**
 * The file of a recording set in the folder of fixtures, whether it exists or not. Throws `usage` for a name that is none, and for a file
 * that is no regular file or lies elsewhere by way of a symbolic link.
 */
export function fixturePlace(folder: string, scenario: string, profile: string): string {
  if (!isSetName(scenario) || !isSetName(profile)) throw refused('a recording set is named by letters, digits, ".", "-" and "_"');
  const file = join(folder, scenario, `${profile}.jsonl`);
  const root = realpathOf(folder);
  const real = realpathOf(file) ?? realpathOf(dirname(file));
  if (root !== undefined && real !== undefined && !real.startsWith(`${root}${sep}`)) {
    throw refused(`the recording set ${scenario}/${profile} lies outside of the folder of fixtures`);
  }
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (found && !found.isFile() && !found.isSymbolicLink()) throw refused(`${relative(folder, file)} is no regular file`);
  return file;
}

function realpathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

const refused = (message: string): PatternbenchError => new PatternbenchError('usage', message);
