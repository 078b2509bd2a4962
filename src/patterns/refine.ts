import { type Agent, defineAgent, resultOf, textOf } from '../contracts/agent.ts';
import { definePattern } from '../contracts/pattern.ts';
import { objectOf, system, user } from '../contracts/prompts.ts';
import type { Decision } from '../contracts/run-context.ts';

export interface RefineSettings {
  readonly worker: Agent;
  readonly evaluator: { readonly name: string; readonly model: string };
  readonly rubric: string;
  readonly maxRounds: number;
  /** Score, 0 to 1, from which an answer passes even without the word. */
  readonly passScore: number;
}

interface Grade {
  readonly pass: boolean;
  readonly score: number;
  readonly feedback: string;
}

/** Draft, grade, improve: until it passes or the rounds are over. The best draft is the answer, not merely the last. */
export function refine(settings: RefineSettings): Agent {
  const { worker, maxRounds } = settings;
  return defineAgent('refine', `${worker.name}, refined by an evaluator.`, async (input, ctx) => {
    const task = textOf(input);
    let given = task;
    let best: { readonly output: string; readonly grade: Grade } | undefined;
    for (let round = 1; ; round++) {
      const { output } = await ctx.run(worker, given, { role: 'worker' });
      const grade = await ctx.decide(grading(settings, task, output));
      if (!best || grade.pass || grade.score > best.grade.score) best = { output, grade };
      if (grade.pass || round >= maxRounds) {
        return resultOf(best.output, { stop: grade.pass ? 'final' : 'max_turns', data: { rounds: round, grade: best.grade } });
      }
      given = `${task}\n\nPrevious answer:\n${output}\n\nFeedback: ${grade.feedback}`;
    }
  });
}

const grading = ({ evaluator, rubric, passScore }: RefineSettings, task: string, output: string): Decision<Grade> => ({
  kind: 'review',
  agent: evaluator.name,
  model: evaluator.model,
  json: true,
  messages: [
    system(`${rubric} Reply with JSON {"pass": true, "score": 0.0, "feedback": "what is missing or doubtful"}.`),
    user(`Task: ${task}\n\nAnswer:\n${output}`),
  ],
  parse: (answer) => {
    const { pass, score, feedback } = objectOf(answer, 'the answer');
    if (typeof pass !== 'boolean') throw new Error('"pass" must be true or false');
    const value = typeof score === 'number' ? Math.min(1, Math.max(0, score)) : Number(pass);
    return { pass: pass || value >= passScore, score: value, feedback: typeof feedback === 'string' ? feedback : '' };
  },
  describe: ({ pass, score }) => ({ 'patternbench.review.approved': pass, 'patternbench.review.score': score }),
});

const RUBRIC = 'You evaluate an answer to a task: is it complete, correct and to the point?';

export default definePattern({
  name: 'refine',
  description: 'A worker drafts, an evaluator grades with feedback, until the draft passes; the best one counts.',
  whenToUse: 'Criteria are clear, and feedback makes drafts measurably better.',
  whenNot: 'The evaluator knows no more than the worker: it approves what is wrong, or asks for changes that help nobody.',
  calls: '2r + tool turns, r = rounds',
  onFailure: { agent: 'fail', coordinator: 'fail' },
  options: (z) =>
    z.strictObject({
      worker: z.string().optional().describe('default: one agent that is the whole roster'),
      model: z.string().optional().describe("of the evaluator; default: the coordinator's"),
      rubric: z.string().default(RUBRIC).describe('what the evaluator goes by'),
      maxRounds: z.int().min(1).max(20).default(3).describe('drafts, the first one included'),
      passScore: z
        .number()
        .min(0)
        .max(1.01)
        .default(1.01)
        .describe('score that passes without the word; above 1: only the word counts'),
    }),
  context: () => 'last',
  build: (team, options) =>
    refine({
      worker: options.worker === undefined ? team.merged('worker') : team.named(options.worker),
      evaluator: { name: team.coordinator.name, model: options.model ?? team.coordinator.model },
      rubric: options.rubric,
      maxRounds: options.maxRounds,
      passScore: options.passScore,
    }),
});
