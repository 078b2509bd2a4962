import type { Agent, AgentInput, AgentResult } from './agent.ts';
import type { RunContext, RunOptions, Settled } from './run-context.ts';

/**
 * Runs an agent whose failure is data, for patterns that have something to do about it. What ends the whole trial (a limit, a missing
 * fixture, somebody to be asked) is thrown all the same.
 */
export async function attempt(
  ctx: RunContext,
  agent: Agent,
  { input, ...options }: RunOptions & { readonly input: AgentInput },
): Promise<Settled<AgentResult>> {
  const [settled] = await ctx.all([agent], (one, _i, branch) => branch.run(one, input, options), { name: 'attempt' });
  return settled!;
}
