import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { shortHash } from '../kernel/hash.ts';
import { processExists } from '../kernel/process-exists.ts';

/** `.<run>.<process>-<machine>.<chance>`: of whom a draft is stands in its name, so that it is known from the moment it exists. */
const DRAFT = /^\..+\.(?<pid>[1-9]\d*)-(?<machine>[\w-]{8})\.\w{6}$/;

/** Process numbers mean something on their own machine, and a folder may be shared by several (containers have a name each). */
const machine = (): string => shortHash(hostname()).slice(0, 8);

/** A folder of its own for a run that is under way: the same run may be under way in another terminal. */
export const newDraft = (reports: string, runId: string): Promise<string> =>
  mkdtemp(join(reports, `.${runId}.${process.pid}-${machine()}.`));

/** Removes the drafts of processes of this machine that are no more (they were killed); one that may be alive keeps its own. */
export async function removeDeadDrafts(reports: string): Promise<void> {
  for (const name of await readdir(reports)) {
    const draft = DRAFT.exec(name)?.groups;
    if (!draft || draft['machine'] !== machine() || processExists(Number(draft['pid']))) continue;
    // What belongs to another user stays: a run does not fail for want of tidiness.
    await rm(join(reports, name), { recursive: true, force: true }).catch(() => undefined);
  }
}
