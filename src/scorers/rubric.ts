import { defineScorer, type Score } from '../contracts/scorer.ts';
import type { JsonObject } from '../kernel/json.ts';
import { textsOf } from './text/expected.ts';
import { JUDGE, reasonOf } from './text/judge-words.ts';

interface Criterion {
  readonly text: string;
  readonly weight: number;
}

interface Verdict {
  readonly criterion: number;
  readonly reason: string;
  readonly met: boolean;
}

const TASK =
  'The member `answer` is the answer. Judge it by each of the `criteria`, in their order and each on its own: give the number of the criterion, a reason in one sentence ' +
  'that quotes what the answer says or names what it lacks, and only then whether the criterion is met. What is met in part is not met.';

const FORM: JsonObject = {
  type: 'object',
  properties: {
    verdicts: {
      type: 'array',
      items: {
        type: 'object',
        properties: { criterion: { type: 'integer' }, reason: { type: 'string' }, met: { type: 'boolean' } },
        required: ['criterion', 'reason', 'met'],
        additionalProperties: false,
      },
    },
  },
  required: ['verdicts'],
  additionalProperties: false,
};

const MOST_CRITERIA = 30;

/**
 * The weighted share of criteria that a model finds met, each judged with a reason before its verdict, in one call. An answer of the judge that is
 * no verdict on each criterion leaves the trial unscored: a judge that cannot be understood has not judged.
 */
export default defineScorer({
  name: 'rubric',
  description: 'Share of criteria that a model, asked as a judge, finds met',
  options: (z) => {
    const criterion = z.union([
      z.string().min(1),
      z.strictObject({ text: z.string().min(1), weight: z.number().positive().default(1) }),
    ]);
    return z.strictObject({
      model: z.string().min(1).describe('the model that judges; its calls are recorded and counted apart'),
      criteria: z
        .array(criterion)
        .max(MOST_CRITERIA)
        .default([])
        .describe('texts, or { text, weight }; `expected.criteria` (a list of texts) adds to them'),
      reference: z.string().optional().describe('the key of `expected` that holds a right answer for the judge to see'),
      temperature: z.number().min(0).max(2).nullable().default(0).describe('null = not sent, for models that take none'),
    });
  },
  asks: ({ model }) => ({ model, calls: 1 }),
  score: async ({ sample, output }, { model, criteria, reference, temperature }, judge) => {
    const own = textsOf(sample.expected['criteria']).map((text) => ({ text, weight: 1 }));
    const all = [...criteria.map((one) => (typeof one === 'string' ? { text: one, weight: 1 } : one)), ...own].slice(
      0,
      MOST_CRITERIA,
    );
    if (all.length === 0) return { value: null, why: 'Unscored: there is no criterion to judge by.' };
    const right = reference === undefined ? [] : textsOf(sample.expected[reference]);
    const answer = await judge.ask({
      model,
      system: `${JUDGE}\n\n${TASK}${right.length > 0 ? ' The member `reference` is a right answer; others may be right too.' : ''}`,
      material: {
        task: sample.input,
        ...(right.length > 0 ? { reference: right[0]! } : {}),
        criteria: all.map(({ text }, at) => `${at + 1}. ${text}`),
        answer: output,
      },
      form: FORM,
      temperature,
    });
    if (!answer.ok) return { value: null, why: `Unscored: the judge gave no verdict: ${answer.problem}.` };
    return scoreOf(all, (answer.value as { readonly verdicts: readonly Verdict[] }).verdicts);
  },
});

function scoreOf(criteria: readonly Criterion[], verdicts: readonly Verdict[]): Score {
  const byNumber = new Map(verdicts.map((verdict) => [verdict.criterion, verdict]));
  const isWhole = verdicts.length === criteria.length && criteria.every((_, at) => byNumber.has(at + 1));
  if (!isWhole)
    return { value: null, why: `Unscored: the judge gave ${verdicts.length} verdicts on ${criteria.length} criteria.` };
  const total = criteria.reduce((sum, { weight }) => sum + weight, 0);
  const missed = criteria.flatMap(({ text }, at) => (byNumber.get(at + 1)!.met ? [] : [{ text, ...byNumber.get(at + 1)! }]));
  const met = criteria.reduce((sum, { weight }, at) => sum + (byNumber.get(at + 1)!.met ? weight : 0), 0);
  const details = missed.map(({ text, reason }) => `Not met: "${text}" (${reasonOf(reason)}).`);
  return {
    value: Math.min(1, met / total),
    why: [`${criteria.length - missed.length} of ${criteria.length} criteria met.`, ...details].join(' '),
  };
}
