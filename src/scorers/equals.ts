import { defineScorer } from '../contracts/scorer.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import type { Json } from '../kernel/json.ts';
import { quoted, textsOf } from './text/expected.ts';

/** 1 when the output equals `expected.answer`: a text (or one of several), a number, or JSON that is compared as a value. */
export default defineScorer({
  name: 'equals',
  description: 'Whether the output equals the expected answer',
  options: (z) =>
    z.strictObject({
      key: z.string().default('answer').describe('the key of `expected` that holds the answer, or a list of answers'),
      ignoreCase: z.boolean().default(true).describe('whether A and a are the same'),
    }),
  score: ({ sample, output }, { key, ignoreCase }) => {
    const expected = sample.expected[key];
    if (expected === undefined || expected === null) return { value: null, why: `Unscored: the sample has no expected.${key}.` };
    if (typeof expected === 'object' && !Array.isArray(expected)) return sameJson(output, expected);
    const texts = textsOf(expected);
    if (texts.length === 0) return { value: null, why: `Unscored: expected.${key} holds no text to compare with.` };
    const plain = (text: string) => {
      const spaced = text.normalize('NFKC').replace(/\s+/g, ' ').trim();
      return ignoreCase ? spaced.toLowerCase() : spaced;
    };
    const equal = texts.some((text) => plain(text) === plain(output));
    return { value: equal ? 1 : 0, why: equal ? 'It equals the expected answer.' : `It does not equal ${quoted(texts)}.` };
  },
});

function sameJson(output: string, expected: Json) {
  try {
    const value: unknown = JSON.parse(output.trim().replace(/^```(?:json)?\s*([\s\S]*?)\s*```$/, '$1'));
    const equal = canonicalJson(value) === canonicalJson(expected);
    return { value: equal ? 1 : 0, why: equal ? 'It is the expected JSON value.' : 'It is JSON, but not the expected value.' };
  } catch {
    return { value: 0, why: 'The output is not JSON, and a JSON value was expected.' };
  }
}
