import { defineScorer } from '../contracts/scorer.ts';
import { textsOf } from './text/expected.ts';
import { plain } from './text/plain.ts';
import { LONGEST_COMPARED, similarity } from './text/similarity.ts';

/** How close the output is to `expected.answer` letter by letter: 1 − edit distance / length of the longer text; the closest of several counts. */
export default defineScorer({
  name: 'levenshtein',
  description: 'How close the output is to the expected answer, letter by letter',
  options: (z) =>
    z.strictObject({
      key: z.string().default('answer').describe('the key of `expected` that holds the text, or a list of texts'),
      ignoreCase: z.boolean().default(true).describe('whether A and a are the same'),
    }),
  score: ({ sample, output }, { key, ignoreCase }) => {
    const texts = textsOf(sample.expected[key]);
    if (texts.length === 0) return { value: null, why: `Unscored: the sample has no text in expected.${key}.` };
    const said = plain(output, ignoreCase);
    const wanted = texts.map((text) => plain(text, ignoreCase));
    if ([said, ...wanted].some((text) => text.length > LONGEST_COMPARED))
      return {
        value: null,
        why: `Unscored: texts of more than ${LONGEST_COMPARED} characters are not compared letter by letter.`,
      };
    const value = Math.max(...wanted.map((text) => similarity(said, text)));
    return { value, why: `It is ${(100 * value).toFixed(1)} % like the closest expected text.` };
  },
});
