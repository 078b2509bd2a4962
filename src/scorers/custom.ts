import { defineScorer, type Score } from '../contracts/scorer.ts';
import { messageOf, PatternbenchError } from '../kernel/errors.ts';
import { isObject } from '../kernel/json.ts';
import { shown } from './text/json-value.ts';

/** What a function of one's own is given, in the form of Braintrust's autoevals; `trial` is all that other scorers see. */
type OwnScorer = (given: Record<string, unknown>) => unknown;

/**
 * A function of one's own, from a file in the scenario's folder: `({ input, output, expected, metadata, trial }) => ({ name, score, metadata })`
 * as autoevals has it, or a bare number; it may be async. A score of null, one that lies outside of 0 to 1, and an error are unscored.
 */
export default defineScorer({
  name: 'custom',
  description: 'A function of your own, as file.ts#export (autoevals functions fit)',
  options: (z) =>
    z.strictObject({
      function: z
        .custom<string | OwnScorer>(
          (value) => typeof value === 'function' || (typeof value === 'string' && /^[^#]+\.(ts|js)#\w+$/.test(value)),
          'must read file.ts#export',
        )
        .describe('file.ts#export, inside the folder of the scenario; in a scenario in TypeScript the function itself'),
      key: z.string().optional().describe('hand on `expected.<key>` instead of all of `expected`'),
      with: z.record(z.string(), z.json()).default({}).describe('further arguments, such as those of an autoevals function'),
    }),
  prepare: async (options, project) => {
    if (typeof options.function === 'function') return { options, source: String(options.function) };
    const { value, hash } = await project.load(options.function);
    if (typeof value === 'function') return { options: { ...options, function: value as OwnScorer }, source: hash };
    throw new PatternbenchError('invalid_scenario', `the score ${options.function}: the file exports no such function`);
  },
  score: async (scored, { function: judge, key, with: further }) => {
    if (typeof judge !== 'function') return { value: null, why: 'Unscored: the function was not loaded.' };
    const { sample, output, ...trial } = scored;
    const expected: unknown = key === undefined ? sample.expected : sample.expected[key];
    if (key !== undefined && expected === undefined) return { value: null, why: `Unscored: the sample has no expected.${key}.` };
    try {
      return scoreOf(await judge({ ...further, input: sample.input, output, expected, metadata: sample.metadata ?? {}, trial }));
    } catch (error) {
      return { value: null, why: `Unscored: the function failed: ${messageOf(error)}` };
    }
  },
});

function scoreOf(given: unknown): Score {
  const value = isObject(given) ? given['score'] : given;
  if (value === null || value === undefined) return { value: null, why: 'Unscored: the function gave no score.' };
  if (typeof value !== 'number' || !(value >= 0 && value <= 1))
    return { value: null, why: `Unscored: the function gave ${shownSafely(value)}, and a score lies between 0 and 1.` };
  const metadata = isObject(given) ? given['metadata'] : undefined;
  const reason = isObject(metadata) ? (metadata['rationale'] ?? metadata['why'] ?? metadata['reason']) : undefined;
  return {
    value,
    why: typeof reason === 'string' && reason.trim() !== '' ? reason : `The function gave ${Number(value.toFixed(6))}.`,
  };
}

function shownSafely(value: unknown): string {
  try {
    return typeof value === 'number' ? String(value) : shown(value);
  } catch {
    return 'something that is no number';
  }
}
