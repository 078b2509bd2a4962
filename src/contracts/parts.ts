import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf, PatternbenchError } from '../kernel/errors.ts';

/**
 * Loads the parts of a folder: each file's default export, whose `name` must equal the file's. Sorted by name.
 * Throws `invalid_part` with the file for anything else; `not_found` when there is no such folder.
 */
export async function loadParts<Part extends { readonly name: string }>(folder: string): Promise<Part[]> {
  const files = await readdir(folder).catch((cause: unknown) => {
    throw new PatternbenchError('not_found', `there is no folder of parts here: ${messageOf(cause)}`, {
      place: { file: folder },
      cause,
    });
  });
  const parts: Part[] = [];
  for (const file of files.filter((name) => /\.(ts|js)$/.test(name) && !/\.(d|test)\.ts$/.test(name)).sort()) {
    parts.push(await loadPart<Part>(join(folder, file), file.replace(/\.(ts|js)$/, '')));
  }
  return parts;
}

async function loadPart<Part extends { readonly name: string }>(path: string, name: string): Promise<Part> {
  const module = (await import(pathToFileURL(path).href)) as { readonly default?: Part };
  const part = module.default;
  if (typeof part !== 'object' || part.name !== name) {
    throw new PatternbenchError('invalid_part', `the default export must be a part named "${name}", like its file`, {
      place: { file: path },
      remedy: `export default define…({ name: '${name}', … })`,
    });
  }
  return part;
}
