import { defineScorer } from '../contracts/scorer.ts';
import { quoted, textsById } from './text/expected.ts';
import { readable, states } from './text/mark.ts';

/** The share of `expected.facts` (id -> text, or a list of wordings) that the output states, less those that it also gets wrong. */
export default defineScorer({
  name: 'facts',
  description: 'Share of the expected facts that the output states word for word',
  options: (z) =>
    z.strictObject({
      forbid: z
        .boolean()
        .default(true)
        .describe('a wrong value of `expected.forbidden` (id -> text) costs its fact, even where the right value stands too'),
    }),
  score: ({ sample, output }, { forbid }) => {
    const facts = textsById(sample.expected['facts']);
    if (facts.length === 0) return { value: null, why: 'Unscored: the sample expects no facts.' };
    const text = readable(output);
    const wrong = new Map((forbid ? textsById(sample.expected['forbidden']) : []).filter(([, marks]) => standsIn(text, marks)));
    const stated = new Set(facts.filter(([, marks]) => standsIn(text, marks)).map(([id]) => id));
    const missing = facts.filter(([id]) => !stated.has(id)).map(([, marks]) => marks[0] as string);
    const held = facts.filter(([id]) => stated.has(id) && !wrong.has(id)).length;
    // A wrong value that belongs to no expected fact is an invention; it costs one fact all the same.
    const invented = [...wrong.keys()].filter((id) => !facts.some(([fact]) => fact === id)).length;
    const contradicted = [...wrong.values()].map((marks) => marks.find((mark) => states(text, mark)) as string);
    const why = [
      `${held} of ${facts.length} facts stated${held === facts.length && invented === 0 ? '' : ' and not contradicted'}.`,
    ];
    if (missing.length > 0) why.push(`Missing: ${quoted(missing)}.`);
    if (contradicted.length > 0) why.push(`Wrong: ${quoted(contradicted)}.`);
    return { value: Math.max(0, held - invented) / facts.length, why: why.join(' ') };
  },
});

const standsIn = (text: string, marks: readonly string[]) => marks.some((mark) => states(text, mark));
