import { defineScorer } from '../contracts/scorer.ts';
import type { JudgeAnswer, JudgeQuestion } from '../contracts/judge.ts';
import type { JsonObject } from '../kernel/json.ts';
import { textsOf } from './text/expected.ts';
import { JUDGE, reasonOf } from './text/judge-words.ts';

interface Choice {
  readonly reason: string;
  readonly better: 'first' | 'second' | 'tie';
}

const TASK =
  'The members `first` and `second` are two answers. Say in one sentence what tells them apart, and only then which is better by the criterion, or "tie" where neither is. ' +
  'Their order is chance and means nothing.';

const FORM: JsonObject = {
  type: 'object',
  properties: { reason: { type: 'string' }, better: { type: 'string', enum: ['first', 'second', 'tie'] } },
  required: ['reason', 'better'],
  additionalProperties: false,
};

/**
 * Whether a model prefers the output to `expected.answer`, asked twice with the two in both orders: 1 when it prefers the output both times, 0 when
 * the reference both times, 0.5 for a tie and where the orders disagree, as a preference that turns with the order is none (Zheng et al., 2023,
 * "Judging LLM-as-a-Judge", 3.4). How often both orders agree is counted beside.
 */
export default defineScorer({
  name: 'pairwise',
  description: 'Whether a model, asked as a judge in both orders, prefers the output to a reference answer',
  options: (z) =>
    z.strictObject({
      model: z.string().min(1).describe('the model that judges; its calls are recorded and counted apart'),
      key: z.string().default('answer').describe('the key of `expected` that holds the answer to beat'),
      criterion: z.string().min(1).default('Which answer serves better whoever asked?').describe('by what is compared'),
      temperature: z.number().min(0).max(2).nullable().default(0).describe('null = not sent, for models that take none'),
    }),
  asks: ({ model }) => ({ model, calls: 2 }),
  score: async ({ sample, output }, { model, key, criterion, temperature }, judge) => {
    const reference = textsOf(sample.expected[key])[0];
    if (reference === undefined) return { value: null, why: `Unscored: the sample has no text in expected.${key}.` };
    const question = (first: string, second: string): JudgeQuestion => ({
      model,
      system: `${JUDGE}\n\n${TASK}`,
      material: { task: sample.input, criterion, first, second },
      form: FORM,
      temperature,
    });
    const forward = choiceIn(await judge.ask(question(output, reference)));
    const backward = choiceIn(await judge.ask(question(reference, output)));
    const problem = typeof forward === 'string' ? forward : typeof backward === 'string' ? backward : undefined;
    if (typeof forward === 'string' || typeof backward === 'string')
      return { value: null, why: `Unscored: the judge gave no verdict: ${problem}.` };
    const [ahead, behind] = [valueOf(forward, 'first'), valueOf(backward, 'second')];
    judge.noteSwap(ahead === behind);
    if (ahead !== behind)
      return { value: 0.5, why: `A tie: in one order it ${WORDS[String(ahead)]}, in the other it ${WORDS[String(behind)]}.` };
    return { value: ahead, why: `In both orders it ${WORDS[String(ahead)]}: ${reasonOf(forward.reason)}` };
  },
});

const WORDS: Readonly<Record<string, string>> = { 1: 'is preferred', 0: 'is not preferred', 0.5: 'is as good as the reference' };

const choiceIn = (answer: JudgeAnswer): Choice | string => (answer.ok ? (answer.value as Choice) : answer.problem);

const valueOf = ({ better }: Choice, own: 'first' | 'second'): number => (better === 'tie' ? 0.5 : better === own ? 1 : 0);
