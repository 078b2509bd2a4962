import type { Json } from '../kernel/json.ts';
import { scrubRule } from './scrub-rule.ts';
import { approverFile, approveRule } from './approvals.ts';
import { simulationBlock } from './simulation.ts';
import { z } from './zod.ts';

const name = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'must be lower case letters, digits, "-" or "_" (at most 64)');
const json = z.json();
const jsonSchema = z.record(z.string(), json).describe('JSON Schema');

const agent = z.strictObject({
  name,
  description: z.string().min(1).describe('what it is for, as coordinators read it'),
  instructions: z.string().min(1).describe('its system prompt'),
  model: z.string().optional().describe("default: the coordinator's model"),
  tools: z.array(z.string()).default([]).describe('the only tools it can execute'),
  temperature: z.number().min(0).max(2).optional(),
  maxTurns: z.int().min(1).max(100).optional().describe('model calls in one run of the agent; default 10'),
  stream: z
    .boolean()
    .optional()
    .describe('have its answers in chunks, so that the time to the first one is known; default false'),
  types: z
    .array(z.string())
    .min(1)
    .optional()
    .describe('kinds of task that it is good at, for patterns that pick workers by type'),
  team: z.string().optional().describe('the team it belongs to, for patterns that work in teams'),
});

const toolCommon = {
  description: z.string().min(1),
  parameters: jsonSchema.describe('JSON Schema of the arguments'),
  effect: z.enum(['read', 'write']).default('read'),
  latencyMs: z.number().min(0).default(0).describe('virtual milliseconds of one execution'),
  approve: approveRule.optional(),
  idempotent: z.boolean().optional().describe('calling it twice is the same as once; default: reads are, writes are not'),
  onUnknown: z
    .enum(['retry', 'ask', 'fail'])
    .optional()
    .describe('a write that was cut off and may have happened: call it again, ask a person (default), or fail the trial'),
};

