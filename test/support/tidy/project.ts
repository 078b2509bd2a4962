import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A file of the repository: its path from the root, with `/`, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** What the house rules look at. */
export interface Project {
  readonly files: readonly SourceFile[];
  /** What stands at the top level, hidden or not. */
  readonly entries: readonly string[];
  /** Whether a file or folder of that path (from the root) exists. */
  readonly exists: (path: string) => boolean;
}

/** A broken house rule: where, what, and what to do instead. */
export interface TidyProblem {
  readonly path: string;
  readonly line: number;
  readonly what: string;
  readonly remedy: string;
}

export const showProblem = ({ path, line, what, remedy }: TidyProblem): string => `${path}:${line}: ${what}. ${remedy}`;

/** The line, from 1, of an offset. */
export const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

const IGNORED = new Set(['node_modules', 'dist', 'coverage', '.git']);
const TEXT = /\.(ts|js|json|jsonl|md|ya?ml|csv|html|xml|txt)$|^\.?[A-Za-z]+$|^run$/;

/** Of `reports/`, runs are nobody's business but their owner's: only what is committed counts. */
const isIgnored = (path: string, isFolder: boolean): boolean =>
  IGNORED.has(path) || path.endsWith('.tmp') || (isFolder && /^reports\/(?!example$|baselines$)[^/]+$/.test(path));

/** Reads the repository, without what is generated or installed. */
export async function readProject(root: string): Promise<Project> {
  const files: SourceFile[] = [];
  const known = new Set<string>(['']);
  const walk = async (folder: string): Promise<void> => {
    const entries = await readdir(join(root, folder), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (isIgnored(path, entry.isDirectory())) continue;
      known.add(path);
      if (entry.isDirectory()) await walk(path);
      else if (entry.isFile() && TEXT.test(entry.name)) files.push({ path, text: await readFile(join(root, path), 'utf8') });
    }
  };
  await walk('');
  return { files, entries: [...known].filter((path) => path !== '' && !path.includes('/')), exists: (path) => known.has(path) };
}

/** A project that exists only in memory: the rules are tried on planted violations. */
export function projectOf(files: Readonly<Record<string, string>>): Project {
  const paths = Object.keys(files);
  const known = new Set(paths.flatMap((path) => path.split('/').map((_, index, all) => all.slice(0, index + 1).join('/'))));
  return {
    files: paths.map((path) => ({ path, text: files[path]! })),
    entries: [...known].filter((path) => !path.includes('/')),
    exists: (path) => path === '' || known.has(path),
  };
}
