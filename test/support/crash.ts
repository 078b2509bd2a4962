import { PatternbenchError } from '../../src/kernel/errors.ts';
import { isKnown, type JournalRecord } from '../../src/schema/journal.ts';
import { type Journal, memoryJournal } from '../../src/state/journal.ts';
import { runScripted, type ScriptedTrial, type TrialOutcome } from './trial.ts';

export interface CrashingTrial extends Omit<ScriptedTrial, 'journal' | 'clock'> {
  /** Steps (model calls, tools, waits, questions) that are begun before the process ends; it ends when the next one is about to be. */
  readonly crashAt: number;
  /** Steps that are under way when it ends leave no outcome, as after a SIGKILL; otherwise they end, and what they yield is kept. */
  readonly hard?: boolean;
  /** What was done before this attempt. */
  readonly before?: readonly JournalRecord[];
}

export interface CrashedTrial extends TrialOutcome {
  /** What the journal has when the process has ended. */
  readonly records: readonly JournalRecord[];
  /** Paths of the steps that this attempt has begun. */
  readonly begun: readonly string[];
  /** Whether there was a step to crash before: false when the trial came to its end. */
  readonly crashed: boolean;
}

/** Runs a scripted trial that ends before its k-th step, with an in-memory journal. */
export async function runWithCrash({ crashAt, hard = false, before = [], ...trial }: CrashingTrial): Promise<CrashedTrial> {
  const journal = memoryJournal(before);
  const begun: string[] = [];
  let crashed = false;
  const crashing: Journal = {
    ...journal,
    append: (record) => {
      if (record.t === 'begin' && begun.length >= crashAt) {
        crashed = true;
        throw new PatternbenchError('suspended', `crash before ${record.path}`);
      }
      if (record.t === 'begin') begun.push(record.path);
      if (!(crashed && hard)) journal.append(record);
    },
  };
  const outcome = await runScripted({ ...trial, journal: crashing });
  return { ...outcome, records: journal.records, begun, crashed };
}

/** Takes a trial up again, in another process as it were: nothing but the records is left of the first attempt. */
export function resumeFrom(
  records: readonly JournalRecord[],
  trial: Omit<CrashingTrial, 'crashAt' | 'before' | 'hard'>,
): Promise<CrashedTrial> {
  const written = records.map((record) => JSON.parse(JSON.stringify(record)) as JournalRecord);
  return runWithCrash({ ...trial, before: written, crashAt: Number.POSITIVE_INFINITY });
}

/** Paths of the steps whose outcome stands in the records. */
export const completedPaths = (records: readonly JournalRecord[]): string[] =>
  records.flatMap((record) => (isKnown(record) && record.t === 'end' ? [record.path] : []));

/** Paths of the steps that were begun and of whose outcome nothing is known: lost on the way. */
export function lostPaths(records: readonly JournalRecord[]): string[] {
  const completed = new Set(completedPaths(records));
  return records.flatMap((record) =>
    isKnown(record) && record.t === 'begin' && !completed.has(record.path) ? [record.path] : [],
  );
}
