import { z } from './zod.ts';

const share = z.number().min(0).max(1);
const count = z.int().min(0);

const interval = z.strictObject({ low: z.number(), high: z.number(), n: count.describe('samples'), method: z.string() });

/** An end is null where a resampled ratio has none: its denominator may be 0. */
const resampled = z.strictObject({ low: z.number().nullable(), high: z.number().nullable(), n: count, method: z.string() });

const quantileInterval = z
  .strictObject({ low: z.number(), high: z.number() })
  .nullable()
  .describe('null: too few samples for an interval of this quantile');

/** How sure the figures of a group are. */
export const groupIntervals = z.strictObject({
  passHatK: z.array(interval).describe('of pass^1 .. pass^k'),
  passAtK: z.array(interval).describe('of pass@1 .. pass@k'),
  latencyMs: z.strictObject({ p50: quantileInterval, p95: quantileInterval, n: count.describe('samples'), method: z.string() }),
  costUsdPerSuccess: resampled.nullable(),
  tokenOverhead: resampled.nullable(),
});

/** How alike the trials of a sample are: 1 = all alike; null where no sample has two trials to compare. */
export const groupConsistency = z.strictObject({
  outcome: share.nullable().describe('unbiased; 0 = as a fair coin'),
  steps: share.nullable().describe('how often each agent and tool was used, in trials that passed'),
  order: share.nullable().describe('in which order they were used, in trials that passed'),
  resources: share.nullable().describe('exp of minus the mean coefficient of variation of tokens, milliseconds and USD'),
  samples: count.describe('with two trials or more'),
});

/** What working together costs, beside one agent on the same samples. */
export const groupCoordination = z.strictObject({
  turnOverhead: z.number().nullable().describe('model calls over those of the baseline, minus 1'),
  efficiency: z.number().nullable().describe('share of passed trials over the ratio of model calls to the baseline'),
  messagesPerTurn: z.number().nullable().describe('answers that made a call of another agent start, over model calls'),
  passesPer1kTokens: z.number().nullable(),
});

export type GroupIntervals = z.infer<typeof groupIntervals>;
export type GroupConsistency = z.infer<typeof groupConsistency>;
export type GroupCoordination = z.infer<typeof groupCoordination>;
