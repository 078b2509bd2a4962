import { scrubRule } from './scrub-rule.ts';
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
  scrub: z.array(scrubRule).optional().describe('volatile text that did not count in keys'),
});

/** A message or an input item of a request, stored once: `h` is the hash of all that follows it. */
export const messageLine = z.looseObject({ t: z.literal('m'), h: z.string().min(1), role: z.string().optional() });

/** A tool definition of a request, stored once. */
export const toolLine = z.looseObject({ t: z.literal('tool'), h: z.string().min(1) });

/** A streamed answer (fixtures/stream-coding.ts): what all its chunks say once, then for each event when it came and what it adds. */
const streamCode = z.looseObject({
  env: json.optional().describe('members that every chunk has, without what stands in served, fp and usage'),
  choice: json.optional().describe('members that every choice of a chunk has'),
  fin: z.string().optional().describe('the finish_reason'),
  numbered: z.literal(true).optional().describe('events carry a sequence_number, counted from 0 unless they say otherwise'),
  d: z
    .array(z.array(z.unknown()))
    .describe(
      'one list an event: milliseconds from the request, kind, then 0 delta, 1 last delta, 2 usage, 3 [DONE], 4 any JSON object, 5 any text, 6 type and members that changed',
    ),
});

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
  ttfb: milliseconds.optional().describe('of a stream: until its first event'),
  end: z.enum(['ok', 'error', 'cut', 'cancelled']),
  status: z.int().min(0).max(599).describe('0 when no answer came'),
  model: z.string().describe('as it was requested'),
  served: z.string().optional().describe('`model` of the answer'),
  fp: z.string().nullable().optional().describe('`system_fingerprint` of the answer'),
  usage: json.nullable().optional(),
  hdr: z.record(z.string(), z.string()),
  req: z
    .looseObject({
      messages: z.array(z.unknown()).optional(),
      items: z.array(z.unknown()).optional(),
      tools: z.array(z.string()).optional(),
    })
    .describe(
      'messages (chat.completions), items of the input (responses) and tools by hash; previous_response_id as «key#occ» of the call it refers to',
    ),
  res: json.optional().describe('the JSON object that came back, without what stands in served, fp and usage'),
  sse: streamCode.optional().describe('the events that came back, where the answer was streamed'),
  raw: z.string().optional().describe('what came back, where it was neither a JSON object nor a stream'),
  provenance: provenance.optional().describe("where it is not the file's"),
  timing: timing.optional().describe('of an imported call: whether its times were recorded, or drawn from a declared model'),
  from: z
    .string()
    .optional()
    .describe('of an imported call: the recording that it comes from, and its place there, counted from 1'),
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
export type StreamCode = z.infer<typeof streamCode>;
export type EndLine = z.infer<typeof endLine>;
