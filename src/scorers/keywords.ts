import { defineScorer } from '../contracts/scorer.ts';
import type { Json } from '../kernel/json.ts';
import { quoted, textsOf } from './text/expected.ts';
import { readable, states } from './text/mark.ts';

/** The share of keywords that stand in the output as whole words: `words` and `expected.keywords`; an entry that is a list needs one of it. */
export default defineScorer({
  name: 'keywords',
  description: 'Share of the expected keywords that the output covers',
  options: (z) =>
    z.strictObject({
      words: z
        .array(z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]))
        .default([])
        .describe('each a word or a list of equal ones; adds to `expected.keywords`'),
    }),
  score: ({ sample, output }, { words }) => {
    const own = sample.expected['keywords'];
    const keywords = [...words, ...(Array.isArray(own) ? (own as readonly Json[]) : [own])]
      .map((entry) => textsOf(entry))
      .filter((one) => one.length > 0);
    if (keywords.length === 0) return { value: null, why: 'Unscored: there is no keyword to look for.' };
    const text = readable(output);
    const missing = keywords.filter((wordings) => !wordings.some((wording) => states(text, wording)));
    const covered = keywords.length - missing.length;
    const detail = missing.length > 0 ? ` Missing: ${quoted(missing.map(([first]) => first!))}.` : '';
    return { value: covered / keywords.length, why: `${covered} of ${keywords.length} keywords covered.${detail}` };
  },
});
