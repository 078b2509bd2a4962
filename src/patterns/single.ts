import { type Agent, defineAgent } from '../contracts/agent.ts';
import { definePattern } from '../contracts/pattern.ts';

/** The baseline: one agent, all tools. Every other pattern's overhead is told against it. */
export const single = (agent: Agent): Agent =>
  defineAgent('single', agent.description, (input, ctx) => ctx.run(agent, input, { role: 'single' }));

export default definePattern({
  name: 'single',
  description: 'One agent with all instructions and all tools; the baseline that every other pattern must beat.',
  whenToUse: 'Start here: few tools, one domain, or no evidence yet that more agents help.',
  whenNot: 'The prompt grows past what one agent can attend to, or parts of the work need different tools and rights.',
  calls: '1 + tool turns',
  onFailure: { agent: 'fail', coordinator: 'fail' },
  options: (z) =>
    z.strictObject({
      model: z.string().optional().describe("default: the agents' model where they share one, else the coordinator's"),
      maxTurns: z.int().min(1).default(12).describe('model calls, the last one without tools'),
    }),
  context: () => 'task',
  build: (team, options) => single(team.merged('single', options)),
});
