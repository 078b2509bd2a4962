import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { type ImportSource, importSource, MAX_IMPORT_BYTES } from '../../fixtures/importing/import-source.ts';
import { PatternbenchError } from '../../kernel/errors.ts';
import type { Shell } from './shell.ts';

/** Files that one import may take. */
const MOST_FILES = 5_000;

/** Bytes that the files of one import may have together: all of them are held while halves of calls are joined. */
const MOST_BYTES = 2 * MAX_IMPORT_BYTES;

/**
 * Files to be imported, in the order in which they were named; of a folder all below it, sorted, links not followed. Throws `not_found`, and
 * `usage` for more than an import takes.
 */
export async function recordingFiles(names: readonly string[], shell: Shell): Promise<ImportSource[]> {
  const files: { readonly path: string; readonly name: string }[] = [];
  for (const name of names) {
    const path = isAbsolute(name) ? name : join(shell.root, name);
    const found = await stat(path).catch(() => undefined);
    if (!found) throw new PatternbenchError('not_found', 'there is no such file or folder', { place: { file: name } });
    const below = found.isDirectory() ? await filesBelow(path) : [path];
    files.push(...below.map((file) => ({ path: file, name: nameOf(file, shell.root) })));
  }
  if (files.length > MOST_FILES) throw tooMuch(`${files.length} files`, `${MOST_FILES} files`);
  const sources: ImportSource[] = [];
  let bytes = 0;
  for (const { path, name } of files) {
    shell.signal.throwIfAborted();
    bytes += (await stat(path)).size;
    if (bytes > MOST_BYTES) throw tooMuch(`more than ${MOST_BYTES} bytes`, `${MOST_BYTES} bytes`);
    sources.push(importSource(name, await readFile(path)));
  }
  return sources;
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** The path within the project; of a file elsewhere its name and its folder's, which tell nothing of the machine. */
function nameOf(file: string, root: string): string {
  const inside = relative(root, file).replaceAll('\\', '/');
  return inside.startsWith('../') || isAbsolute(inside) ? `${basename(dirname(file))}/${basename(file)}` : inside;
}

const tooMuch = (what: string, limit: string): PatternbenchError =>
  new PatternbenchError('usage', `these are ${what}; one import takes ${limit}`, {
    remedy: 'import a part of them at a time, into the same set',
  });
