import { type Agent, defineAgent, resultOf, textOf } from '../contracts/agent.ts';
import { attempt } from '../contracts/attempt.ts';
import { definePattern } from '../contracts/pattern.ts';
import { objectOf, type Speaker, synthesis, system, user } from '../contracts/prompts.ts';
import type { Decision, RunContext } from '../contracts/run-context.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import { type Assignment, planning, wavesOf } from './plan-review/assignments.ts';
import { ledger } from './plan-review/ledger.ts';

export interface PlanReviewSettings {
  readonly workers: readonly Agent[];
  readonly coordinator: Speaker;
  /** Who judges results; a model of its own keeps a coordinator from liking its own plan. */
  readonly reviewerModel: string;
  /** Attempts of one assignment, the first one included. */
  readonly maxRetries: number;
  /** What an attempt is told of the reviews before it. */
  readonly feedback: 'last' | 'all';
  /** Assignments at a time. */
  readonly concurrency: number;
  /** Whether the plan is put before somebody first. */
  readonly approvePlan: boolean;
}

interface Review {
  readonly approved: boolean;
  readonly feedback: string;
}

interface Done {
  readonly id: string;
  readonly result: string;
  readonly attempts: number;
  readonly review: Review | { readonly approved: false; readonly note: string };
}

/** An assignment that its worker failed at. */
interface Failed {
  readonly id: string;
  readonly error: string;
}

/** Plan, execute, review, retry with feedback, synthesize. What depends on other results is worked on after them, and is shown them. */
export function planReview(settings: PlanReviewSettings): Agent {
  const { coordinator, workers, concurrency } = settings;
  return defineAgent('plan-review', 'Plans assignments, reviews their results, and puts them together.', async (input, ctx) => {
    const task = textOf(input);
    const plan = await ctx.decide(planning(coordinator, workers, task));
    if (settings.approvePlan && !(await isApproved(ctx, plan))) return resultOf('The plan was rejected.', { stop: 'rejected' });
    const results = new Map<string, Done | Failed>();
    for (const wave of wavesOf(plan)) {
      const work = (assignment: Assignment, _i: number, own: RunContext) =>
        supervised(settings, withResults(assignment, results), own);
      // A worker's failure is data here: what is thrown is the coordinator's, and ends the whole.
      const settled = await ctx.all(wave, work, { name: 'assignments', concurrency, failFast: true });
      for (const one of settled) if (one.ok) results.set(one.value.id, one.value);
    }
    const inOrder = plan.map(({ id }) => results.get(id)!);
    if (inOrder.every((one) => 'error' in one)) throw nothingDone(inOrder);
    const answer = await ctx.decide(
      synthesis(coordinator, [system(SYNTHESIZE), user(`Task: ${task}\n\n${inOrder.map(told).join('\n\n')}`)]),
    );
    return resultOf(answer, { data: { results: inOrder } });
  });
}

/** One assignment until it is approved, or its attempts are used up; then the last result goes on, marked. */
async function supervised(settings: PlanReviewSettings, assignment: Assignment, ctx: RunContext): Promise<Done | Failed> {
  const { id, worker, task } = assignment;
  const feedback: string[] = [];
  for (let attempts = 1; ; attempts++) {
    const heard = settings.feedback === 'all' ? feedback : feedback.slice(-1);
    const input = [task, ...heard.map((one) => `Feedback from review: ${one}`)].join('\n\n');
    const done = await attempt(ctx, worker, { input, role: 'worker' });
    if (!done.ok) return { id, error: done.error };
    const review = await ctx.decide(reviewing(settings, assignment, done.value.output));
    if (review.approved) return { id, result: done.value.output, attempts, review };
    if (attempts >= settings.maxRetries) {
      return { id, result: done.value.output, attempts, review: { approved: false, note: 'Max retries exceeded' } };
    }
    feedback.push(review.feedback);
  }
}

const told = (one: Done | Failed): string => `[${one.id}] ${'error' in one ? `failed: ${one.error}` : one.result}`;

