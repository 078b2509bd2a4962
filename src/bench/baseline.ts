import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { messageOf, PatternbenchError } from '../kernel/errors.ts';
import type { TrialRecord } from '../schema/trial-record.ts';
import { z } from '../schema/zod.ts';
import { readRun, type SavedRun } from './read-run.ts';

const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const FACTS = 'baseline.json';

const baselineFacts = z.strictObject({ version: z.literal(1), runId: z.string(), setOn: z.iso.date() });

/** A run that later ones are held against: committed, so it holds what a comparison needs and nothing else. */
export interface Baseline extends SavedRun {
  readonly name: string;
  /** The day when it was set, YYYY-MM-DD. */
  readonly setOn: string;
}

/** The folder of all baselines, in the folder of runs. */
export const baselinesOf = (reports: string): string => join(reports, 'baselines');

/**
 * Keeps a run as the baseline of that name, in place of the one before. Outputs, reasons of scores and times by agent are left out: no comparison needs
 * them, and the file stays small. Throws `usage` for a name that is none, and for a run that is not whole or has no score.
 */
export async function saveBaseline(reports: string, name: string, saved: SavedRun & { readonly setOn: string }): Promise<string> {
  const folder = folderOf(reports, name);
  const { run, trials, setOn } = saved;
  if (!run.complete) throw refused(run.runId, 'is incomplete: trials of it broke down for reasons outside the patterns');
  if (!trials.some(({ scores }) => Object.values(scores).some((score) => score !== null)))
    throw refused(run.runId, 'has no score: it would guard nothing');
  const draft = join(baselinesOf(reports), `.${name}.tmp`);
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  await writeFile(join(draft, 'run.json'), `${JSON.stringify(JSON.parse(canonicalJson(run)), null, 1)}\n`);
  await writeFile(join(draft, 'trials.jsonl'), trials.map((trial) => `${canonicalJson(slim(trial))}\n`).join(''));
  await writeFile(join(draft, FACTS), `${JSON.stringify({ version: 1, runId: run.runId, setOn }, null, 1)}\n`);
  await rm(folder, { recursive: true, force: true });
  await rename(draft, folder);
  return folder;
}

const refused = (runId: string, why: string) =>
  new PatternbenchError('usage', `${runId} ${why}, so it cannot become a baseline`, {
    remedy: 'run it again, and set the baseline from that run',
  });

const slim = (trial: TrialRecord): TrialRecord => ({
  ...trial,
  output: null,
  why: {},
  agents: {},
  criticalPath: [],
  routed: null,
});

/** Reads a baseline; throws `not_found` naming those that there are, `invalid_record` for one that cannot be trusted. */
export async function readBaseline(reports: string, name: string): Promise<Baseline> {
  const folder = folderOf(reports, name);
  const names = await baselineNames(reports);
  if (!names.includes(name))
    throw new PatternbenchError('not_found', `there is no baseline "${name}"`, {
      remedy:
        names.length > 0 ? `name one of ${names.join(', ')} with --name` : `npm run patternbench -- baseline set --name ${name}`,
    });
  const file = join(folder, FACTS);
  const text = await readFile(file, 'utf8');
  try {
    const { setOn } = baselineFacts.parse(JSON.parse(text));
    return { ...(await readRun(folder)), name, setOn };
  } catch (cause) {
    if (cause instanceof PatternbenchError) throw cause;
    throw new PatternbenchError('invalid_record', `this is no baseline: ${messageOf(cause)}`, {
      place: { file },
      cause,
      remedy: 'set it again from a run',
    });
  }
}

/** The names of all baselines, sorted. */
export async function baselineNames(reports: string): Promise<string[]> {
  const folder = baselinesOf(reports);
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names: string[] = [];
  for (const entry of entries.filter((candidate) => candidate.isDirectory() && NAME.test(candidate.name))) {
    if (await readFile(join(folder, entry.name, FACTS)).catch(() => undefined)) names.push(entry.name);
  }
  return names.sort();
}

function folderOf(reports: string, name: string): string {
  if (NAME.test(name)) return join(baselinesOf(reports), name);
  throw new PatternbenchError('usage', `"${name}" is no name for a baseline`, {
    remedy: 'use lower-case letters, digits, dots and hyphens, such as main',
  });
}
