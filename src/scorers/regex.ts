import { defineScorer } from '../contracts/scorer.ts';

// An output is hostile text and a pattern can be slow: what a person would not read is not searched.
const LONGEST = 100_000;

/** 1 when a regular expression (Unicode mode) matches the output: the option's, or else `expected.regex`. */
export default defineScorer({
  name: 'regex',
  description: 'Whether a regular expression matches the output',
  options: (z) =>
    z.strictObject({
      pattern: z
        .string()
        .refine((source) => compiled(source, '') !== null, 'must be a regular expression of JavaScript (Unicode mode)')
        .optional()
        .describe('default: `expected.regex`'),
      flags: z
        .string()
        .regex(/^[ims]*$/, 'may hold i, m and s')
        .default('')
        .describe('i = either case, m = ^ and $ at every line, s = . matches line feeds'),
    }),
  score: ({ sample, output }, { pattern, flags }) => {
    const source = pattern ?? sample.expected['regex'];
    if (typeof source !== 'string') return { value: null, why: 'Unscored: there is no regular expression to match.' };
    const regex = compiled(source, flags);
    if (!regex) return { value: null, why: `Unscored: expected.regex is not a regular expression: ${source}` };
    const found = regex.exec(output.slice(0, LONGEST));
    return found
      ? { value: 1, why: `It matches /${source}/ at character ${found.index + 1}.` }
      : { value: 0, why: `It does not match /${source}/.` };
  },
});

function compiled(source: string, flags: string): RegExp | null {
  try {
    return new RegExp(source, [...new Set(`u${flags}`)].join(''));
  } catch {
    return null;
  }
}
