import { defineScorer } from '../contracts/scorer.ts';
import { quoted, textsOf } from './text/expected.ts';

/** 1 when the first agent that a router chose is `expected.route` (or one of several); unscored when nobody routed. */
export default defineScorer({
  name: 'route',
  description: 'Whether the router chose the expected agent first',
  options: (z) => z.strictObject({}),
  score: ({ sample, routed }) => {
    const routes = textsOf(sample.expected['route']);
    if (routes.length === 0) return { value: null, why: 'Unscored: the sample expects no route.' };
    if (routed === null) return { value: null, why: 'Unscored: this pattern does not route.' };
    const first = routed[0];
    if (first === undefined) return { value: 0, why: `Nobody was chosen; ${quoted(routes)} was expected.` };
    if (routes.includes(first)) return { value: 1, why: `"${first}" was chosen, as expected.` };
    return { value: 0, why: `"${first}" was chosen; ${quoted(routes)} was expected.` };
  },
});
