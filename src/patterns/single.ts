import { type Agent, defineAgent } from '../contracts/agent.ts';
import { definePattern, type RosterAgent, type Team } from '../contracts/pattern.ts';
import type { Tool } from '../contracts/tool.ts';

/** One agent that is the whole team: every instruction in a section of its own, every tool, the coordinator's model. */
export function merged(team: Team, model: string, maxTurns: number): RosterAgent {
  const tools = new Map<string, Tool>(team.agents.flatMap((agent) => agent.spec.tools.map((tool) => [tool.name, tool] as const)));
  return team.llmAgent({
    name: 'single',
    description: "One agent with the whole team's instructions and tools.",
    instructions: `You do the work of a whole team alone. Your roles:\n\n${team.agents.map(section).join('\n\n')}`,
    model,
    tools: [...tools.values()],
    maxTurns,
    ...(team.agents.every((agent) => agent.spec.stream) ? { stream: true } : {}),
  });
}

const section = (agent: RosterAgent): string => `## ${agent.name}\n${agent.spec.instructions}`;

/** The model of a team whose agents share one; otherwise the coordinator's, so that no part of the work falls to a weaker model than it had. */
function modelOf(team: Team): string {
  const models = new Set(team.agents.map((agent) => agent.spec.model));
  return models.size === 1 ? [...models][0]! : team.coordinator.model;
}

/** The baseline: one agent, all tools. Every other pattern's overhead is told against it. */
export const single = (agent: Agent): Agent =>
  defineAgent('single', agent.description, (input, ctx) => ctx.run(agent, input, { role: 'single' }));

export default definePattern({
  name: 'single',
  description: 'One agent with all instructions and all tools; the baseline that every other pattern must beat.',
  whenToUse: 'Start here: few tools, one domain, or no evidence yet that more agents help.',
  whenNot: 'The prompt grows past what one agent can attend to, or parts of the work need different tools and rights.',
  calls: '1 + tool turns',
  options: (z) =>
    z.strictObject({
      model: z.string().optional().describe("default: the agents' model where they share one, else the coordinator's"),
      maxTurns: z.int().min(1).default(12).describe('model calls, the last one without tools'),
    }),
  build: (team, options) => single(merged(team, options.model ?? modelOf(team), options.maxTurns)),
});
