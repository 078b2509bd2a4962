import { defineScorer } from '../contracts/scorer.ts';
import { quoted, textsOf } from './text/expected.ts';

/** How well the set of tools that were called meets `expected.tools` (a list of names; empty = none should be called). */
export default defineScorer({
  name: 'tool-calls',
  description: 'Whether the expected tools were called, and no others',
  options: (z) =>
    z.strictObject({
      mode: z
        .enum(['f1', 'all'])
        .default('f1')
        .describe('f1 = harmonic mean of precision and recall over names; all = the share of expected tools, others are free'),
    }),
  score: ({ sample, toolCalls }, { mode }) => {
    const list = sample.expected['tools'];
    if (list === undefined || list === null) return { value: null, why: 'Unscored: the sample expects no tools.' };
    const expected = new Set(textsOf(list));
    if (mode === 'all' && expected.size === 0) return { value: null, why: 'Unscored: no tool is expected, and others are free.' };
    const called = new Set(toolCalls.map((call) => call.name));
    const missing = [...expected].filter((name) => !called.has(name));
    const extra = [...called].filter((name) => !expected.has(name));
    const hits = expected.size - missing.length;
    const why = [`${hits} of ${expected.size} expected tools were called.`];
    if (missing.length > 0) why.push(`Not called: ${quoted(missing)}.`);
    if (extra.length > 0) why.push(`Called besides: ${quoted(extra)}.`);
    if (mode === 'all') return { value: hits / expected.size, why: why.join(' ') };
    const both = expected.size + called.size;
    return { value: both === 0 ? 1 : (2 * hits) / both, why: why.join(' ') };
  },
});
