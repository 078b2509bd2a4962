import type { RunRecord } from '../schema/run-record.ts';
import type { TrialRecord } from '../schema/trial-record.ts';
import type { RunComparison, ThresholdResult } from './run-comparison.ts';
import type { SpanRow } from './span-row.ts';

export interface ReportInput {
  readonly run: RunRecord;
  readonly trials: readonly TrialRecord[];
  /** What it says against an earlier run, where there is one. */
  readonly against?: RunComparison;
  /** Bars that it was held against, where there is no earlier run; else they stand in `against`. */
  readonly thresholds?: readonly ThresholdResult[];
  /** The spans of its trials by trace id, for reporters that read them. */
  readonly spans?: ReadonlyMap<string, readonly SpanRow[]>;
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
  /** How the names of its files end, without the leading dot (`junit.xml`): by this `-o` finds it. */
  readonly extension?: string;
  /** Whether it shows spans: they are read for those that do, since they are much. */
  readonly readsSpans?: true;
  readonly render: (input: ReportInput, options: ReportOptions) => string;
}

export const defineReporter = (reporter: Reporter): Reporter => reporter;
