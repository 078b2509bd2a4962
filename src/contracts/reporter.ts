import type { RunRecord } from '../schema/run-record.ts';
import type { TrialRecord } from '../schema/trial-record.ts';

export interface ReportInput {
  readonly run: RunRecord;
  readonly trials: readonly TrialRecord[];
}

export interface ReportOptions {
  /** Columns of the terminal, or of the text. */
  readonly width: number;
  readonly color: boolean;
}

/** A way of showing a run, as a part: a file in `reporters/` whose default export this is. A pure function of the records. */
export interface Reporter {
  readonly name: string;
  readonly description: string;
  readonly render: (input: ReportInput, options: ReportOptions) => string;
}

export const defineReporter = (reporter: Reporter): Reporter => reporter;