function withResults(assignment: Assignment, results: ReadonlyMap<string, Done | Failed>): Assignment {
  const needed = assignment.dependsOn.map((id) => told(results.get(id)!));
  return needed.length === 0
    ? assignment
    : { ...assignment, task: `${assignment.task}\n\nResults that it builds on:\n${needed.join('\n\n')}` };
}

const reviewing = (
  { coordinator, reviewerModel }: PlanReviewSettings,
  { criteria }: Assignment,
  result: string,
): Decision<Review> => ({
  kind: 'review',
  agent: coordinator.name,
  model: reviewerModel,
  json: true,
  messages: [
    system(
      'You review the result of an assignment against its criteria. Reply with JSON {"approved": true, "feedback": "what is missing or doubtful"}.',
    ),
    user(`Criteria: ${criteria || 'none'}\n\nResult:\n${result}`),
  ],
  parse: (answer) => {
    const { approved, feedback } = objectOf(answer, 'the answer');
    if (typeof approved !== 'boolean') throw new Error('"approved" must be true or false');
    return { approved, feedback: typeof feedback === 'string' ? feedback : '' };
  },
  describe: (review) => ({ 'patternbench.review.approved': review.approved }),
});

const SYNTHESIZE =
  'You synthesize the results of all assignments into one complete answer to the task. Keep every fact exactly as it is stated.';

async function isApproved(ctx: RunContext, plan: readonly Assignment[]): Promise<boolean> {
  const question = plan.map(({ id, worker, task }) => ({ id, worker: worker.name, task }));
  return (await ctx.interrupt<string>('approve_plan', question)) === 'approve';
}

const nothingDone = (results: readonly (Done | Failed)[]) =>
  new PatternbenchError('all_branches_failed', `no assignment could be done: ${results.map(told).join('; ')}`);

export default definePattern({
  name: 'plan-review',
  description:
    'A coordinator plans assignments with criteria, reviews each result, sends it back with feedback, and synthesizes.',
  whenToUse: 'The parts are known once the task is read, and results can be checked against criteria.',
  whenNot: 'Nobody can judge the results better than the workers: reviews then cost without helping.',
  calls: '2 + 2a + tool turns, a = attempts of all assignments; with a ledger 3 + 2r, r = rounds',
  onFailure: { agent: 'continue', coordinator: 'fail' },
  options: (z) =>
    z.strictObject({
      workers: z.array(z.string()).min(1).optional().describe('default: the whole roster'),
      mode: z
        .enum(['review', 'ledger'])
        .default('review')
        .describe('fixed assignments with reviews, or a ledger of progress and a new plan on stalls'),
      maxRetries: z.int().min(1).max(10).default(3).describe('attempts of one assignment'),
      feedback: z.enum(['last', 'all']).default('last').describe('reviews that the next attempt is told of'),
      concurrency: z.int().min(1).default(1).describe('assignments at a time'),
      reviewerModel: z.string().optional().describe("default: the coordinator's model"),
      approvePlan: z.boolean().default(false).describe('ask somebody before the plan is carried out'),
      maxRounds: z.int().min(1).max(100).optional().describe('ledger: contributions in all; default: three times the workers'),
      maxStalls: z.int().min(0).default(3).describe('ledger: rounds without progress that are put up with'),
      maxReplans: z.int().min(0).default(2).describe('ledger: new plans'),
    }),
  context: (options) => (options.mode === 'ledger' ? 'text' : 'task'),
  notApplicable: (team) => (team.agents.length < 2 ? 'a plan needs at least two workers' : undefined),
  build: (team, { workers: names, reviewerModel, mode, maxRounds, maxStalls, maxReplans, ...options }) => {
    const { coordinator } = team;
    const workers = names ? names.map(team.named) : team.agents;
    if (mode === 'ledger')
      return ledger({ workers, coordinator, maxRounds: maxRounds ?? workers.length * 3, maxStalls, maxReplans });
    return planReview({ workers, coordinator, reviewerModel: reviewerModel ?? coordinator.model, ...options });
  },
});
