import { z } from './zod.ts';

const amount = z.number().min(0);
const count = z.int().min(0);

/** The `adapter` of our own patterns, as against another framework running the same scenario. */
export const NATIVE = 'native';

/** How a trial ended: a union, never a boolean. */
export const outcome = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('completed') }),
  z.strictObject({ status: z.literal('failed'), code: z.string(), message: z.string() }),
  z.strictObject({ status: z.literal('limit'), limit: z.string(), message: z.string() }),
  z.strictObject({ status: z.literal('cancelled') }),
  z.strictObject({ status: z.literal('suspended') }),
]);

const agentTotals = z.strictObject({
  calls: count,
  inputTokens: count,
  outputTokens: count,
  costUsd: amount.nullable(),
  criticalMs: amount,
});

const coordination = z.strictObject({
  messages: count.describe('times that the answer of one agent made a model call of another start'),
  steps: z.array(z.string()).describe('what was done, in order of its start: agents as @name, tools and hand-offs by name'),
});

/** One line of trials.jsonl. */
export const trialRecord = z.strictObject({
  scenario: z.string(),
  adapter: z.string(),
  pattern: z.string(),
  sample: z.string(),
  trial: count,
  traceId: z.string(),
  outcome,
  output: z.string().nullable(),
  scores: z.record(z.string(), z.number().min(0).max(1).nullable()),
  why: z.record(z.string(), z.string()).describe('what each scorer says of its score'),
  passed: z.boolean().nullable(),
  latencyMs: amount,
  costUsd: amount.nullable(),
  inputTokens: count,
  outputTokens: count,
  cachedInputTokens: count,
  usageMissing: count.describe('model calls whose endpoint reported no usage'),
  llmCalls: count,
  toolCalls: count,
  parallelism: amount.nullable().describe('sum of the latencies of calls and tools over the latency of the trial'),
  agents: z.record(z.string(), agentTotals),
  criticalPath: z.array(z.strictObject({ agent: z.string(), kind: z.string(), ms: amount })),
  stop: z.string(),
  routed: z.array(z.string()).nullable(),
  provenance: z.record(z.string(), count).describe('model calls by provenance'),
  findings: z.array(z.string()),
  coordination: coordination.optional().describe('how the agents worked together; absent in older records'),
  judgeCalls: count.optional().describe('calls to models that judged the trial; part of no other number here'),
  judgeCostUsd: amount.nullable().optional().describe('what those calls cost; null when one of them has no price'),
  judgeProvenance: z.record(z.string(), count).optional().describe('those calls by provenance'),
  judgeSwaps: z
    .strictObject({ asked: count, agreed: count })
    .optional()
    .describe('judges that were asked in both orders, and how many of them said the same both times'),
  answers: z
    .string()
    .nullable()
    .optional()
    .describe('digest of the recorded answers that it was given; null where a call was not answered from a recording'),
});

export type Outcome = z.infer<typeof outcome>;
export type TrialRecord = z.infer<typeof trialRecord>;
