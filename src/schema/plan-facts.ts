import { runRecord, scenarioSummary } from './run-record.ts';
import { z } from './zod.ts';

const count = z.int().min(0);

/** A scenario under a pattern, with how many trials were planned, or with the reason why that makes no sense. */
const plannedCell = z.strictObject({
  scenario: z.string(),
  adapter: z.string(),
  pattern: z.string(),
  settings: z.string(),
  context: z.enum(['task', 'last', 'text', 'all']).optional(),
  trials: count,
  notApplicable: z.string().optional(),
});

/**
 * What was planned, as the first line of spans.jsonl says it: with the trials' spans, everything that a report is computed from.
 * `sensitivity` of a scenario is what is known of its ranking; a report says it only where a simulated model answered.
 */
export const planFacts = z.strictObject({
  version: z.literal(1),
  tool: z.string(),
  runId: z.string(),
  mode: runRecord.shape.mode,
  clock: runRecord.shape.clock,
  seed: z.int(),
  fingerprint: runRecord.shape.fingerprint,
  questions: z
    .string()
    .optional()
    .describe('the part of the identity of the test that says what was asked: a run may be judged anew while it stays'),
  priceTable: z.string(),
  scenarios: z.array(scenarioSummary),
  cells: z.array(plannedCell),
  findings: z
    .record(z.string(), z.record(z.string(), z.json()))
    .optional()
    .describe('by scenario and kind: the thresholds that the scenario sets'),
});

export type PlannedCell = z.infer<typeof plannedCell>;
export type PlanFacts = z.infer<typeof planFacts>;
