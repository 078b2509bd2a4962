import { defineScorer } from '../contracts/scorer.ts';
import { isObject, type Json } from '../kernel/json.ts';
import { jsonIn, sameJson } from './text/json-value.ts';
import { LONGEST_COMPARED, similarity } from './text/similarity.ts';

/**
 * How close the output's JSON is to `expected.answer`, part by part: objects and lists are the mean of their members (what only one side has
 * counts 0), texts are compared by edit distance, numbers by 1 − |a−b| / (|a|+|b|), everything else is equal or not. The measure of JSONDiff
 * and NumericDiff in Braintrust's autoevals.
 */
export default defineScorer({
  name: 'json-diff',
  description: 'How close the JSON output is to the expected value, part by part',
  options: (z) => z.strictObject({ key: z.string().default('answer').describe('the key of `expected` that holds the value') }),
  score: ({ sample, output }, { key }) => {
    const expected = sample.expected[key];
    if (expected === undefined || expected === null) return { value: null, why: `Unscored: the sample has no expected.${key}.` };
    const read = jsonIn(output);
    if (!read.ok) return { value: 0, why: read.problem };
    const value = Math.min(1, Math.max(0, likeness(expected, read.value, 0)));
    return { value, why: `It is ${(100 * value).toFixed(1)} % like the expected value.` };
  },
});

/** Deeper parts are compared as a whole; they count little by then. */
const DEEPEST = 40;

function likeness(a: Json | undefined, b: Json | undefined, depth: number): number {
  if (a === undefined || b === undefined) return 0;
  if (typeof a === 'string' && typeof b === 'string' && Math.max(a.length, b.length) <= LONGEST_COMPARED) return similarity(a, b);
  if (typeof a === 'number' && typeof b === 'number') return a === b ? 1 : 1 - Math.abs(a - b) / (Math.abs(a) + Math.abs(b));
  if (depth < DEEPEST && Array.isArray(a) && Array.isArray(b)) {
    const length = Math.max(a.length, b.length);
    return mean(Array.from({ length }, (_, at) => likeness((a as Json[])[at], (b as Json[])[at], depth + 1)));
  }
  if (depth < DEEPEST && isObject(a) && isObject(b)) {
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    return mean(keys.map((key) => likeness(own(a, key), own(b, key), depth + 1)));
  }
  return sameJson(a, b) ? 1 : 0;
}

const own = (object: Record<string, unknown>, key: string): Json | undefined =>
  Object.hasOwn(object, key) ? (object[key] as Json) : undefined;

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 1 : values.reduce((sum, value) => sum + value, 0) / values.length;
