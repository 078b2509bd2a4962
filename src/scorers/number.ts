import { defineScorer } from '../contracts/scorer.ts';

const LONGEST = 100_000;
const FORMS = {
  '.': /(?<![\p{L}\p{N}.,])[-+−]?(?:\d{1,3}(?:[,'’\u00a0\u202f]\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:[eE][-+]?\d{1,3})?(?![\p{L}\p{N}])/gu,
  ',': /(?<![\p{L}\p{N}.,])[-+−]?(?:\d{1,3}(?:[.'’\u00a0\u202f]\d{3})+(?!\d)|\d+)(?:,\d+)?(?:[eE][-+]?\d{1,3})?(?![\p{L}\p{N}])/gu,
} as const;

/**
 * 1 when the output's number is `expected.answer` within a tolerance: |found − expected| ≤ max(abs, rel · |expected|). Of several numbers the
 * last one counts unless told otherwise, as answers that reason first end with their result.
 */
export default defineScorer({
  name: 'number',
  description: 'Whether the number in the output is the expected one, within a tolerance',
  options: (z) =>
    z.strictObject({
      key: z.string().default('answer').describe('the key of `expected` that holds the number'),
      abs: z.number().min(0).default(0).describe('tolerance in the unit of the number'),
      rel: z.number().min(0).default(0).describe('tolerance as a share of the expected number: 0.01 = 1 %'),
      find: z.enum(['last', 'first', 'any']).default('last').describe('which number of the output counts'),
      decimal: z.enum(['.', ',']).default('.').describe('the decimal sign of the output'),
    }),
  score: ({ sample, output }, { key, abs, rel, find, decimal }) => {
    const wanted = sample.expected[key];
    const expected = typeof wanted === 'string' && wanted.trim() !== '' ? Number(wanted) : wanted;
    if (typeof expected !== 'number' || !Number.isFinite(expected))
      return { value: null, why: `Unscored: expected.${key} is no number.` };
    const found = numbersIn(output.slice(0, LONGEST), decimal);
    if (found.length === 0) return { value: 0, why: `There is no number in it; ${expected} was expected.` };
    const considered = find === 'any' ? found : [find === 'last' ? found.at(-1)! : found[0]!];
    const tolerance = Math.max(abs, rel * Math.abs(expected));
    const hit = considered.find((value) => Math.abs(value - expected) <= tolerance);
    const within = tolerance > 0 ? ` within ${tolerance}` : '';
    if (hit !== undefined) return { value: 1, why: `${hit} is ${expected}${within}.` };
    return {
      value: 0,
      why: `${find === 'any' ? 'No number in it' : considered[0]} is ${find === 'any' ? '' : 'not '}${expected}${within}.`,
    };
  },
});

const numbersIn = (text: string, decimal: '.' | ','): number[] =>
  [...text.matchAll(FORMS[decimal])]
    .map(([found]) => {
      const bare = found.replaceAll('−', '-').replace(decimal === '.' ? /[,'’\u00a0\u202f]/g : /[.'’\u00a0\u202f]/g, '');
      return Number(bare.replace(',', '.'));
    })
    .filter((value) => Number.isFinite(value));
