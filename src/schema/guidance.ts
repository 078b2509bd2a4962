import { z } from './zod.ts';

const probability = z.number().min(0).max(1);

/** The patterns than which no other is both better and cheaper (or faster). */
export const frontAxis = z.strictObject({
  axis: z.enum(['costUsd', 'latencyMs']).describe('what quality is held against: USD per task, or the median time of a trial'),
  members: z
    .array(z.strictObject({ pattern: z.string(), probability: probability.nullable() }))
    .describe('on the front as measured, cheapest first; how often they were on it when samples were drawn again'),
  others: z
    .array(z.strictObject({ pattern: z.string(), probability: probability.nullable() }))
    .describe('not on it as measured, the likeliest first'),
  method: z.string(),
});

/** `agrees`: it is what the data recommends. `cannot-tell`: the data does not tell it from the best. `differs`: it is significantly behind. */
const verdict = z.enum(['agrees', 'cannot-tell', 'differs', 'not-run']);

export const guideAdvice = z.strictObject({
  picks: z
    .array(z.strictObject({ pattern: z.string(), because: z.string(), verdict }))
    .describe('first what the table of jobs says, then what the questions lead to'),
  verdict: verdict.describe('of the first pick that was run'),
});

export type FrontAxis = z.infer<typeof frontAxis>;
export type GuideAdvice = z.infer<typeof guideAdvice>;
