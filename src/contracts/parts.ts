import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf, PatternbenchError } from '../kernel/errors.ts';

/**
 * Loads the parts of a folder: each file's default export, whose `name` must equal the file's. Sorted by name.
 * Throws `invalid_part` with the file for anything else; `not_found` when there is no such folder.
 */
export async function loadParts<Part extends { readonly name: string }>(folder: string): Promise<Part[]> {
  const parts: Part[] = [];
  for (const file of await partFiles(folder)) parts.push(await loadPart<Part>(join(folder, file), nameOf(file)));
  return parts;
}

/** The part of that name alone, so that nothing is loaded for its neighbours; undefined when the folder has none. Throws like `loadParts`. */
export async function loadPartNamed<Part extends { readonly name: string }>(
  folder: string,
  name: string,
): Promise<Part | undefined> {
  const file = (await partFiles(folder)).find((candidate) => nameOf(candidate) === name);
  return file === undefined ? undefined : loadPart<Part>(join(folder, file), name);
}

const nameOf = (file: string): string => file.replace(/\.(ts|js)$/, '');

async function partFiles(folder: string): Promise<string[]> {
  const files = await readdir(folder).catch((cause: unknown) => {
    throw new PatternbenchError('not_found', `there is no folder of parts here: ${messageOf(cause)}`, {
      place: { file: folder },
      cause,
    });
  });
  return files.filter((name) => /\.(ts|js)$/.test(name) && !/\.(d|test)\.ts$/.test(name)).sort();
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