const tool = z.union([
  z.strictObject({
    ...toolCommon,
    returns: z
      .array(
        z.strictObject({ when: z.record(z.string(), json).default({}), value: json.optional(), error: z.string().optional() }),
      )
      .min(1)
      .describe('canned results: the first entry whose `when` equals the arguments it names'),
  }),
  z.strictObject({ ...toolCommon, handler: z.string().regex(/^[^#]+\.(ts|js)#\w+$/, 'must read file.ts#export') }),
]);

const sample = z.strictObject({
  id: name,
  input: z.string().min(1),
  turns: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('what the user says next, each after the answer to what came before'),
  items: z.array(z.string().min(1)).min(1).optional().describe('the parts of the task, for patterns that work on a batch'),
  expected: z.record(z.string(), json).default({}).describe('what scorers compare with'),
  metadata: z.record(z.string(), json).default({}),
});

const limits = z.strictObject({
  maxModelCalls: z.int().min(1).default(60).describe('per trial'),
  maxTokens: z.int().min(1).default(400_000).describe('input and output, per trial'),
  timeoutMs: z.number().min(1).default(900_000).describe('of trial time, per trial'),
  maxCostUsd: z.number().positive().optional().describe('at listed prices, per trial'),
  maxTurns: z.int().min(1).optional().describe('questions to models, attempts at one not counted apart; per trial'),
  agentLatencyMs: z
    .record(name, z.number().min(1))
    .optional()
    .describe('milliseconds of one run of an agent, by name; `default` is for every agent that has none of its own'),
  maxRepeats: z
    .int()
    .min(2)
    .optional()
    .describe(
      'of the very same request, or of a tool with the same arguments, by one agent; without it the eighth is an alert only',
    ),
});

const labels = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

const price = z.strictObject({
  inputPerMTok: z.number().min(0),
  cachedInputPerMTok: z.number().min(0).optional(),
  outputPerMTok: z.number().min(0),
});

/** A part of a scenario that parts define: the options of a pattern, the options of a scorer. */
export interface SchemaParts {
  readonly patterns: readonly { readonly name: string; readonly options: z.ZodType }[];
  readonly scorers: readonly {
    readonly name: string;
    readonly options: z.ZodObject;
    /** The model that it asks to judge, where it asks one. */
    readonly asks?: (options: never) => { readonly model: string };
  }[];
  /** What looks for findings in traces, with its thresholds. Without it a scenario's `findings` are taken as they are. */
  readonly detectors?: readonly { readonly name: string; readonly settings: z.ZodObject }[];
}

/** Thresholds of findings by kind: what is set, or false for a kind that this scenario does not want to be told of. */
const findingsOf = ({ detectors }: SchemaParts) =>
  detectors
    ? z.strictObject(
        Object.fromEntries(
          detectors.map(({ name: kind, settings }) => [kind, z.union([z.literal(false), settings.partial()]).optional()]),
        ),
      )
    : z.record(z.string(), z.json());

/** The schema of a scenario file, composed from the parts at hand, so that users' patterns and scorers validate too. */
export function scenarioSchema(parts: SchemaParts) {
  const scorers = parts.scorers.map((scorer) =>
    scorer.options.extend({ type: z.literal(scorer.name), name: name.optional().describe('the column; default: the type') }),
  );
  const patterns = Object.fromEntries(parts.patterns.map((pattern) => [pattern.name, pattern.options.optional()]));
  return z.strictObject({
    name,
    description: z.string().default(''),
    draft: z.boolean().default(false).describe('left out when a command names no scenario'),
    labels: labels.default({}).describe('what kind of job this is: decomposable, sequentialDepth, tools, family'),
    trials: z.int().min(1).max(100).default(3),
    seed: z.int().default(1).describe('travels in requests; not the --seed of a run'),
    baseline: z.string().default('single'),
    coordinator: z
      .strictObject({ model: z.string(), routerModel: z.string().optional().describe('for routing decisions; default: model') })
      .describe('used by every coordinating role'),
    agents: z.array(agent).min(1),
    tools: z.record(z.string().regex(/^[A-Za-z0-9_-]{1,64}$/), tool).default({}),
    samples: z.union([z.array(sample).min(1, 'a scenario needs at least one sample'), z.string().startsWith('file://')]),
    score: z.array(z.discriminatedUnion('type', scorers as unknown as [(typeof scorers)[0], ...typeof scorers])).min(1),
    primary: z.string().optional().describe('the scorer that is `quality`; default: the first'),
    omit: z
      .record(z.string(), z.string().min(10))
      .optional()
      .describe('patterns left out, each with the reason that reports show'),
    passThreshold: z.number().min(0).max(1).default(1).describe('primary score from which a trial counts as passed'),
    limits: limits.prefault({}),
    approver: approverFile.optional().describe('who answers when consent is needed; default: a person'),
    patterns: z.strictObject(patterns).prefault({}),
    prices: z.record(z.string(), price).default({}).describe('USD per million tokens, over the built-in table'),
    simulation: simulationBlock.optional(),
    scrub: z
      .array(scrubRule)
      .optional()
      .describe('volatile text of messages that does not count when a recording is looked up: presets, or { pattern, as }'),
    findings: findingsOf(parts).optional().describe('thresholds by kind of finding; false leaves a kind out'),
    maxAge: z
      .strictObject({ days: z.int().min(0), stale: z.enum(['warn', 'error']).default('warn') })
      .optional()
      .describe('how old a recording may be, and what becomes of an older one'),
  });
}

export const sampleSchema = sample;

type Base = z.infer<ReturnType<typeof scenarioSchema>>;
export type Sample = z.infer<typeof sample>;
export type AgentFile = z.infer<typeof agent>;
export type ToolFile = z.infer<typeof tool>;
export type Limits = z.infer<typeof limits>;
export type UserPrice = z.infer<typeof price>;

/** By kind of finding: the thresholds that are set, or false. */
export type FindingSettings = Readonly<Record<string, Json>>;

/** A validated scenario; `samples` are loaded, options of patterns and scorers are as their parts' schemas gave them. */
export interface Scenario extends Omit<Base, 'samples' | 'score' | 'patterns' | 'primary' | 'findings'> {
  readonly samples: readonly Sample[];
  readonly score: readonly { readonly type: string; readonly name: string; readonly options: unknown }[];
  readonly patterns: Readonly<Record<string, unknown>>;
  readonly primary: string;
  /** Of the kinds that the file sets; all others have their detector's defaults. */
  readonly findings?: FindingSettings | undefined;
  /** The file it was read from, as it was named. */
  readonly file: string;
}
