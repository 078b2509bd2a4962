import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { loadReporters } from '../../bench/parts.ts';
import type { Reporter, ReportInput } from '../../contracts/reporter.ts';
import { messageOf, PatternbenchError } from '../../kernel/errors.ts';
import { safeText } from '../../kernel/terminal-text.ts';
import type { Shell } from './shell.ts';

/** A file to be written, and what renders it. */
export interface ReportFile {
  readonly path: string;
  /** As it was typed. */
  readonly shown: string;
  readonly reporter: Reporter;
}

/** What renders each path, told by how its name ends. Throws `usage` that names the known endings, or the path that cannot be
 * written, before anything is run. */
export async function reportFiles(paths: readonly string[], root: string): Promise<ReportFile[]> {
  if (paths.length === 0) return [];
  const reporters = await loadReporters();
  const files = paths.map((path): ReportFile => {
    const reporter = reporterFor(path, reporters);
    if (reporter) return { path: resolve(root, path), shown: path, reporter };
    const endings = reporters.flatMap(({ extension }) => (extension === undefined ? [] : `.${extension}`));
    throw new PatternbenchError('usage', `no report is written as "${path}"`, {
      remedy: `end the name with ${endings.join(', ')}`,
    });
  });
  for (const { path } of files) await writable(path, () => makeFolders(dirname(path)));
  return files;
}

/** One at a time from the first that exists: asked for all at once, Node tries for ever where the system allows none (/proc). */
async function makeFolders(folder: string): Promise<void> {
  if ((await stat(folder).catch(() => undefined))?.isDirectory()) return;
  await makeFolders(dirname(folder));
  await mkdir(folder);
}

/** Throws `usage` where a path cannot be written. */
async function writable(path: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    throw new PatternbenchError('usage', `this report cannot be written: ${messageOf(cause)}`, {
      place: { file: path },
      cause,
      remedy: 'name a file in a folder that can be written to',
    });
  }
}

/** The reporter with the longest ending that the path has: `x.junit.xml` is no `.xml` of another. */
export const reporterFor = (path: string, reporters: readonly Reporter[]): Reporter | undefined =>
  reporters
    .filter(({ extension }) => extension !== undefined && path.toLowerCase().endsWith(`.${extension}`))
    .toSorted((a, b) => b.extension!.length - a.extension!.length)[0];

/** What a report is made of; spans are read where a reporter shows them, and where there are any (a baseline keeps none). */
interface Reported extends ReportInput {
  readonly spansFile?: string;
}

async function withSpans(input: ReportInput, file: string): Promise<ReportInput> {
  const isThere = await stat(file).catch(() => undefined);
  if (!isThere) return input;
  const { readSpanRows } = await import('../../bench/span-rows.ts');
  return { ...input, spans: await readSpanRows(file, new Set(input.trials.map(({ traceId }) => traceId))) };
}

/** Renders the files and says so. They are read by other programs and people: no colours, 80 columns. */
export async function writeReports(
  files: readonly ReportFile[],
  { spansFile, ...given }: Reported,
  shell: Pick<Shell, 'err'>,
): Promise<void> {
  const showsSpans = spansFile !== undefined && files.some(({ reporter }) => reporter.readsSpans);
  const input = showsSpans ? await withSpans(given, spansFile) : given;
  for (const { path, shown, reporter } of files) {
    const text = reporter.render(input, { width: 80, color: false });
    await writable(path, () => writeFile(path, text));
    shell.err(safeText(`${shown} written`));
  }
}
