import { defineScorer } from '../contracts/scorer.ts';
import { quoted, textsOf } from './text/expected.ts';
import { f1 } from './text/f1.ts';
import { jsonIn } from './text/json-value.ts';
import { plain } from './text/plain.ts';

const MOST = 5_000;
const BULLET = /^\s*(?:[-*•–]|\d{1,3}[.)])\s+/;

/** How well the list in the output meets `expected.items`, without order or repeats: F1, the harmonic mean of precision and recall. */
export default defineScorer({
  name: 'set-f1',
  description: 'How well the items listed in the output meet the expected ones, in any order',
  options: (z) =>
    z.strictObject({
      key: z.string().default('items').describe('the key of `expected` that holds the list; empty = nothing should be listed'),
      split: z
        .enum(['auto', 'json', 'lines', 'commas'])
        .default('auto')
        .describe('how the output lists them; auto = as JSON, else by lines, else by commas and semicolons'),
      ignoreCase: z.boolean().default(true).describe('whether A and a are the same'),
    }),
  score: ({ sample, output }, { key, split, ignoreCase }) => {
    const list = sample.expected[key];
    if (!Array.isArray(list)) return { value: null, why: `Unscored: expected.${key} is no list.` };
    const unique = (texts: readonly string[]) =>
      [...new Set(texts.map((text) => plain(text, ignoreCase)))].filter((text) => text !== '').slice(0, MOST);
    const expected = unique(textsOf(list));
    const found = unique(itemsIn(output, split));
    const missing = expected.filter((item) => !found.includes(item));
    const extra = found.filter((item) => !expected.includes(item));
    const why = [`${expected.length - missing.length} of ${expected.length} expected items are listed.`];
    if (missing.length > 0) why.push(`Missing: ${quoted(missing)}.`);
    if (extra.length > 0) why.push(`Listed besides: ${quoted(extra)}.`);
    return { value: f1(expected, found), why: why.join(' ') };
  },
});

function itemsIn(output: string, split: 'auto' | 'json' | 'lines' | 'commas'): string[] {
  if (split === 'auto' || split === 'json') {
    const read = jsonIn(output);
    if (read.ok && Array.isArray(read.value)) return textsOf(read.value);
    if (split === 'json') return [];
  }
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const parts = split === 'lines' || (split === 'auto' && lines.length > 1) ? lines : lines.flatMap((line) => line.split(/[,;]/));
  return parts.map((part) => part.replace(BULLET, ''));
}
