import { chmod, type FileHandle, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunRecord } from '../schema/run-record.ts';
import type { TrialRecord } from '../schema/trial-record.ts';
import { runText, trialText } from './record-text.ts';
import { newDraft, removeDeadDrafts } from './run-drafts.ts';

/** Characters collected before they are written: one write per line would cost more than the line. */
const CHUNK = 1 << 20;

/** Lines of a file, written in order, in chunks. */
class LineFile {
  readonly #handle: FileHandle;
  #chunk = '';

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async append(line: string): Promise<void> {
    this.#chunk += `${line}\n`;
    if (this.#chunk.length >= CHUNK) await this.#flush();
  }

  async close(): Promise<void> {
    await this.#flush();
    await this.#handle.close();
  }

  async #flush(): Promise<void> {
    const chunk = this.#chunk;
    this.#chunk = '';
    await this.#handle.writeFile(chunk);
  }
}

/** Name of the file that tells what a run has done so far. */
export const JOURNAL = 'journal.jsonl';

/**
 * The folder that a run leaves. It is filled beside its place and moved there when it is complete, so nobody ever reads half a run, and a
 * run that fails leaves the last good one as it was. A run with a journal is filled in its place, beside the journal, and counts as
 * unfinished until its record is there; when it does not get that far, the journal is what is left of it.
 */
export class RunFolder implements AsyncDisposable {
  readonly path: string;
  readonly #draft: string;
  readonly #spans: LineFile;
  readonly #trials: LineFile;
  #settled = false;
  #finished = false;

  private constructor(path: string, draft: string, files: { spans: LineFile; trials: LineFile }) {
    this.path = path;
    this.#draft = draft;
    this.#spans = files.spans;
    this.#trials = files.trials;
  }

  /** `inPlace`: fill the run's own folder, which has a journal. What killed runs have left beside is removed. */
  static async create(reports: string, runId: string, { inPlace = false } = {}): Promise<RunFolder> {
    const path = join(reports, runId);
    await mkdir(inPlace ? path : reports, { recursive: true });
    await removeDeadDrafts(reports);
    const draft = inPlace ? path : await newDraft(reports, runId);
    await chmod(draft, 0o755);
    const file = async (name: string) => new LineFile(await open(join(draft, name), 'w'));
    return new RunFolder(path, draft, { spans: await file('spans.jsonl'), trials: await file('trials.jsonl') });
  }

  appendSpans(line: string): Promise<void> {
    return this.#spans.append(line);
  }

  appendTrial(record: TrialRecord): Promise<void> {
    return this.#trials.append(trialText(record));
  }

  /** Writes the run's record and puts the folder into its place. */
  async finish(run: RunRecord, environment: unknown): Promise<void> {
    await this.#close();
    await writeFile(join(this.#draft, 'environment.json'), `${JSON.stringify(environment, null, 1)}\n`);
    await writeFile(join(this.#draft, 'run.json.tmp'), runText(run));
    // What makes the folder a saved run comes last, and whole.
    await rename(join(this.#draft, 'run.json.tmp'), join(this.#draft, 'run.json'));
    if (this.#draft !== this.path) await replaceFolder(this.#draft, this.path);
    this.#finished = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
    if (this.#finished) return;
    if (this.#draft !== this.path) await rm(this.#draft, { recursive: true, force: true });
    else for (const name of ['spans.jsonl', 'trials.jsonl']) await rm(join(this.#draft, name), { force: true });
  }

  async #close(): Promise<void> {
    if (this.#settled) return;
    this.#settled = true;
    await this.#spans.close();
    await this.#trials.close();
  }
}

const REPLACING_TRIES = 5;

/** Puts a folder into the place of another; somebody else who does the same at the same time goes first or last, and nobody fails. */
async function replaceFolder(from: string, to: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    await rm(to, { recursive: true, force: true });
    try {
      return await rename(from, to);
    } catch (error) {
      const isTaken = ['ENOTEMPTY', 'EEXIST'].includes(String((error as NodeJS.ErrnoException).code));
      if (!isTaken || tries === REPLACING_TRIES) throw error;
    }
  }
}
