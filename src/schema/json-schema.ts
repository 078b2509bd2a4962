import { canonicalJson } from '../kernel/canonical-json.ts';
import { messageOf, PatternbenchError } from '../kernel/errors.ts';
import type { Json, JsonObject } from '../kernel/json.ts';
import { callLine, cassetteLine, endLine, messageLine, toolLine } from './fixture.ts';
import { hostileData } from './hostile-data.ts';
import { phrasesOf } from './issues.ts';
import { runRecord } from './run-record.ts';
import { scenarioSchema, type SchemaParts } from './scenario.ts';
import { trialRecord } from './trial-record.ts';
import { z } from './zod.ts';

/** Data that obeys a schema (with the schema's defaults filled in), or what is wrong with it in a sentence. */
export type SchemaResult = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly problem: string };

export type SchemaCheck = (value: unknown) => SchemaResult;

const compiled = new WeakMap<JsonObject, SchemaCheck>();

/**
 * Makes a check of a JSON Schema (draft 2020-12, 7 or 4, as far as zod reads it: no `not`, `if` or references to other documents).
 * Compiled once for each schema object. Throws `invalid_scenario` for a schema that cannot be read.
 */
export function compileJsonSchema(schema: JsonObject): SchemaCheck {
  const known = compiled.get(schema);
  if (known) return known;
  const zod = zodOf(schema);
  const check: SchemaCheck = (value) => {
    // Arguments and outputs come from a model: nesting that overflows the stack is a wrong value, not a crash.
    const hostile = hostileData(value);
    if (hostile) return { ok: false, problem: hostile.what };
    const result = zod.safeParse(value);
    if (result.success) return { ok: true, value: result.data as Json };
    return { ok: false, problem: phrasesOf(result.error, zod, value).slice(0, 3).join('; ') };
  };
  compiled.set(schema, check);
  return check;
}

function zodOf(schema: JsonObject): z.ZodType {
  try {
    return z.fromJSONSchema(schema);
  } catch (cause) {
    throw new PatternbenchError('invalid_scenario', `this JSON Schema cannot be used: ${messageOf(cause)}`, { cause });
  }
}

const fixtureLine = z.discriminatedUnion('t', [cassetteLine, messageLine, toolLine, callLine, endLine]);

/**
 * The JSON Schemas that editors and tools read, by the file (from the repository's root) that holds each: of scenarios with the parts at
 * hand, of the two records of a run, and of the lines of a fixture file. Keys sorted, so that equal schemas have equal bytes.
 */
export const generateJsonSchemas = (parts: SchemaParts): Readonly<Record<string, string>> => ({
  'scenarios/scenario.schema.json': textOf(scenarioSchema(parts), 'A scenario of patternbench'),
  'reports/run.schema.json': textOf(runRecord, 'run.json of patternbench'),
  'reports/trial.schema.json': textOf(trialRecord, 'A line of trials.jsonl of patternbench'),
  'fixtures/fixture.schema.json': textOf(fixtureLine, 'A line of recorded traffic of patternbench'),
});

function textOf(schema: z.ZodType, title: string): string {
  const generated = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return `${JSON.stringify(JSON.parse(canonicalJson({ ...generated, title })), null, 2)}\n`;
}
