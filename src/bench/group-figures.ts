import { seededRandom } from '../kernel/random.ts';
import type { GroupConsistency, GroupCoordination, GroupIntervals } from '../schema/group-figures.ts';
import type { Group } from '../schema/run-record.ts';
import type { TrialRecord } from '../schema/trial-record.ts';
import { resamplesOf } from '../stats/bootstrap.ts';
import { outcomeConsistency, resourceConsistency, trajectoryConsistency } from '../stats/consistency.ts';
import { mean, sum } from '../stats/mean.ts';
import type { PassCount } from '../stats/pass-hat-k.ts';
import { passEstimate } from '../stats/pass-estimate.ts';
import { quantileIntervalOver } from '../stats/quantile.ts';
import { ratioOfTotals, type TotalsRatio } from '../stats/ratio-of-totals.ts';
import { fixed } from './fixed.ts';

/** One group with what its further figures are computed from. */
export interface GroupTrials {
  readonly name: string;
  /** That ended by themselves, failures included. */
  readonly tried: readonly TrialRecord[];
  readonly passCounts: readonly PassCount[];
  /** Scores of each sample under the primary scorer. */
  readonly scores: readonly (readonly number[])[];
  readonly hasPassed: (trial: TrialRecord) => boolean;
}

const bootstrapOver = (n: number) =>
  n < 2 ? 'no interval from one sample' : `percentile bootstrap over samples, ${resamplesOf(n)} resamples, 95%`;
const ORDER = 'order statistics over samples, 95%';

/** The intervals of a group's figures. Those of cost and overhead are null where either is unknown. */
export function intervalsOf(group: GroupTrials, figures: Group, baseline: GroupTrials | undefined): GroupIntervals {
  const latencies = bySample(group.tried, ({ latencyMs }) => latencyMs);
  const quantile = (probability: number) => {
    const found = quantileIntervalOver([...latencies.values()], probability);
    return found && { low: fixed(found.low, 3), high: fixed(found.high, 3) };
  };
  return {
    ...passIntervals(group),
    latencyMs: { p50: quantile(0.5), p95: quantile(0.95), n: latencies.size, method: ORDER },
    costUsdPerSuccess: figures.costUsdPerSuccess === null ? null : resampled(costPerSuccess(group)),
    tokenOverhead: figures.tokenOverhead === null || !baseline || baseline === group ? null : overhead(group, baseline),
  };
}

/** pass@1 .. pass@k as means over samples. */
export const passAtKs = ({ passCounts }: GroupTrials): number[] =>
  ks(passCounts).map((k) => fixed(passEstimate(passCounts, { k, of: 'any' })?.value ?? Number.NaN));

const ks = (counts: readonly PassCount[]): number[] =>
  counts.length === 0 ? [] : Array.from({ length: Math.min(...counts.map(({ trials }) => trials)) }, (_, i) => i + 1);

function passIntervals({ passCounts }: GroupTrials): Pick<GroupIntervals, 'passHatK' | 'passAtK'> {
  const of = (what: 'all' | 'any') =>
    ks(passCounts).flatMap((k) => {
      const found = passEstimate(passCounts, { k, of: what });
      return found ? [{ low: fixed(found.low), high: fixed(found.high), n: found.n, method: found.method }] : [];
    });
  return { passHatK: of('all'), passAtK: of('any') };
}

/** Values of trials by sample, in order of appearance. */
function bySample<Value>(trials: readonly TrialRecord[], of: (trial: TrialRecord) => Value): Map<string, Value[]> {
  const samples = new Map<string, Value[]>();
  for (const trial of trials) {
    const values = samples.get(trial.sample);
    if (values) values.push(of(trial));
    else samples.set(trial.sample, [of(trial)]);
  }
  return samples;
}

