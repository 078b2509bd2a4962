import { PatternbenchError } from '../kernel/errors.ts';
import type { Json, JsonObject } from '../kernel/json.ts';
import { type AdmittedRecord, isKnown, JOURNAL_VERSION, type JournalRecord } from '../schema/journal.ts';
import type { RunRecord } from '../schema/run-record.ts';
import { openJournal } from '../state/journal-file.ts';
import { type TrialJournal, trialJournals } from '../state/trial-journal.ts';
import type { TrialPlan } from './plan.ts';
import { TOOL_VERSION } from './version.ts';

/** The name of a trial in a journal. */
export const trialKey = ({ cell, sample, trial }: TrialPlan): string =>
  `${cell.scenario.name}/${cell.pattern}/${sample.id}/${trial}`;

/** The answers to questions of one trial, by path. */
export const answersFor = (trial: string, answers: ReadonlyMap<string, Json>): ReadonlyMap<string, Json> =>
  new Map(
    [...answers].flatMap(([key, answer]) =>
      key.startsWith(`${trial}:`) ? [[key.slice(trial.length + 1), answer] as const] : [],
    ),
  );

export interface RunJournal extends Disposable {
  readonly ofTrial: (trial: string) => TrialJournal;
  readonly warnings: readonly string[];
}

/**
 * Opens the journal of a run. A new one begins with the admission of the run; one that is there says so again, if it is that of the same
 * run. Throws `divergence` naming what has changed since.
 */
export function openRunJournal(file: string, facts: Pick<RunRecord, 'runId' | 'fingerprint'>, choice: JsonObject): RunJournal {
  const journal = openJournal(file);
  try {
    const { test, treatment, fixtures } = facts.fingerprint;
    const fingerprint = { test, treatment, fixtures };
    const admitted = admissionOf(journal.records);
    if (!admitted) {
      const tool = `patternbench ${TOOL_VERSION}`;
      journal.append(
        { t: 'admitted', v: JOURNAL_VERSION, run: facts.runId, tool, fingerprint, choice: { ...choice } },
        { sync: true },
      );
    } else {
      checkFingerprint(admitted, fingerprint);
      journal.append({ t: 'resumed', n: 1 + journal.records.filter((record) => record.t === 'resumed').length });
    }
  } catch (error) {
    journal.close();
    throw error;
  }
  return { ofTrial: trialJournals(journal), warnings: journal.warnings, [Symbol.dispose]: journal.close };
}

/** The record that a run began with. */
export function admissionOf(records: readonly JournalRecord[]): AdmittedRecord | undefined {
  const first = records[0];
  return first && isKnown(first) && first.t === 'admitted' ? first : undefined;
}

const PARTS = {
  test: 'samples, scorers, tools, trials or limits of its scenarios',
  treatment: 'agents, prompts, models or pattern options of its scenarios',
  fixtures: 'its recordings',
} as const;

function checkFingerprint({ run, fingerprint }: AdmittedRecord, now: RunRecord['fingerprint']): void {
  const changed = (['test', 'treatment', 'fixtures'] as const).filter((part) => fingerprint[part] !== now[part]);
  if (changed.length === 0) return;
  const what = changed.map((part) => `${PARTS[part]} (recorded ${fingerprint[part]}, now ${now[part]})`).join(', and ');
  throw new PatternbenchError('divergence', `${run} cannot go on: since it began, somebody changed ${what}`, {
    remedy: 'put them back as they were, or start a new run',
  });
}
