import { type BeginRecord, type EndRecord, isKnown, type JournalRecord, type TaskRecord } from '../schema/journal.ts';
import type { Outcome } from '../schema/trial-record.ts';
import type { Journal } from './journal.ts';

/** What is known of a step from before: its intent, and its outcome unless the process ended in between. */
export interface RecordedStep {
  readonly begin: BeginRecord;
  readonly end: EndRecord | undefined;
  /** How often it has been begun. */
  readonly begun: number;
}

/** The part of a journal that belongs to one trial. The key of a step is its path. */
export interface TrialJournal {
  readonly trial: string;
  /** Whether anything of this trial was done before. */
  readonly isResumed: boolean;
  /** What was recorded of a step before this trial was taken up; nothing of what it adds itself. */
  readonly recorded: (path: string) => RecordedStep | undefined;
  /** How the trial ended, when it has. */
  readonly outcome: Outcome | undefined;
  readonly begin: (step: Omit<BeginRecord, 't' | 'trial'>) => void;
  /** `sync`: somebody's word, or what was done to the world: it must outlive a power cut. */
  readonly end: (step: Omit<EndRecord, 't' | 'trial'>, options?: { readonly sync?: boolean }) => void;
  /** A change of status that stands there already is not written again. */
  readonly task: (task: Omit<TaskRecord, 't' | 'trial'>) => void;
  readonly finish: (outcome: Outcome, atUs: number) => void;
}

/** Views of a journal by trial; the records are gone through once. */
export function trialJournals(journal: Journal): (trial: string) => TrialJournal {
  const known = new Map<string, JournalRecord[]>();
  for (const record of journal.records) {
    const trial = isKnown(record) && 'trial' in record ? record.trial : undefined;
    if (trial === undefined) continue;
    const own = known.get(trial);
    if (own) own.push(record);
    else known.set(trial, [record]);
  }
  return (trial) => viewOf(journal, trial, known.get(trial) ?? []);
}

function viewOf(journal: Journal, trial: string, records: readonly JournalRecord[]): TrialJournal {
  const steps = new Map<string, RecordedStep>();
  const tasks = new Set<string>();
  let outcome: Outcome | undefined;
  for (const record of records) {
    if (!isKnown(record)) continue;
    if (record.t === 'begin')
      steps.set(record.path, { begin: record, end: undefined, begun: (steps.get(record.path)?.begun ?? 0) + 1 });
    const begun = record.t === 'end' ? steps.get(record.path) : undefined;
    if (record.t === 'end' && begun) steps.set(record.path, { ...begun, end: record });
    if (record.t === 'task') tasks.add(taskKey(record));
    if (record.t === 'trial') outcome = record.outcome;
  }
  return {
    trial,
    isResumed: steps.size > 0,
    outcome,
    recorded: (path) => steps.get(path),
    begin: (step) => journal.append({ t: 'begin', trial, ...step }, { sync: step.effect === 'write' }),
    end: (step, options) => journal.append({ t: 'end', trial, ...step }, options),
    task: (task) => {
      if (!tasks.has(taskKey(task))) journal.append({ t: 'task', trial, ...task });
    },
    finish: (ended, at) => {
      if (outcome === undefined) journal.append({ t: 'trial', trial, at, outcome: ended });
    },
  };
}

const taskKey = ({ path, status, attempt }: Pick<TaskRecord, 'path' | 'status' | 'attempt'>): string =>
  `${path} ${status} ${attempt}`;
