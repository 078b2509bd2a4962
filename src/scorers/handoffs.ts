import { defineScorer } from '../contracts/scorer.ts';
import { textsOf } from './text/expected.ts';
import { commonInOrder } from './text/in-order.ts';

/** Whether control passed as `expected.handoffs` says: a list of agents that take over, in order ("to", or "from > to"). */
export default defineScorer({
  name: 'handoffs',
  description: 'Whether agents handed over in the expected order',
  options: (z) =>
    z.strictObject({
      key: z.string().default('handoffs').describe('the key of `expected` that holds the list; empty = nobody should hand over'),
      mode: z
        .enum(['exact', 'in-order'])
        .default('exact')
        .describe('exact = these and no others; in-order = the share of them that took place in this order, others are free'),
      none: z
        .enum(['unscored', 'zero'])
        .default('unscored')
        .describe('what a trial without any hand-off gets where one is expected: most patterns have none'),
    }),
  score: ({ sample, handoffs }, { key, mode, none }) => {
    const list = sample.expected[key];
    if (!Array.isArray(list)) return { value: null, why: `Unscored: the sample has no list in expected.${key}.` };
    const expected = textsOf(list).map((text) => text.replace(/\s*>\s*/g, ' > '));
    if (handoffs.length === 0 && expected.length > 0 && none === 'unscored')
      return { value: null, why: 'Unscored: nobody handed over in this trial.' };
    // What is expected says for each hand-off whether its giver matters.
    const took = handoffs.map(({ from, to }) => (expected.includes(`${from} > ${to}`) ? `${from} > ${to}` : to));
    const why = `Expected ${listed(expected)}; took over: ${listed(handoffs.map(({ from, to }) => `${from} > ${to}`))}.`;
    const common = commonInOrder(expected, took);
    if (mode === 'exact') return { value: common === expected.length && took.length === expected.length ? 1 : 0, why };
    if (expected.length === 0) return { value: null, why: 'Unscored: no hand-off is expected, and others are free.' };
    return { value: common / expected.length, why };
  },
});

const SHOWN = 8;

const listed = (names: readonly string[]): string =>
  names.length === 0
    ? 'nobody'
    : `${names.slice(0, SHOWN).join(', ')}${names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ''}`;
