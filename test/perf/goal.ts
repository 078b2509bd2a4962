import type { SliceOptions } from './slices.ts';

export interface GoalOptions extends SliceOptions {
  /** The repository. */
  readonly root: string;
}

/** What a goal came to. A value of at most `limit` passes; without a limit the value is there to be read. */
export interface GoalResult {
  readonly goal: string;
  readonly value: number;
  readonly limit: number | null;
  readonly pass: boolean | null;
  /** The baseline against itself; null where nothing is compared by slices. */
  readonly aa: number | null;
  /** Quartiles around the value. */
  readonly iqr: readonly [number, number] | null;
  /** Whether the baseline differed from itself, so that the value says nothing. */
  readonly isVoid: boolean;
  /** What stands beside the value, for people. */
  readonly rows: readonly Row[];
  /** Under which conditions it was measured, in a sentence or two. */
  readonly conditions: string;
}

export interface Row {
  readonly what: string;
  readonly value: string;
}

export interface Goal {
  readonly id: string;
  /** What is measured over what. */
  readonly title: string;
  readonly run: (options: GoalOptions) => Promise<GoalResult>;
}
