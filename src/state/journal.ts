import type { JournalRecord, KnownRecord } from '../schema/journal.ts';

/**
 * What a run has done so far, as records that are only ever added: intents before effects, outcomes after them. A run that is taken up
 * again repeats nothing that stands here.
 */
export interface Journal {
  /** In the order in which they were added. */
  readonly records: readonly JournalRecord[];
  /** Adds a record; when it returns, a killed process does not lose it. `sync`: nor does a machine without power. */
  readonly append: (record: KnownRecord, options?: { readonly sync?: boolean }) => void;
  readonly close: () => void;
}

/** A journal that lives as long as the process: for tests, and for what need not outlive it. */
export function memoryJournal(before: readonly JournalRecord[] = []): Journal {
  const records: JournalRecord[] = [...before];
  return { records, append: (record) => void records.push(record), close: () => undefined };
}
