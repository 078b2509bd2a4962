import { defineScorer } from '../contracts/scorer.ts';
import { isObject, type JsonObject } from '../kernel/json.ts';
import { compileJsonSchema, type SchemaCheck } from '../schema/json-schema.ts';
import { jsonIn } from './text/json-value.ts';

/** 1 when the output is JSON that obeys a JSON Schema: the option's, or else `expected.schema`. */
export default defineScorer({
  name: 'json-schema',
  description: 'Whether the output is JSON that obeys a schema',
  options: (z) =>
    z.strictObject({
      schema: z
        .record(z.string(), z.json())
        .refine((schema) => compiled(schema as JsonObject) !== null, 'must be a JSON Schema (draft 2020-12, 7 or 4)')
        .optional()
        .describe('JSON Schema; default: `expected.schema`'),
    }),
  score: ({ sample, output }, { schema = sample.expected['schema'] }) => {
    if (!isObject(schema)) return { value: null, why: 'Unscored: there is no schema to obey.' };
    const check = compiled(schema);
    if (!check) return { value: null, why: 'Unscored: expected.schema is no JSON Schema that can be used.' };
    const read = jsonIn(output);
    if (!read.ok) return { value: 0, why: read.problem };
    const checked = check(read.value);
    return checked.ok
      ? { value: 1, why: 'It obeys the schema.' }
      : { value: 0, why: `It breaks the schema: ${checked.problem}.` };
  },
});

function compiled(schema: JsonObject): SchemaCheck | null {
  try {
    return compileJsonSchema(schema);
  } catch {
    return null;
  }
}
