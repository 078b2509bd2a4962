import { type Agent, defineAgent, resultOf, textOf } from '../contracts/agent.ts';
import { withSteps } from '../contracts/context.ts';
import { definePattern, type Team } from '../contracts/pattern.ts';
import type { RunOptions } from '../contracts/run-context.ts';
import { msOf, usOf } from '../kernel/clock.ts';

export interface Stage {
  /** Default: the agent's name. */
  readonly name?: string;
  readonly agent: Agent;
  /** Applied to the output before the next stage sees it. */
  readonly transform?: (output: string) => string;
  /** Ends the pipeline after this stage, with its output, when false (stop reason `bail`). */
  readonly gate?: (output: string) => boolean;
  /** Timeout, retry, fallback and output contract of this stage. */
  readonly run?: RunOptions;
}

/** What a stage sees: `all` = the task and every earlier output; `previous` = only the output before it. */
export type PipelineContext = 'all' | 'previous';

export interface StageResult {
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly durationMs: number;
}

/** Stages in a fixed order, each on what came before. The first stage that fails for good ends the pipeline. */
export function sequential(stages: readonly Stage[], context: PipelineContext = 'all'): Agent {
  return defineAgent('sequential', `A pipeline: ${stages.map(nameOf).join(', then ')}.`, async (input, ctx) => {
    const task = textOf(input);
    const done: StageResult[] = [];
    for (const stage of stages) {
      const given = context === 'previous' ? (done.at(-1)?.output ?? task) : withSteps(task, done);
      const startMs = ctx.nowMs();
      const result = await ctx.run(stage.agent, given, { role: 'stage', ...stage.run });
      const output = stage.transform ? stage.transform(result.output) : result.output;
      done.push({ name: nameOf(stage), input: given, output, durationMs: msOf(usOf(ctx.nowMs()) - usOf(startMs)) });
      if (stage.gate && !stage.gate(output)) return finish(task, done, 'bail');
    }
    return finish(task, done, 'final');
  });
}

const nameOf = (stage: Stage): string => stage.name ?? stage.agent.name;

const finish = (task: string, stages: readonly StageResult[], stop: 'final' | 'bail') => {
  const output = stages.at(-1)?.output ?? '';
  return resultOf(output, { stop, data: { input: task, stages, final_output: output } });
};

export default definePattern({
  name: 'sequential',
  description: 'A pipeline: the agents work in a fixed order, each on what came before.',
  whenToUse: 'Each step needs the complete output of the one before, and the order never changes.',
  whenNot: 'Steps are independent (run them in parallel), or the path depends on what is found on the way.',
  calls: 'n + tool turns, n = stages',
  onFailure: { agent: 'fail', coordinator: 'fail' },
  options: (z) => {
    const stage = z.strictObject({
      agent: z.string(),
      name: z.string().optional(),
      timeoutMs: z.number().min(1).optional(),
      retry: z.strictObject({ attempts: z.int().min(1).max(10), baseMs: z.number().min(0) }).optional(),
      fallback: z.array(z.string()).default([]).describe('agents to try in turn when the stage has failed'),
      output: z.record(z.string(), z.json()).optional().describe('JSON Schema that the output must obey'),
      transform: z.custom<(output: string) => string>((value) => typeof value === 'function').optional(),
      gate: z.custom<(output: string) => boolean>((value) => typeof value === 'function').optional(),
    });
    return z.strictObject({
      stages: z
        .array(z.union([z.string(), stage]))
        .min(1)
        .optional()
        .describe('agents in order; default: the roster'),
      context: z.enum(['all', 'previous']).default('all').describe('what a stage sees of the steps before it'),
    });
  },
  context: (options) => (options.context === 'previous' ? 'last' : 'all'),
  notApplicable: (team) => (team.agents.length < 2 ? 'a pipeline needs at least two agents' : undefined),
  build: (team, options) => {
    const stages = options.stages ?? team.agents.map((agent) => agent.name);
    return sequential(
      stages.map((stage) => (typeof stage === 'string' ? { agent: team.named(stage) } : stageOf(team, stage))),
      options.context,
    );
  },
});

interface StageOptions {
  readonly agent: string;
  readonly name?: string | undefined;
  readonly timeoutMs?: number | undefined;
  readonly retry?: RunOptions['retry'] | undefined;
  readonly fallback: readonly string[];
  readonly output?: RunOptions['outputSchema'] | undefined;
  readonly transform?: Stage['transform'] | undefined;
  readonly gate?: Stage['gate'] | undefined;
}

const stageOf = (team: Team, stage: StageOptions): Stage => ({
  agent: team.named(stage.agent),
  ...(stage.name === undefined ? {} : { name: stage.name }),
  ...(stage.transform ? { transform: stage.transform } : {}),
  ...(stage.gate ? { gate: stage.gate } : {}),
  run: {
    fallback: stage.fallback.map(team.named),
    ...(stage.timeoutMs === undefined ? {} : { timeoutMs: stage.timeoutMs }),
    ...(stage.retry ? { retry: stage.retry } : {}),
    ...(stage.output ? { outputSchema: stage.output } : {}),
  },
});
