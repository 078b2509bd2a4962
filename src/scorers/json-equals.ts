import { defineScorer } from '../contracts/scorer.ts';
import { isObject, type Json } from '../kernel/json.ts';
import { jsonIn, sameJson, shown, stepsOf, valueAt } from './text/json-value.ts';

/** The share of places in the output's JSON that hold what is expected there: `at` and `expected.at`, path → value. */
export default defineScorer({
  name: 'json-equals',
  description: 'Share of places in the JSON output that hold the expected value',
  options: (z) =>
    z.strictObject({
      at: z
        .record(
          z.string().refine((path) => stepsOf(path) !== null, 'must be a path like order.items[0].price'),
          z.json(),
        )
        .default({})
        .describe('path (`order.items[0].price`) → value; adds to `expected.at`'),
    }),
  score: ({ sample, output }, { at }) => {
    const own = sample.expected['at'];
    const wanted = Object.entries({ ...at, ...(isObject(own) ? (own as Record<string, Json>) : {}) });
    if (wanted.length === 0) return { value: null, why: 'Unscored: there is no place to look at.' };
    const read = jsonIn(output);
    if (!read.ok) return { value: 0, why: read.problem };
    const wrong = wanted.filter(([path, value]) => {
      const found = valueAt(read.value, path);
      return found === undefined || !sameJson(found, value);
    });
    const held = wanted.length - wrong.length;
    const [first] = wrong;
    const detail = first
      ? ` ${first[0]} is ${shown(valueAt(read.value, first[0]))}, not ${shown(first[1])}${wrong.length > 1 ? `; and ${wrong.length - 1} more` : ''}.`
      : '';
    return { value: held / wanted.length, why: `${held} of ${wanted.length} places hold what is expected.${detail}` };
  },
});
