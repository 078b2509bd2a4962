import { groupConsistency, groupCoordination, groupIntervals } from './group-figures.ts';
import { frontAxis, guideAdvice } from './guidance.ts';
import { z } from './zod.ts';

const amount = z.number().min(0);
const count = z.int().min(0);

/** A mean with its interval; the method is named, the denominator is stated. */
export const estimate = z.strictObject({
  mean: z.number(),
  low: z.number(),
  high: z.number(),
  n: count.describe('samples: the unit of replication'),
  method: z.string(),
});

export const group = z.strictObject({
  scenario: z.string(),
  adapter: z.string(),
  pattern: z.string(),
  samples: count,
  trials: count.describe('trials in this group, over all samples'),
  quality: estimate.nullable(),
  passHatK: z.array(z.number()).describe('pass^1 .. pass^k, unbiased'),
  latencyMs: z.strictObject({ p50: amount, p95: amount, max: amount, n: count }),
  costUsdPer1kTasks: amount.nullable(),
  costUsdPerSuccess: amount.nullable(),
  pricedShare: z.number().min(0).max(1),
  inputTokens: count,
  outputTokens: count,
  cachedInputTokens: count,
  tokenOverhead: z.number().nullable().describe('total tokens over those of the baseline, minus 1'),
  llmCalls: count,
  toolCalls: count,
  parallelism: amount.nullable(),
  errors: count,
  limits: count,
  unscored: count,
  missing: count.optional().describe('planned trials that the record lacks; they count as failures'),
  passAtK: z.array(z.number()).optional().describe('pass@1 .. pass@k, unbiased'),
  intervals: groupIntervals.optional(),
  consistency: groupConsistency.optional(),
  coordination: groupCoordination.optional(),
  context: z
    .enum(['task', 'last', 'text', 'all'])
    .optional()
    .describe('what agents see of what happened before them: the largest knob of cost'),
  notApplicable: z.string().optional(),
  judgeCalls: count.optional().describe('calls to models that judged these trials; part of no other number here'),
  judgeCostUsd: amount.nullable().optional().describe('what those calls cost; null when one of them has no price'),
  judgeSwaps: z
    .strictObject({ asked: count, agreed: count })
    .optional()
    .describe('judges that were asked in both orders, and how many of them said the same both times'),
});

export const comparison = z.strictObject({
  scenario: z.string(),
  a: z.string(),
  b: z.string().describe('the baseline'),
  metric: z.string(),
  delta: z.number().optional(),
  ratio: z.number().optional(),
  low: z.number(),
  high: z.number(),
  p: z.number().nullable(),
  method: z.string(),
  n: count,
  verdict: z.enum(['improved', 'regressed', 'inconclusive', 'no-material-change', 'incomparable']),
  mde: z.number().nullable().describe('the smallest difference this comparison could have seen at 80 % power'),
  simultaneous: z
    .strictObject({ low: z.number(), high: z.number(), level: z.number() })
    .optional()
    .describe('the interval of this comparison that holds together with those of all others of its metric, at 95 % (Bonferroni)'),
  reasons: z.array(z.string()),
});

export const finding = z.strictObject({
  kind: z.string(),
  severity: z.enum(['info', 'warning', 'error']),
  scenario: z.string(),
  pattern: z.string(),
  sample: z.string(),
  trial: count,
  agent: z.string(),
  spanIds: z.array(z.string()),
  wastedTokens: count,
  wastedUsd: amount.nullable(),
  wastedMs: amount,
  advice: z.string(),
  why: z.string().optional().describe('what was seen, with the numbers that were over a threshold'),
  mast: z.string().optional().describe('the failure mode of the MAST taxonomy that this is (arXiv 2503.13657)'),
});

/** What there is of a kind, all told: `findings` holds only the heaviest of each. */
export const findingTotal = z.strictObject({
  scenario: z.string(),
  pattern: z.string(),
  kind: z.string(),
  severity: finding.shape.severity.describe('the worst'),
  findings: count,
  trials: count.describe('trials with at least one'),
  shown: count.describe('how many of them stand in findings'),
  wastedTokens: count,
  wastedUsd: amount.nullable().describe('null where one of them is unpriced'),
  wastedMs: amount,
});

export const recommendation = z.strictObject({
  scenario: z.string(),
  pattern: z.string().describe('the cheapest of the best set'),
  bestSet: z.array(z.string()).describe('the leader by quality, then the patterns that this run cannot tell from it, best first'),
  sentence: z.string(),
  sure: z.string().describe('who is not told apart from the leader, by which test'),
  evidence: z.array(z.string()).describe('sentences: what it gains, what it costs, what got worse'),
  fronts: z.array(frontAxis).optional(),
  guide: guideAdvice.optional().describe("what the decision guide picks for the scenario's labels, beside what the data says"),
});

export const scenarioSummary = z.strictObject({
  name: z.string(),
  description: z.string(),
  baseline: z.string(),
  primary: z.string(),
  passThreshold: z.number(),
  trials: count,
  samples: count,
  labels: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  sensitivity: z.string().nullable().describe('how far the ranking hangs on the declared error rates of the simulated model'),
});

const importedFrom = z.strictObject({
  pattern: z.string(),
  adapter: z.string(),
  files: z.array(z.string()),
  syntheticTimes: count.describe('model calls whose duration was drawn from a declared model of latency'),
  measuredTimes: count,
  beside: z.string().nullable().describe('the saved run whose groups stand here too'),
});

/** run.json: what a run was, and what it says. Every report is a pure function of it and trials.jsonl. */
export const runRecord = z.strictObject({
  version: z.literal(1),
  runId: z.string(),
  tool: z.string(),
  mode: z.enum(['replay', 'auto', 'record', 'live']),
  imported: importedFrom
    .optional()
    .describe('of a run that another tool made: read from its recordings or its spans, not run here'),
  clock: z.enum(['virtual', 'real']),
  seed: z.int(),
  fingerprint: z.strictObject({
    test: z.string(),
    treatment: z.string(),
    fixtures: z.string(),
    scenarios: z
      .record(z.string(), z.strictObject({ test: z.record(z.string(), z.string()), treatment: z.string(), fixtures: z.string() }))
      .optional()
      .describe('the same by scenario; test by field, so that a difference has a name'),
  }),
  provenance: z
    .strictObject({ recorded: count, simulated: count, imported: count })
    .describe('model calls by where their answers came from; recorded = a real endpoint'),
  priceTable: z.string(),
  scenarios: z.array(scenarioSummary),
  groups: z.array(group),
  comparisons: z.array(comparison),
  findings: z.array(finding).describe('anti-patterns seen in the traces: the heaviest of each kind, pattern and scenario'),
  findingTotals: z.array(findingTotal).optional().describe('all findings, counted; lint shows each'),
  recommendations: z.array(recommendation).optional(),
  complete: z.boolean(),
});

export type Estimate = z.infer<typeof estimate>;
export type Group = z.infer<typeof group>;
export type Comparison = z.infer<typeof comparison>;
export type Finding = z.infer<typeof finding>;
export type FindingTotal = z.infer<typeof findingTotal>;
export type Recommendation = z.infer<typeof recommendation>;
export type ScenarioSummary = z.infer<typeof scenarioSummary>;
export type RunRecord = z.infer<typeof runRecord>;
