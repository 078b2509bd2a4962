import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, PatternbenchError } from '../kernel/errors.ts';
import { type RunRecord, runRecord } from '../schema/run-record.ts';
import { type TrialRecord, trialRecord } from '../schema/trial-record.ts';
import type { z } from '../schema/zod.ts';
import { JOURNAL } from './run-folder.ts';

export interface SavedRun {
  readonly folder: string;
  readonly run: RunRecord;
  readonly trials: readonly TrialRecord[];
}

/** Reads a saved run; throws `not_found` when there is none, `invalid_record` with file and line when it cannot be trusted. */
export async function readRun(folder: string): Promise<SavedRun> {
  const runFile = join(folder, 'run.json');
  const trialsFile = join(folder, 'trials.jsonl');
  const run = checked(runRecord, parsed(await text(runFile), { file: runFile }), { file: runFile });
  const lines = (await text(trialsFile)).split('\n').filter((line) => line !== '');
  const trials = lines.map((line, index) => {
    const place = { file: trialsFile, line: index + 1 };
    return checked(trialRecord, parsed(line, place), place);
  });
  return { folder, run, trials };
}

/** The committed example is nobody's last run, however late it was checked out. */
const EXAMPLE = 'example';

/** The saved runs of a reports folder, by name, the one written last at the end. */
export async function savedRuns(reports: string): Promise<{ name: string; writtenMs: number }[]> {
  const entries = await readdir(reports, { withFileTypes: true }).catch(() => []);
  const runs: { name: string; writtenMs: number }[] = [];
  for (const entry of entries.filter(
    (candidate) => candidate.isDirectory() && !candidate.name.startsWith('.') && candidate.name !== EXAMPLE,
  )) {
    const found = await stat(join(reports, entry.name, 'run.json')).catch(() => undefined);
    if (found) runs.push({ name: entry.name, writtenMs: found.mtimeMs });
  }
  return runs.sort((a, b) => a.writtenMs - b.writtenMs || (a.name < b.name ? -1 : 1));
}

/** The runs of a reports folder that have a journal, by name; a run without its record is unfinished. */
export async function journaledRuns(reports: string): Promise<{ name: string; isFinished: boolean }[]> {
  const entries = await readdir(reports, { withFileTypes: true }).catch(() => []);
  const exists = (...names: string[]) =>
    stat(join(reports, ...names)).then(
      () => true,
      () => false,
    );
  const runs: { name: string; isFinished: boolean }[] = [];
  for (const { name } of entries.filter((entry) => entry.isDirectory())) {
    if (await exists(name, JOURNAL)) runs.push({ name, isFinished: await exists(name, 'run.json') });
  }
  return runs.sort((a, b) => (a.name < b.name ? -1 : 1));
}

interface RecordPlace {
  readonly file: string;
  readonly line?: number;
}

const text = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((cause: unknown) => {
    throw new PatternbenchError('not_found', 'there is no saved run here', {
      place: { file },
      cause,
      remedy: 'npm run patternbench -- list runs',
    });
  });

function parsed(line: string, place: RecordPlace): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new PatternbenchError('invalid_record', `not valid JSON: ${messageOf(cause)}`, { place, cause });
  }
}

function checked<T>(schema: z.ZodType<T>, value: unknown, place: RecordPlace): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new PatternbenchError('invalid_record', `written by another version, or edited: ${issue.message}`, {
    place: { ...place, path: issue.path.join('.') },
    remedy: 'run it again',
  });
}
