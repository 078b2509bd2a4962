import type { TrialRecord } from '../schema/trial-record.ts';

/** How one score of one scenario changed, over all patterns. */
export interface ScoreDifference {
  readonly scenario: string;
  readonly score: string;
  /** Means of the trials that have it; null where none has. */
  readonly before: number | null;
  readonly after: number | null;
  /** Trials whose score is another one, or whose score became or was unscored. */
  readonly changed: number;
  readonly unscoredBefore: number;
  readonly unscoredAfter: number;
}

/** What a second judging changed: every score that either side has, in the order of their first mention; `passed` is the share of trials that passed. */
export function scoreDifferences(before: readonly TrialRecord[], after: readonly TrialRecord[]): ScoreDifference[] {
  const scenarios = [...new Set(after.map(({ scenario }) => scenario))];
  const earlier = new Map(before.map((trial) => [trial.traceId, trial]));
  return scenarios.flatMap((scenario) => {
    const own = after.filter((trial) => trial.scenario === scenario);
    const pairs = own.map((trial) => ({ old: earlier.get(trial.traceId), now: trial }));
    const names = new Set(pairs.flatMap(({ old, now }) => [...Object.keys(now.scores), ...Object.keys(old?.scores ?? {})]));
    const of = (score: string, value: (trial: TrialRecord) => number | null | undefined) => {
      const values = pairs.map(({ old, now }) => ({ old: old && value(old), now: value(now) }));
      return {
        scenario,
        score,
        before: meanOf(values.map(({ old }) => old)),
        after: meanOf(values.map(({ now }) => now)),
        changed: values.filter(({ old, now }) => old !== now).length,
        unscoredBefore: values.filter(({ old }) => old === null).length,
        unscoredAfter: values.filter(({ now }) => now === null).length,
      };
    };
    return [
      ...[...names].map((name) => of(name, ({ scores }) => scores[name])),
      of('passed', ({ passed }) => (passed === null ? null : Number(passed))),
    ];
  });
}

function meanOf(values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter((value) => typeof value === 'number');
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