function costPerSuccess({ name, tried, hasPassed }: GroupTrials): TotalsRatio | null {
  const samples = [...bySample(tried, (trial) => trial).values()];
  const a = samples.map((trials) => sum(trials.map(({ costUsd }) => costUsd ?? 0)));
  const b = samples.map((trials) => trials.filter(hasPassed).length);
  return ratioOfTotals({ a, b }, seededRandom(`cost per success/${name}`));
}

function resampled(found: TotalsRatio | null): GroupIntervals['costUsdPerSuccess'] {
  if (!found) return null;
  const end = (value: number | null) => (value === null ? null : fixed(value));
  return { low: end(found.low), high: end(found.high), n: found.n, method: bootstrapOver(found.n) };
}

const tokensOf = ({ inputTokens, outputTokens }: TrialRecord) => inputTokens + outputTokens;

function overhead(group: GroupTrials, baseline: GroupTrials): GroupIntervals['tokenOverhead'] {
  const [own, base] = [bySample(group.tried, tokensOf), bySample(baseline.tried, tokensOf)];
  const samples = [...own.keys()].filter((sample) => base.has(sample));
  const totals = (side: ReadonlyMap<string, readonly number[]>) => samples.map((sample) => sum(side.get(sample) ?? []));
  const found = resampled(ratioOfTotals({ a: totals(own), b: totals(base) }, seededRandom(`token overhead/${group.name}`)));
  const less = (value: number | null) => (value === null ? null : fixed(value - 1));
  return found && { ...found, low: less(found.low), high: less(found.high) };
}

/** How alike the trials of each sample are; null where no sample has two. */
export function consistencyOf({ tried, scores, hasPassed }: GroupTrials): GroupConsistency | null {
  const clusters = (of: (trial: TrialRecord) => number) => [...bySample(tried, of).values()];
  const repeated = clusters(() => 1).filter(({ length }) => length > 1).length;
  if (repeated === 0) return null;
  const steps = bySample(tried.filter(hasPassed), ({ coordination }) => coordination?.steps ?? []);
  const trajectory = trajectoryConsistency([...steps.values()]);
  const kinds = [clusters(tokensOf), clusters(({ latencyMs }) => latencyMs), clusters(({ costUsd }) => costUsd ?? 0)];
  const known = (value: number | null) => (value === null ? null : fixed(value));
  return {
    outcome: known(outcomeConsistency(scores)),
    steps: known(trajectory && trajectory.distribution),
    order: known(trajectory && trajectory.sequence),
    resources: known(resourceConsistency(kinds)),
    samples: repeated,
  };
}

/**
 * What working together costs beside the baseline, on the samples that both tried: overhead in model calls (T - T0) / T0, efficiency as share of passed
 * trials over T / T0 (after Kim et al., "Towards a science of scaling agent systems"), messages between agents per call, and passes per 1,000 tokens.
 */
export function coordinationOfGroup(group: GroupTrials, baseline: GroupTrials | undefined): GroupCoordination | null {
  const { tried, hasPassed } = group;
  if (tried.length === 0) return null;
  const shared = new Set(baseline?.tried.map(({ sample }) => sample));
  const turns = (trials: readonly TrialRecord[]) =>
    mean(trials.filter(({ sample }) => shared.has(sample)).map(({ llmCalls }) => llmCalls));
  const ratio = baseline ? turns(tried) / turns(baseline.tried) : Number.NaN;
  const passed = tried.filter(hasPassed).length;
  const calls = sum(tried.map(({ llmCalls }) => llmCalls));
  const tokens = sum(tried.map(tokensOf));
  const known = (value: number) => (Number.isFinite(value) ? fixed(value) : null);
  const told = tried.flatMap(({ coordination }) => coordination ?? []);
  const isScored = group.scores.length > 0;
  return {
    turnOverhead: known(ratio - 1),
    efficiency: isScored ? known(passed / tried.length / ratio) : null,
    messagesPerTurn: told.length === tried.length ? known(sum(told.map(({ messages }) => messages)) / calls) : null,
    passesPer1kTokens: isScored ? known((1000 * passed) / tokens) : null,
  };
}
