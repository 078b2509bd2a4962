import { type Agent, type AgentInput, defineAgent, resultOf, textOf } from '../contracts/agent.ts';
import { definePattern } from '../contracts/pattern.ts';
import type { AllOptions, RunOptions } from '../contracts/run-context.ts';
import { PatternbenchError } from '../kernel/errors.ts';

export interface BranchResult {
  readonly agent: string;
  readonly result: string;
}

export interface BranchFailure {
  readonly agent: string;
  readonly error: string;
}

/** Makes one answer of several: an agent, or a function of the successes (and, for the record, the failures). */
export type Aggregate = Agent | ((successes: readonly BranchResult[], failures: readonly BranchFailure[]) => string);

export interface ParallelSettings {
  readonly agents: readonly Agent[];
  readonly aggregate: Aggregate;
  /** What a branch gets instead of the input as it is. */
  readonly inputOf?: (agent: Agent, input: AgentInput) => AgentInput;
  readonly branches?: Pick<AllOptions, 'concurrency' | 'failFast' | 'first'>;
  readonly run?: RunOptions;
}

/** Fan-out, fan-in: independent agents work at the same time, one answer is made of those that succeeded. */
export function parallel(settings: ParallelSettings): Agent {
  const { agents, inputOf } = settings;
  return defineAgent('parallel', `In parallel: ${agents.map((agent) => agent.name).join(', ')}.`, async (input, ctx) => {
    const settled = await ctx.all(
      agents,
      (agent, _index, branch) => branch.run(agent, inputOf ? inputOf(agent, input) : input, settings.run),
      { name: 'branches', ...settings.branches },
    );
    const successes: BranchResult[] = [];
    const failures: BranchFailure[] = [];
    for (const [index, { name }] of agents.entries()) {
      const branch = settled[index]!;
      if (branch.ok) successes.push({ agent: name, result: branch.value.output });
      else failures.push({ agent: name, error: branch.error });
    }
    if (successes.length === 0) throw nothingLeft(failures);
    const aggregated =
      typeof settings.aggregate === 'function'
        ? settings.aggregate(successes, failures)
        : (await ctx.run(settings.aggregate, question(input, successes, failures), { role: 'aggregator' })).output;
    return resultOf(aggregated, { data: { aggregated_result: aggregated, individual_results: successes, failures } });
  });
}

/** The answers one under the other, each under its agent's name. */
export const labelled = (successes: readonly BranchResult[]): string =>
  successes.map(({ agent, result }) => `[${agent}]: ${result}`).join('\n\n');

function question(input: AgentInput, successes: readonly BranchResult[], failures: readonly BranchFailure[]): string {
  const missing = failures.length > 0 ? `\n\nNo answer from: ${failures.map(({ agent }) => agent).join(', ')}` : '';
  return `Question: ${textOf(input)}\n\n${labelled(successes)}${missing}`;
}

const nothingLeft = (failures: readonly BranchFailure[]) =>
  new PatternbenchError(
    'all_branches_failed',
    `no branch succeeded: ${failures.map(({ agent, error }) => `${agent}: ${error}`).join('; ')}`,
  );

const COMBINE =
  'You combine the answers of several agents into one answer to the question. Keep every fact they state, exactly as they state it; ' +
  'where they disagree, prefer the agent whose field it is. Answer the question directly and leave nothing out.';

export default definePattern({
  name: 'parallel',
  description: 'All agents work on the task at the same time; their answers are combined into one.',
  whenToUse: 'The parts are independent and latency counts, or several views of one question are wanted.',
  whenNot: 'Parts build on one another, or most agents have nothing to say: every branch is paid for.',
  calls: 'n + 1 + tool turns, n = branches',
  options: (z) =>
    z.strictObject({
      agents: z.array(z.string()).min(2).optional().describe('default: the whole roster'),
      aggregate: z.string().default('coordinator').describe('"coordinator", "join" (no model call), or an agent'),
      inputs: z.record(z.string(), z.string()).default({}).describe('by agent: its own input, in which {input} is the task'),
      concurrency: z.int().min(1).optional().describe('branches at a time; default: all'),
      failFast: z.boolean().default(false),
      timeoutMs: z.number().min(1).optional().describe('of one branch'),
    }),
  notApplicable: (team) => (team.agents.length < 2 ? 'there is nothing to run side by side' : undefined),
  build: (team, options) => {
    const { concurrency, failFast, timeoutMs } = options;
    const combiner = () =>
      team.llmAgent({
        name: team.coordinator.name,
        description: 'Combines answers.',
        instructions: COMBINE,
        model: team.coordinator.model,
        tools: [],
      });
    return parallel({
      agents: options.agents ? options.agents.map(team.named) : team.agents,
      aggregate:
        options.aggregate === 'coordinator'
          ? combiner()
          : options.aggregate === 'join'
            ? labelled
            : team.named(options.aggregate),
      inputOf: (agent, input) => options.inputs[agent.name]?.replaceAll('{input}', () => textOf(input)) ?? input,
      branches: { failFast, ...(concurrency === undefined ? {} : { concurrency }) },
      run: timeoutMs === undefined ? {} : { timeoutMs },
    });
  },
});
