import { type Agent, type AgentResult, defineAgent, messagesOf } from '../contracts/agent.ts';
import { passedOn } from '../contracts/context.ts';
import type { ChatMessage } from '../contracts/model.ts';
import { type ContextPolicy, definePattern, type RosterAgent, type Team } from '../contracts/pattern.ts';
import { user } from '../contracts/prompts.ts';
import type { RunContext } from '../contracts/run-context.ts';
import { blackboard } from './swarm/blackboard.ts';

export interface SwarmSettings {
  /** Agents that can hand over to one another. */
  readonly agents: readonly Agent[];
  readonly start: Agent;
  readonly maxHandoffs: number;
  /** Among so many last agents there must be at least `minUnique` different ones. */
  readonly repetition: { readonly window: number; readonly minUnique: number };
  /** What the next agent sees of what the one before it said. */
  readonly context: ContextPolicy;
  /** Who answers when hand-offs get out of hand: a human desk, a coordinator. */
  readonly onLimit: Agent;
}

/** Peers without a controller: whoever is in charge answers, or hands over to somebody better placed, and stays in charge for the next turn. */
export function swarm(settings: SwarmSettings): Agent {
  const { agents, start } = settings;
  return defineAgent('swarm', `Peers: ${agents.map((agent) => agent.name).join(', ')}.`, async (input, ctx) => {
    const desk = `swarm of ${agents.map((agent) => agent.name).join(', ')}`;
    let active = agents.find((agent) => agent.name === ctx.shared.get(desk)) ?? start;
    let conversation = messagesOf(input);
    const path: string[] = [];
    for (;;) {
      path.push(active.name);
      const result = await ctx.run(active, conversation, { role: 'peer' });
      if (!result.handoff) {
        ctx.shared.set(desk, active.name);
        return { ...result, data: { path } };
      }
      conversation = passedOn(settings.context, conversation, result);
      const next = agents.find((agent) => agent.name === result.handoff!.to);
      const problem = next ? outOfHand(settings, path) : `unknown target ${result.handoff.to}`;
      if (problem !== undefined || !next) return rescue(settings, { conversation, path, problem: problem ?? '' }, ctx);
      ctx.event('patternbench.handoff', {
        'patternbench.handoff.from': active.name,
        'patternbench.handoff.to': next.name,
        'patternbench.handoff.reason': reasonOf(result),
      });
      active = next;
    }
  });
}

/** Why it hands over, as far as it says: its reason, else the beginning of what it said beside. */
const reasonOf = ({ handoff, output }: AgentResult): string => handoff?.reason ?? output.slice(0, 200);

function outOfHand({ maxHandoffs, repetition }: SwarmSettings, path: readonly string[]): string | undefined {
  if (path.length > maxHandoffs) return `more than ${maxHandoffs} hand-offs`;
  const recent = path.slice(-repetition.window);
  const isRepeating = recent.length >= repetition.window && new Set(recent).size < repetition.minUnique;
  return isRepeating ? `the same agents hand over to one another: ${recent.join(' > ')}` : undefined;
}

interface Stuck {
  readonly conversation: readonly ChatMessage[];
  readonly path: readonly string[];
  readonly problem: string;
}

async function rescue({ onLimit }: SwarmSettings, { conversation, path, problem }: Stuck, ctx: RunContext): Promise<AgentResult> {
  ctx.event('patternbench.loop', { 'patternbench.problem': problem });
  const result = await ctx.run(onLimit, [...conversation, user('Give your final answer now.')], { role: 'rescuer' });
  return { ...result, stop: 'loop', data: { path, problem } };
}

/** A roster whose agents may hand over along the edges; all to all when none are named. */
function peersOf(team: Team, edges: Readonly<Record<string, readonly string[]>> | undefined): readonly RosterAgent[] {
  for (const name of Object.keys(edges ?? {})) team.named(name);
  return team.agents.map((agent) => {
    if (!agent.spec) return agent;
    const targets = edges ? (edges[agent.name] ?? []).map(team.named) : team.agents.filter((other) => other !== agent);
    return team.llmAgent({ ...agent.spec, handoffs: targets.map(({ name, description }) => ({ name, description })) });
  });
}

export default definePattern({
  name: 'swarm',
  description: 'Peers without a controller: whoever is in charge answers or hands over; or free agents claim tasks from a board.',
  whenToUse: 'Conversations whose topic shifts between specialists, each of whom can finish alone.',
  whenNot: 'Several specialists must contribute to one answer, or cost must be predictable.',
  calls: '1 + h + tool turns, h = hand-offs',
  onFailure: { agent: 'fail', coordinator: 'fail' },
  options: (z) =>
    z.strictObject({
      mode: z
        .enum(['handoff', 'blackboard'])
        .default('handoff')
        .describe('hand-offs, or tasks on a board that free agents claim'),
      start: z.string().optional().describe('who is in charge first; default: the first agent'),
      handoffs: z
        .record(z.string(), z.array(z.string()))
        .optional()
        .describe('by agent: to whom it may hand over; default: to everybody'),
      maxHandoffs: z.int().min(1).max(100).default(10).describe('with more of them one agent that is the whole roster answers'),
      window: z.int().min(2).default(6).describe('agents looked back on for repetition'),
      minUnique: z.int().min(1).default(3).describe('different agents that there must be among those'),
      context: z.enum(['task', 'last', 'text', 'all']).default('text').describe('what is passed on with a hand-off'),
    }),
  context: (options) => options.context,
  notApplicable: (team) => (team.agents.length < 2 ? 'there is nobody to hand over to' : undefined),
  build: (team, options) => {
    if (options.mode === 'blackboard') return blackboard(team.agents);
    const agents = peersOf(team, options.handoffs);
    return swarm({
      agents,
      start: options.start === undefined ? agents[0]! : team.within(agents).named(options.start),
      maxHandoffs: options.maxHandoffs,
      repetition: { window: options.window, minUnique: options.minUnique },
      context: options.context,
      onLimit: team.merged('desk'),
    });
  },
});
