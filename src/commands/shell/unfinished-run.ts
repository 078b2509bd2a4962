import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { JOURNAL } from '../../bench/run-folder.ts';
import { admissionOf } from '../../bench/run-journal.ts';
import { journaledRuns } from '../../bench/read-run.ts';
import { PatternbenchError } from '../../kernel/errors.ts';
import { safeText } from '../../kernel/terminal-text.ts';
import type { AdmittedRecord, JournalRecord } from '../../schema/journal.ts';
import { readJournal } from '../../state/journal-file.ts';
import { fromHere } from './from-here.ts';
import type { Shell } from './shell.ts';

/** A run that has a journal, as it stands. */
export interface JournaledRun {
  readonly folder: string;
  readonly runId: string;
  readonly records: readonly JournalRecord[];
  readonly admitted: AdmittedRecord;
  /** Whether it came to its end and left its record. */
  readonly isFinished: boolean;
}

/** The run of that id or folder, told by its journal. Throws `not_found` when it has none, `invalid_record` when nobody can go on with it. */
export async function journaledRun(name: string, shell: Shell): Promise<JournaledRun> {
  const reports = join(shell.root, 'reports');
  const folder = [join(reports, name), name].find((candidate) => existsSync(join(candidate, JOURNAL)));
  if (folder === undefined) {
    const known = (await journaledRuns(reports)).map((run) => run.name);
    throw new PatternbenchError('not_found', `there is no run "${name}" with a journal`, {
      remedy: known.length > 0 ? `name one of ${known.join(', ')}` : 'live and recording runs keep one, replays with --journal',
    });
  }
  const file = join(folder, JOURNAL);
  const { records, warnings } = readJournal(file);
  for (const warning of warnings) shell.err(safeText(fromHere(`warning: ${warning}`, shell)));
  const admitted = admissionOf(records);
  if (!admitted)
    throw new PatternbenchError('invalid_record', 'this journal does not say what the run was told to do', {
      place: { file },
      remedy: 'start a new run',
    });
  return { folder, runId: basename(folder), records, admitted, isFinished: existsSync(join(folder, 'run.json')) };
}
