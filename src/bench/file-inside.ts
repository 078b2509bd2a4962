import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';

/**
 * The real path of a file that a scenario refers to, or the reason why it is refused: it must exist inside the folder (symbolic links
 * followed) and be a regular file, since a pipe would block and a device has no end.
 */
export async function fileInside(
  folder: string,
  name: string,
): Promise<{ readonly ok: true; readonly path: string } | { readonly ok: false; readonly problem: string }> {
  const no = (problem: string) => ({ ok: false, problem: `${JSON.stringify(name)} ${problem}` }) as const;
  if (name.includes('\0') || isAbsolute(name)) return no("must be a path relative to the scenario's folder");
  const root = await realpath(folder).catch(() => undefined);
  if (root === undefined) return no('cannot be read: its folder does not exist');
  if (isOutside(relative(root, resolve(root, name)))) return no("lies outside the scenario's folder");
  const path = await realpath(resolve(root, name)).catch(() => undefined);
  if (path === undefined) return no('does not exist');
  if (isOutside(relative(root, path))) return no("lies outside the scenario's folder");
  return (await stat(path)).isFile() ? { ok: true, path } : no('is not a regular file');
}

const isOutside = (path: string): boolean => path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path);
