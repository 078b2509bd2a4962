import type { Agent } from './agent.ts';
import { textMember } from './prompts.ts';
import type { Tool } from './tool.ts';

/** An agent as a tool of another one: called with a task, it answers with its output. */
export const asTool = (agent: Agent): Tool => ({
  name: agent.name,
  description: agent.description,
  parameters: {
    type: 'object',
    properties: { input: { type: 'string', description: 'the task, with all that is needed to do it' } },
    required: ['input'],
    additionalProperties: false,
  },
  effect: 'read',
  latencyMs: 0,
  execute: async (args, ctx) => (await ctx.run(agent, textMember(args['input'], '"input"'))).output,
});
