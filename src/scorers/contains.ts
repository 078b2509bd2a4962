import { defineScorer } from '../contracts/scorer.ts';
import { isObject, type Json } from '../kernel/json.ts';
import { quoted, textsOf } from './text/expected.ts';
import { readable, states } from './text/mark.ts';

/** The share of `all` texts in the output; 0 when none of `any` stands in it, or one of `none` does. */
export default defineScorer({
  name: 'contains',
  description: 'Whether the output contains the given texts as whole words: all, any, none',
  options: (z) => {
    const texts = z.array(z.string().min(1)).default([]);
    return z.strictObject({
      all: texts.describe('each one counts'),
      any: texts.describe('at least one must stand'),
      none: texts.describe('none may stand; these three add to `expected.contains` ({ all, any, none }, or a list = all)'),
    });
  },
  score: ({ sample, output }, options) => {
    const own = sample.expected['contains'];
    const lists = isObject(own) ? (own as Record<string, Json>) : own === undefined ? {} : { all: own };
    const [all, any, none] = (['all', 'any', 'none'] as const).map((key) => [...options[key], ...textsOf(lists[key])]) as [
      string[],
      string[],
      string[],
    ];
    if (all.length + any.length + none.length === 0) return { value: null, why: 'Unscored: there is no text to look for.' };
    const text = readable(output);
    const forbidden = none.filter((mark) => states(text, mark));
    if (forbidden.length > 0) return { value: 0, why: `It contains what it must not: ${quoted(forbidden)}.` };
    if (any.length > 0 && !any.some((mark) => states(text, mark)))
      return { value: 0, why: `It contains none of ${quoted(any)}.` };
    const missing = all.filter((mark) => !states(text, mark));
    if (missing.length > 0) return { value: 1 - missing.length / all.length, why: `Missing: ${quoted(missing)}.` };
    return { value: 1, why: 'It contains everything that it must, and nothing that it must not.' };
  },
});
