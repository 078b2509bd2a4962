import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { messageOf, PatternbenchError } from '../kernel/errors.ts';
import { type JournalRecord, journalRecord } from '../schema/journal.ts';
import type { Journal } from './journal.ts';

export interface JournalText {
  readonly records: readonly JournalRecord[];
  /** Bytes up to the end of the last whole line. */
  readonly wholeBytes: number;
  /** What is odd about it, for the person. */
  readonly warnings: readonly string[];
}

/**
 * Reads a journal. A last line that the end of a process has cut off is dropped, with a warning. Throws `not_found` when there is none,
 * `invalid_record` with file and line for a line that cannot be understood: what was done would be done again.
 */
export function readJournal(file: string): JournalText {
  if (!existsSync(file)) throw new PatternbenchError('not_found', 'there is no journal here', { place: { file } });
  const bytes = readFileSync(file);
  const wholeBytes = bytes.lastIndexOf(0x0a) + 1;
  const lines = bytes.subarray(0, wholeBytes).toString('utf8').split('\n').slice(0, -1);
  const records = lines.map((line, index) => parsed(line, { file, line: index + 1 }));
  const torn = bytes.length - wholeBytes;
  const warnings =
    torn > 0 ? [`the last line of ${file} was cut off (${torn} bytes) and is left out; what it told is done again`] : [];
  return { records, wholeBytes, warnings };
}

function parsed(line: string, place: { readonly file: string; readonly line: number }): JournalRecord {
  const refuse = (problem: string, cause?: unknown) =>
    new PatternbenchError('invalid_record', `this line of the journal cannot be trusted: ${problem}`, {
      place,
      remedy: 'start a new run',
      ...(cause === undefined ? {} : { cause }),
    });
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw refuse(messageOf(cause), cause);
  }
  const result = journalRecord.safeParse(value);
  if (!result.success) throw refuse(`${result.error.issues[0]?.path.join('.')}: ${result.error.issues[0]?.message}`);
  return result.data;
}

export interface OpenJournal extends Journal {
  readonly warnings: readonly string[];
}

/**
 * Opens a journal for its one writer: a file of JSON lines, written through one descriptor, each line at once (a killed process loses none
 * that was written), and brought to the disk at the end, or at once where a record asks for it.
 */
export function openJournal(file: string): OpenJournal {
  mkdirSync(dirname(file), { recursive: true });
  const before: JournalText = existsSync(file) ? readJournal(file) : { records: [], wholeBytes: 0, warnings: [] };
  if (before.warnings.length > 0) truncateSync(file, before.wholeBytes);
  // What is asked and answered is the business of whoever runs it.
  const descriptor = openSync(file, 'a', 0o600);
  const records: JournalRecord[] = [...before.records];
  let open = true;
  return {
    records,
    warnings: before.warnings,
    append: (record, { sync = false } = {}) => {
      // A step that outlives its run has no place to write to, and nobody to read it.
      if (!open) return;
      writeWhole(descriptor, `${canonicalJson(record)}\n`);
      if (sync) fsyncSync(descriptor);
      records.push(record);
    },
    close: () => {
      if (!open) return;
      open = false;
      fsyncSync(descriptor);
      closeSync(descriptor);
    },
  };
}

/** A write may be short (a signal, a full disk); a line must not be. */
function writeWhole(descriptor: number, text: string): void {
  let rest: Uint8Array = Buffer.from(text);
  while (rest.length > 0) rest = rest.subarray(writeSync(descriptor, rest));
}
