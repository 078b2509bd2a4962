import type { Json } from '../kernel/json.ts';
import { outcome } from './trial-record.ts';
import { z } from './zod.ts';

export const JOURNAL_VERSION = 1;

const atUs = z.int().min(0).describe('microseconds of the trial');
const json = z.json() as unknown as z.ZodType<Json>;
const trial = z.string().describe('scenario/pattern/sample/trial');
const path = z.string().describe('place of the step in the trial');

/** The first record of a run: what was asked for, before anything is done. */
export const admittedRecord = z.object({
  t: z.literal('admitted'),
  v: z.literal(JOURNAL_VERSION),
  run: z.string(),
  tool: z.string(),
  fingerprint: z.strictObject({ test: z.string(), treatment: z.string(), fixtures: z.string() }),
  choice: z.record(z.string(), json).describe('what the run was told to do, enough to do it again'),
});

/** What a step means to do; written before it is done. */
export const beginRecord = z.object({
  t: z.literal('begin'),
  trial,
  path,
  kind: z.enum(['model', 'tool', 'wait', 'ask']),
  hash: z.string().describe('of the request, ids normalised'),
  at: atUs,
  effect: z.literal('write').optional().describe('doing it twice would change the world twice'),
  name: z.string().optional().describe('of the question'),
  agent: z.string().optional().describe('who asks'),
  question: json.optional().describe('what somebody is asked'),
});

const failure = z.strictObject({
  code: z.string(),
  message: z.string(),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});

/** How a step ended: with a value, with an error, or stopped by what was around it (a timeout, a lost race). */
export const endRecord = z.object({
  t: z.literal('end'),
  trial,
  path,
  at: atUs,
  value: json.optional(),
  error: failure.optional(),
  stopped: z.literal(true).optional(),
  inner: z.literal(true).optional().describe('the step is made of steps that stand here themselves: it is made again of them'),
  remembered: z.literal(true).optional().describe('the recordings have the value'),
});

export const TASK_STATUSES = ['pending', 'in_progress', 'completed', 'failed', 'cancelled', 'interrupted'] as const;

/** A run of an agent has changed its status. */
export const taskRecord = z.object({
  t: z.literal('task'),
  trial,
  path,
  parent: z.string().nullable(),
  agent: z.string(),
  status: z.enum(TASK_STATUSES),
  attempt: z.int().min(1),
  at: atUs,
  input: z.string().optional(),
  output: z.string().optional(),
  error: z.string().optional(),
  metadata: z.record(z.string(), json).optional(),
});

/** A trial is over. */
export const trialEndRecord = z.object({ t: z.literal('trial'), trial, at: atUs, outcome });

/** The run was taken up again. */
export const resumedRecord = z.object({ t: z.literal('resumed'), n: z.int().min(1) });

/** A line that a later version wrote; it is kept, and means nothing here. */
const unknownRecord = z.looseObject({ t: z.string() });

const known = z.discriminatedUnion('t', [admittedRecord, beginRecord, endRecord, taskRecord, trialEndRecord, resumedRecord]);

/** The kinds of record that this version knows. */
export const KNOWN_RECORDS: ReadonlySet<string> = new Set(['admitted', 'begin', 'end', 'task', 'trial', 'resumed']);

export const journalRecord = z.unknown().transform((value, context) => {
  const shape = unknownRecord.safeParse(value);
  const result = shape.success && !KNOWN_RECORDS.has(shape.data.t) ? shape : known.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  context.addIssue({ code: 'custom', message: issue.message, path: issue.path });
  return z.NEVER;
});

export type AdmittedRecord = z.infer<typeof admittedRecord>;
export type BeginRecord = z.infer<typeof beginRecord>;
export type EndRecord = z.infer<typeof endRecord>;
export type TaskRecord = z.infer<typeof taskRecord>;
export type TaskStatus = TaskRecord['status'];
export type KnownRecord = z.infer<typeof known>;
/** A line of a journal. Lines of unknown kinds are kept as they are. */
export type JournalRecord = KnownRecord | z.infer<typeof unknownRecord>;

/** Whether this version knows what the record means. */
export const isKnown = (record: JournalRecord): record is KnownRecord => KNOWN_RECORDS.has(record.t);
