import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../kernel/errors.ts';
import { shortHash } from '../kernel/hash.ts';
import { fileInside } from './file-inside.ts';

export type FoundExport =
  | { readonly ok: true; readonly value: unknown; /** Of the file's text. */ readonly hash: string }
  | { readonly ok: false; readonly problem: string; readonly cause?: unknown };

/** What `file.ts#export` names: an export of a file inside the folder, symbolic links followed, or the reason why there is none. */
export async function exportOf(reference: string, folder: string): Promise<FoundExport> {
  const [file, exported] = reference.split('#') as [string, string];
  const found = await fileInside(folder, file);
  if (!found.ok) return found;
  try {
    const module = (await import(pathToFileURL(found.path).href)) as Record<string, unknown>;
    const hash = shortHash(await readFile(found.path, 'utf8'), 12);
    return { ok: true, value: Object.hasOwn(module, exported) ? module[exported] : undefined, hash };
  } catch (cause) {
    return { ok: false, problem: `the file cannot be loaded: ${messageOf(cause)}`, cause };
  }
}
