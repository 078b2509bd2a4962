import { type Agent, type AgentInput, type AgentResult, defineAgent, resultOf, textOf } from '../contracts/agent.ts';
import { type BranchFailure, type BranchResult, combination, COMBINE, labelled, majority } from '../contracts/combine.ts';
import { definePattern } from '../contracts/pattern.ts';
import type { AllOptions, RunContext, RunOptions } from '../contracts/run-context.ts';
import { PatternbenchError } from '../kernel/errors.ts';

/** Makes one answer of several: an agent, or a function of the successes (and, for the record, the failures). */
export type Aggregate = Agent | ((successes: readonly BranchResult[], failures: readonly BranchFailure[]) => string);

export interface ParallelSettings {
  readonly agents: readonly Agent[];
  readonly aggregate: Aggregate;
  /** What a branch gets instead of the input as it is. */
  readonly inputOf?: (agent: Agent, input: AgentInput) => AgentInput;
  /** How often each agent runs, each time with another seed: several votes of one voter, or a hedge against a slow answer. */
  readonly copies?: number;
  /** Each further copy of an agent starts that many milliseconds later. */
  readonly hedgeAfterMs?: number;
  /** Branches that must succeed; with fewer the pattern fails. */
  readonly minSuccess?: number;
  readonly branches?: Pick<AllOptions, 'concurrency' | 'failFast' | 'first'>;
  readonly run?: RunOptions;
}

interface Branch {
  readonly agent: Agent;
  readonly variant: number;
}

/** Fan-out, fan-in: independent agents work at the same time, one answer is made of those that succeeded. */
export function parallel(settings: ParallelSettings): Agent {
  return defineAgent('parallel', `In parallel: ${namesOf(settings.agents)}.`, async (input, ctx) => {
    const branches = branchesOf(settings);
    const settled = await ctx.all(branches, (branch, _i, own) => runBranch(settings, branch, { input, ctx: own }), {
      name: 'branches',
      ...settings.branches,
    });
    const successes: BranchResult[] = [];
    const failures: BranchFailure[] = [];
    for (const [i, { agent }] of branches.entries()) {
      const branch = settled[i]!;
      if (branch.ok) successes.push({ agent: agent.name, result: branch.value.output });
      else failures.push({ agent: agent.name, error: branch.error });
    }
    if (successes.length < (settings.minSuccess ?? 1)) throw tooFew(successes.length, branches.length, failures);
    const aggregated =
      typeof settings.aggregate === 'function'
        ? settings.aggregate(successes, failures)
        : (await ctx.run(settings.aggregate, combination(input, successes, failures), { role: 'aggregator' })).output;
    return resultOf(aggregated, { data: { aggregated_result: aggregated, individual_results: successes, failures } });
  });
}

/** Fan-out without fan-in: everybody is set to work, and the answer only says so. */
export function dispatched(settings: Pick<ParallelSettings, 'agents' | 'inputOf' | 'run'>): Agent {
  return defineAgent('parallel', `Sets to work: ${namesOf(settings.agents)}.`, (input, ctx) => {
    for (const agent of settings.agents) {
      ctx.background(agent.name, (own) => runBranch(settings, { agent, variant: 0 }, { input, ctx: own }));
    }
    return Promise.resolve(resultOf(`Set to work: ${namesOf(settings.agents)}.`));
  });
}

const namesOf = (agents: readonly Agent[]): string => agents.map((agent) => agent.name).join(', ');

const branchesOf = ({ agents, copies = 1 }: ParallelSettings): Branch[] =>
  agents.flatMap((agent) => Array.from({ length: copies }, (_, variant) => ({ agent, variant })));

async function runBranch(
  { inputOf, run, hedgeAfterMs = 0 }: Pick<ParallelSettings, 'inputOf' | 'run' | 'hedgeAfterMs'>,
  { agent, variant }: Branch,
  { input, ctx }: { input: AgentInput; ctx: RunContext },
): Promise<AgentResult> {
  if (hedgeAfterMs * variant > 0) await ctx.sleep(hedgeAfterMs * variant);
  return ctx.run(agent, inputOf ? inputOf(agent, input) : input, { ...run, variant });
}

const tooFew = (done: number, of: number, failures: readonly BranchFailure[]) =>
  new PatternbenchError(
    'all_branches_failed',
    `${done} of ${of} branches succeeded: ${failures.map(({ agent, error }) => `${agent}: ${error}`).join('; ')}`,
  );

export default definePattern({
  name: 'parallel',
  description: 'All agents work on the task at the same time; their answers are combined into one.',
  whenToUse: 'The parts are independent and latency counts, or several views of one question are wanted.',
  whenNot: 'Parts build on one another, or most agents have nothing to say: every branch is paid for.',
  calls: 'n + 1 + tool turns, n = branches',
  onFailure: { agent: 'continue', coordinator: 'fail' },
  options: (z) =>
    z.strictObject({
      agents: z.array(z.string()).min(1).optional().describe('default: the whole roster'),
      aggregate: z.string().default('coordinator').describe('"coordinator", "join" or "vote" (no model call), or an agent'),
      inputs: z.record(z.string(), z.string()).default({}).describe('by agent: its own input, in which {input} is the task'),
      copies: z.int().min(1).max(20).default(1).describe('runs of each agent, each with another seed'),
      minSuccess: z.int().min(1).default(1).describe('branches that must succeed'),
      first: z.int().min(1).optional().describe('go on as soon as so many have succeeded, and stop the others (a race, a hedge)'),
      wait: z.boolean().default(true).describe('false: answer as soon as everybody is set to work'),
      concurrency: z.int().min(1).optional().describe('branches at a time; default: all'),
      failFast: z.boolean().default(false).describe('stop everybody at the first failure'),
      hedgeAfterMs: z
        .number()
        .min(0)
        .default(0)
        .describe('each further copy of an agent starts that much later: with `first: 1` a hedge'),
      timeoutMs: z.number().min(1).optional().describe('of one branch'),
    }),
  context: () => 'task',
  notApplicable: (team, { copies, agents }) =>
    (agents?.length ?? team.agents.length) * copies < 2 ? 'there is nothing to run side by side' : undefined,
  build: (team, options) => {
    const { concurrency, failFast, timeoutMs, first, copies, minSuccess, hedgeAfterMs } = options;
    const { name, model } = team.coordinator;
    const combiner = () => team.llmAgent({ name, description: 'Combines answers.', instructions: COMBINE, model, tools: [] });
    const free = { join: labelled, vote: majority } as const;
    const settings: Omit<ParallelSettings, 'aggregate'> = {
      agents: options.agents ? options.agents.map(team.named) : team.agents,
      inputOf: (agent, input) => options.inputs[agent.name]?.replaceAll('{input}', () => textOf(input)) ?? input,
      copies,
      hedgeAfterMs,
      minSuccess,
      branches: { failFast, ...(concurrency === undefined ? {} : { concurrency }), ...(first === undefined ? {} : { first }) },
      run: timeoutMs === undefined ? {} : { timeoutMs },
    };
    if (!options.wait) return dispatched(settings);
    const { aggregate } = options;
    const maker =
      aggregate === 'coordinator'
        ? combiner()
        : aggregate === 'join' || aggregate === 'vote'
          ? free[aggregate]
          : team.named(aggregate);
    return parallel({ ...settings, aggregate: maker });
  },
});
