import { type Agent, defineAgent, resultOf, textOf } from '../contracts/agent.ts';
import { asTool } from '../contracts/as-tool.ts';
import { withSteps } from '../contracts/context.ts';
import type { ChatMessage } from '../contracts/model.ts';
import { definePattern, type Team } from '../contracts/pattern.ts';
import { assistant, type Speaker, synthesis, system, user } from '../contracts/prompts.ts';
import type { RunOptions } from '../contracts/run-context.ts';
import { nextStep, type Piece, supervisorPrompt } from './supervisor/next-step.ts';

export interface SupervisorSettings {
  readonly workers: readonly Agent[];
  readonly coordinator: Speaker;
  /** Decisions before a final answer is forced. */
  readonly maxIterations: number;
  /** How often the same worker may be asked exactly the same. */
  readonly maxRepeats: number;
  /** What a worker sees: its own part alone, or also the task and the results so far. */
  readonly context: 'task' | 'all';
  /** Whether the coordinator may ask a person. */
  readonly escalate: boolean;
  readonly run?: RunOptions;
}

/**
 * One coordinator decides again and again: give work out (several pieces at once), or answer. Results come back into its conversation,
 * failures too. After so many decisions, or when it makes no sense any more, it must answer with what there is. Nothing outlives a run.
 */
export function supervisor(settings: SupervisorSettings): Agent {
  const { workers, coordinator, maxIterations, maxRepeats, escalate } = settings;
  return defineAgent('supervisor', `Supervises ${workers.map((agent) => agent.name).join(', ')}.`, async (input, ctx) => {
    const task = textOf(input);
    const messages: ChatMessage[] = [system(supervisorPrompt(workers, escalate)), user(task)];
    const results = new Map<string, string>();
    const asked = new Map<string, number>();
    const finish = (answer: string, stop: 'final' | 'max_turns') =>
      resultOf(answer, { stop, data: { results: Object.fromEntries(results) } });
    for (let i = 0; i < maxIterations; i++) {
      const step = await ctx.decide(nextStep({ workers, coordinator, messages, results, escalate }));
      if (step.do === 'answer') return finish(step.answer, 'final');
      if (step.do === 'stuck') break;
      if (step.do === 'escalate') {
        messages.push(assistant(JSON.stringify({ escalate: step.question })));
        messages.push(user(`A person answers: ${await ctx.interrupt<string>('escalate', step.question)}`));
        continue;
      }
      messages.push(
        assistant(JSON.stringify({ delegate: step.work.map(({ worker, subtask }) => ({ worker: worker.name, subtask })) })),
      );
      const fresh = step.work.filter((piece) => countOf(asked, piece) <= maxRepeats);
      const given = (subtask: string) =>
        settings.context === 'task' ? subtask : `${withSteps(task, stepsOf(results))}\n\nYour part: ${subtask}`;
      const settled = await ctx.all(fresh, ({ worker, subtask }, _i, own) => own.run(worker, given(subtask), settings.run), {
        name: 'delegate',
      });
      for (const [j, { worker }] of fresh.entries()) {
        const result = settled[j]!;
        if (result.ok) results.set(worker.name, result.value.output);
        messages.push(
          user(result.ok ? `Result from ${worker.name}:\n${result.value.output}` : `${worker.name} failed: ${result.error}`),
        );
      }
      if (fresh.length < step.work.length) {
        ctx.event('patternbench.repeat', { 'patternbench.repeat.count': step.work.length - fresh.length });
        messages.push(user('You have already asked exactly this. Do something else, or answer.'));
      }
    }
    return finish(
      await ctx.decide(synthesis(coordinator, [...messages, user('Synthesize all results into a final answer now.')])),
      'max_turns',
    );
  });
}

/** How often this piece has been given out, this time included. */
function countOf(asked: Map<string, number>, { worker, subtask }: Piece): number {
  const question = JSON.stringify([worker.name, subtask]);
  const count = (asked.get(question) ?? 0) + 1;
  asked.set(question, count);
  return count;
}

const stepsOf = (results: ReadonlyMap<string, string>) => [...results].map(([name, output]) => ({ name, output }));

/** The same with workers as tools: the coordinator calls them, as often as it has turns, and answers. */
function withTools(team: Team, workers: readonly Agent[], maxTurns: number): Agent {
  const { name, model } = team.coordinator;
  const tools = workers.map(asTool);
  const coordinator = team.llmAgent({ name, description: 'Supervises.', instructions: TOOLS_PROMPT, model, tools, maxTurns });
  return defineAgent('supervisor', 'Workers as tools of a coordinator.', (input, ctx) =>
    ctx.run(coordinator, input, { role: 'supervisor' }),
  );
}

const TOOLS_PROMPT =
  'You are a supervisor. Your tools are workers: give each the part of the task that it is good at, with all the context it needs, as often as ' +
  'necessary. Then answer the user completely, from their results alone.';

export default definePattern({
  name: 'supervisor',
  description: 'A coordinator decides step by step who works on what, sees every result, and answers in the end.',
  whenToUse: 'The parts of the work are not known beforehand, or what comes next depends on what was found.',
  whenNot: 'The path is fixed (a pipeline is cheaper), or the coordinator would only pass everything on.',
  calls: '2k + 1 + tool turns, k = pieces of work; at most maxIterations + 1 decisions',
  onFailure: { agent: 'continue', coordinator: 'fail' },
  options: (z) =>
    z.strictObject({
      workers: z.array(z.string()).min(1).optional().describe('default: the whole roster'),
      mode: z.enum(['json', 'tools']).default('json').describe('decisions as JSON, or workers as tools of the coordinator'),
      context: z
        .enum(['task', 'all'])
        .default('task')
        .describe('what a worker sees: its part alone, or also the task and all results so far'),
      maxIterations: z.int().min(1).max(100).optional().describe('decisions before it must answer; default: twice the roster'),
      maxRepeats: z.int().min(1).default(1).describe('how often the same worker may be asked exactly the same'),
      timeoutMs: z.number().min(1).optional().describe('of one piece of work'),
      retry: z
        .strictObject({ attempts: z.int().min(1).max(10), baseMs: z.number().min(0) })
        .optional()
        .describe('of a failed piece of work'),
      fallback: z.array(z.string()).default([]).describe('agents to try in turn when a worker has failed'),
      escalate: z.boolean().default(false).describe('whether it may ask a person'),
    }),
  context: (options) => options.context,
  notApplicable: (team) => (team.agents.length < 2 ? 'a supervisor needs at least two workers' : undefined),
  build: (team, options) => {
    const workers = options.workers ? options.workers.map(team.named) : team.agents;
    const { timeoutMs, retry, context, maxRepeats, escalate } = options;
    const maxIterations = options.maxIterations ?? workers.length * 2;
    if (options.mode === 'tools') return withTools(team, workers, maxIterations + 1);
    return supervisor({
      workers,
      coordinator: team.coordinator,
      maxIterations,
      maxRepeats,
      context,
      escalate,
      run: {
        role: 'worker',
        fallback: options.fallback.map(team.named),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        ...(retry ? { retry } : {}),
      },
    });
  },
});
