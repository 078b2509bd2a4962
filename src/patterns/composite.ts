import type { Agent } from '../contracts/agent.ts';
import { definePattern, type RosterAgent, type Team } from '../contracts/pattern.ts';
import type { z as Zod } from '../schema/zod.ts';

/** A place in the tree: an agent of the roster by name, or a pattern over further places. */
export type TreeNode = string | PatternNode;

export interface PatternNode {
  readonly pattern: string;
  /** What coordinators call it; default: the pattern's name. */
  readonly name?: string | undefined;
  /** What coordinators read of it; default: what its agents do. */
  readonly description?: string | undefined;
  readonly agents?: readonly TreeNode[] | undefined;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Builds the tree from its leaves: every pattern is an agent, so a pattern's team may hold patterns. */
function grow(team: Team, node: PatternNode): Agent {
  const agents =
    node.agents &&
    withOwnNames(node.agents.map((child): RosterAgent => (typeof child === 'string' ? team.named(child) : grow(team, child))));
  const own = agents ? team.within(agents) : team;
  const built = team.pattern(node.pattern, node.options, own);
  return {
    ...built,
    name: node.name ?? built.name,
    description: node.description ?? own.agents.map((agent) => agent.description).join(' '),
  };
}

/** Two pipelines under one supervisor would both be called `sequential`: whoever comes later gets a number. */
function withOwnNames(agents: readonly RosterAgent[]): readonly RosterAgent[] {
  const taken = new Set<string>();
  return agents.map((agent) => {
    let name = agent.name;
    for (let i = 2; taken.has(name); i++) name = `${agent.name}_${i}`;
    taken.add(name);
    return name === agent.name ? agent : { ...agent, name };
  });
}

export default definePattern({
  name: 'composite',
  description: 'A tree of patterns: wherever an agent may stand, a pattern may.',
  whenToUse: 'The work has a shape that no single pattern has: a supervisor over pipelines, a router before a discussion.',
  whenNot: 'One pattern alone does as well: depth costs latency and calls.',
  calls: 'those of its parts',
  onFailure: { agent: 'continue', coordinator: 'fail' },
  options: (z) => {
    const node: Zod.ZodType<PatternNode> = z.lazy(() =>
      z.strictObject({
        pattern: z.string(),
        // It becomes the name of a tool where a coordinator calls it as one.
        name: z
          .string()
          .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be letters, digits, "-" or "_" (at most 64)')
          .optional(),
        description: z.string().optional(),
        agents: z
          .array(z.union([z.string(), node]))
          .min(1)
          .optional()
          .describe('default: the whole roster'),
        options: z.record(z.string(), z.unknown()).default({}),
      }),
    );
    return z.strictObject({
      tree: node.optional().describe('default: a supervisor over a pipeline of the roster and a fan-out of it'),
    });
  },
  context: () => 'task',
  notApplicable: (team, options) => (options.tree || team.agents.length >= 2 ? undefined : 'there is nothing to compose'),
  build: (team, options) => {
    const tree = options.tree ?? {
      pattern: 'supervisor',
      agents: [
        { pattern: 'sequential', name: 'pipeline', options: {} },
        { pattern: 'parallel', name: 'fan_out', options: {} },
      ],
      options: {},
    };
    return { ...grow(team, tree), name: 'composite' };
  },
});
