import type { Comparison } from '../schema/run-record.ts';

/** What the trials of one sample did on both sides, where any of them changed. */
export interface SampleFlip {
  readonly sample: string;
  /** Passed trials of all, such as `3/3`. */
  readonly before: string;
  readonly after: string;
  /** Trials that passed before and do not now (failed, unscored or missing). */
  readonly lost: readonly number[];
  /** Trials that pass now and did not before. */
  readonly won: readonly number[];
}

/** Figures of one side of a group; null where the run does not know them. */
export interface GroupFigures {
  readonly quality: number | null;
  /** Share of trials that pass. */
  readonly passRate: number | null;
  /** Chance that all trials of a sample pass. */
  readonly passHatK: number | null;
  readonly costUsdPer1kTasks: number | null;
  readonly costUsdPerSuccess: number | null;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly tokensPerTrial: number | null;
  /** Trials that failed or hit a limit. */
  readonly failed: number;
  readonly trials: number;
}

/** `exact`: both sides were given the same recorded answers, so every change is the program's; `mixed`: so it is for some of the groups. */
export type Gate = 'exact' | 'statistical' | 'mixed';

/** One pattern of one scenario, before and after. */
export interface GroupComparison {
  readonly scenario: string;
  readonly adapter: string;
  readonly pattern: string;
  readonly gate: Exclude<Gate, 'mixed'>;
  readonly verdict: Comparison['verdict'];
  /** `quality` as a difference of mean scores, `tokens`, `costUsd` and `latencyMs` as geometric mean ratios; after against before. */
  readonly comparisons: readonly Comparison[];
  readonly flips: readonly SampleFlip[];
  /** The trial whose score fell most; null where none did. */
  readonly worst: { readonly sample: string; readonly trial: number } | null;
  /** Side by side; `after` is null where the group is missing from the later run. */
  readonly figures: { readonly before: GroupFigures; readonly after: GroupFigures | null };
  /** Sentences: why it regressed, beyond what the comparisons say. */
  readonly reasons: readonly string[];
  /** Sentences that decide nothing. */
  readonly notes: readonly string[];
}

/** A fact that two runs must share before they can be compared, and do not. */
export interface DifferingField {
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

/** A bar that a figure of the later run must meet, and what it was. */
export interface ThresholdResult {
  readonly threshold: string;
  readonly scenario: string;
  readonly pattern: string;
  /** Null where the run does not know it; that never meets a bar. */
  readonly value: number | null;
  readonly met: boolean;
}

/** What two saved runs say of each other. */
export interface RunComparison {
  /** Ids of the runs. */
  readonly before: string;
  readonly after: string;
  /** The baseline's name where the earlier run is one. */
  readonly baseline: string | null;
  /** Only a part of the earlier run was run again, on purpose. */
  readonly partial: boolean;
  readonly gate: Gate;
  readonly verdict: Comparison['verdict'];
  /** A regression that somebody took on purpose. */
  readonly accepted: boolean;
  /** Why the runs are incomparable; empty where they are not. */
  readonly differing: readonly DifferingField[];
  readonly groups: readonly GroupComparison[];
  readonly thresholds: readonly ThresholdResult[];
  readonly notes: readonly string[];
}
