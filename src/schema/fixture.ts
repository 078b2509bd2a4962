import { z } from './zod.ts';

// The lines of a fixture file (`fixtures/<scenario>/<profile>.jsonl`). Lines of another kind and fields that are not named here are kept
// when a file is rewritten, so that an older patternbench does not lose what a newer one wrote.

const provenance = z.enum(['real', 'simulated', 'scripted', 'imported', 'derived', 'edited']);
const timing = z.enum(['measured', 'modelled', 'synthetic']);
const milliseconds = z.number().min(0);
const json = z.record(z.string(), z.unknown());

/** The version of the file format that this code reads and writes. */
export const FIXTURE_VERSION = 1;

/** The first line. */
export const cassetteLine = z.looseObject({
  t: z.literal('cassette'),
  v: z.literal(FIXTURE_VERSION),
  scenario: z.string(),
  profile: z.string(),
  provenance,
  timing,
  trials: z.int().min(1).describe('how many trials were recorded; trials count from 0'),
  recordedOn: z.iso.date().describe('the day whose prices apply'),
  tool: z.string(),
  key: z.looseObject({ canon: z.literal(1), ignore: z.array(z.string()) }).describe('how keys were computed'),
});

/** A message of a request, stored once: `h` is the hash of all that follows it. */
export const messageLine = z.looseObject({ t: z.literal('m'), h: z.string().min(1), role: z.string() });

/** A tool definition of a request, stored once. */
export const toolLine = z.looseObject({ t: z.literal('tool'), h: z.string().min(1) });

const callFields = z.object({
  t: z.literal('call'),
  key: z.string().regex(/^[\w-]{22}$/, 'must be 22 characters of base64url'),
  trial: z.int().min(0),
  occ: z.int().min(0).describe('repeats of the key within the trial, in order of request start'),
  api: z.string(),
  agent: z.string(),
  path: z.string(),
  at: milliseconds.optional().describe('start, since the trial began; only where time was measured'),
  ms: milliseconds,
  ttfb: milliseconds.optional(),
  end: z.enum(['ok', 'error', 'cut', 'cancelled']),
  status: z.int().min(0).max(599).describe('0 when no answer came'),
  model: z.string().describe('as it was requested'),
  served: z.string().optional().describe('`model` of the answer'),
  fp: z.string().nullable().optional().describe('`system_fingerprint` of the answer'),
  usage: json.nullable().optional(),
  hdr: z.record(z.string(), z.string()),
  req: z
    .looseObject({ messages: z.array(z.string()), tools: z.array(z.string()).optional() })
    .describe('messages and tools by hash'),
  res: json.optional().describe('the JSON object that came back, without what stands in served, fp and usage'),
  raw: z.string().optional().describe('what came back, where it was no JSON object'),
  provenance: provenance.optional().describe("where it is not the file's"),
  chk: z.string().optional().describe('check value of the line without it; an edited line no longer matches'),
});

/** One interaction. Its address is (key, trial, occ). */
export const callLine = callFields.loose();

/** The last line; without it the recording was interrupted. */
export const endLine = z.looseObject({ t: z.literal('end'), calls: z.int().min(0) });

export type CassetteLine = z.infer<typeof cassetteLine>;
export type MessageLine = z.infer<typeof messageLine>;
export type ToolLine = z.infer<typeof toolLine>;
/** A call line without what a newer version may have added. */
export type CallFields = z.infer<typeof callFields>;
export type CallLine = z.infer<typeof callLine>;
export type EndLine = z.infer<typeof endLine>;
