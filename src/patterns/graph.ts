import type { Agent } from '../contracts/agent.ts';
import { withSteps } from '../contracts/context.ts';
import { definePattern, type Team } from '../contracts/pattern.ts';
import { user } from '../contracts/prompts.ts';
import type { Decision } from '../contracts/run-context.ts';
import { END, type GraphEdge, type GraphNode, stateGraph, type Target } from '../contracts/state-graph.ts';
import { PatternbenchError } from '../kernel/errors.ts';

interface State {
  readonly task: string;
  /** The newest output of each node, in the order of their first. */
  readonly outputs: Readonly<Record<string, string>>;
  /** What checks have said. */
  readonly verdicts: Readonly<Record<string, 'pass' | 'fail'>>;
  /** The output of whichever node worked last. */
  readonly latest: string;
}

type NodeOptions = { readonly agent: string } | { readonly check: string; readonly model?: string | undefined };
type EdgeOptions = string | readonly string[] | Readonly<Record<'pass' | 'fail', string | readonly string[]>>;

interface GraphOptions {
  readonly nodes: Readonly<Record<string, NodeOptions>>;
  readonly edges: Readonly<Record<string, EdgeOptions>>;
  readonly start: string;
  readonly joinAll: readonly string[];
  readonly maxSteps: number;
  readonly context: 'all' | 'last';
}

/** A graph of agents and checks, from names alone. */
function graph(team: Team, options: GraphOptions): Agent {
  const nodes = Object.entries(options.nodes).map(([name, node]) => [name, nodeOf(team, name, node, options)] as const);
  const edges = Object.entries(options.edges).map(([name, edge]) => [name, edgeOf(name, edge, options)] as const);
  return stateGraph<State>({
    name: 'graph',
    description: `A graph of ${Object.keys(options.nodes).join(', ')}.`,
    init: (task) => ({ task, outputs: {}, verdicts: {}, latest: '' }),
    nodes: Object.fromEntries(nodes),
    edges: Object.fromEntries(edges),
    start: options.start,
    reducers: {
      outputs: (old, written) => ({ ...old, ...written }),
      verdicts: (old, written) => ({ ...old, ...written }),
      latest: (_old, written) => written,
    },
    joinAll: options.joinAll,
    maxSteps: options.maxSteps,
    output: ({ latest }) => latest,
  });
}

function nodeOf(team: Team, name: string, node: NodeOptions, { context }: GraphOptions): GraphNode<State> {
  if ('agent' in node) {
    const agent = team.named(node.agent);
    return async (state, ctx) => {
      const { output } = await ctx.run(
        agent,
        context === 'last' ? state.latest || state.task : withSteps(state.task, stepsOf(state.outputs)),
        { role: 'node' },
      );
      return { outputs: { [name]: output }, latest: output };
    };
  }
  const model = node.model ?? team.coordinator.routerModel;
  return async (state, ctx) => ({
    verdicts: { [name]: await ctx.decide(checking(team.coordinator.name, model, { question: node.check, state })) },
  });
}

const stepsOf = (outputs: State['outputs']) => Object.entries(outputs).map(([name, output]) => ({ name, output }));

const checking = (
  agent: string,
  model: string,
  { question, state }: { question: string; state: State },
): Decision<'pass' | 'fail'> => ({
  kind: 'review',
  agent,
  model,
  json: false,
  temperature: 0,
  messages: [user(`${question}\nTask: ${state.task}\nAnswer: ${state.latest}\nReply with exactly 'pass' or 'fail'.`)],
  parse: (answer) => {
    const verdict = /\b(pass|fail)\b/i.exec(String(answer))?.[1]?.toLowerCase();
    if (verdict !== 'pass' && verdict !== 'fail') throw new Error("the answer must be 'pass' or 'fail'");
    return verdict;
  },
  repairs: 1,
  fallback: () => 'pass',
  describe: (verdict) => ({ 'patternbench.review.approved': verdict === 'pass' }),
});

function edgeOf(name: string, edge: EdgeOptions, { nodes }: GraphOptions): GraphEdge<State> {
  if (typeof edge === 'string') return { to: [edge] };
  if (Array.isArray(edge)) return { to: edge };
  const node = nodes[name];
  if (!node || 'agent' in node) {
    throw new PatternbenchError('invalid_scenario', `the edges of "${name}" depend on a verdict, but it is no check`, {
      place: { path: `patterns.graph.edges.${name}` },
      remedy: `make it a check ({ check: "…" }), or name the node that follows`,
    });
  }
  const byVerdict = edge as Readonly<Record<'pass' | 'fail', string | readonly string[]>>;
  const targets = { pass: [byVerdict.pass].flat(), fail: [byVerdict.fail].flat() };
  return { to: [...targets.pass, ...targets.fail], choose: ({ verdicts }): readonly Target[] => targets[verdicts[name]!] };
}

const QUALITY = 'Does this answer adequately address the task?';

/** The roster as a pipeline, then a check by the cheap model that sends it back to the start. */
function pipelineWithCheck(team: Team): Pick<GraphOptions, 'nodes' | 'edges' | 'start'> {
  const names = team.agents.map((agent) => agent.name);
  const onward = names.map((name, i) => [name, names[i + 1] ?? 'quality_check'] as const);
  return {
    nodes: { ...Object.fromEntries(names.map((name) => [name, { agent: name }])), quality_check: { check: QUALITY } },
    edges: { ...Object.fromEntries(onward), quality_check: { pass: END, fail: names[0]! } },
    start: names[0]!,
  };
}

export default definePattern({
  name: 'graph',
  description: 'A state graph: agents and checks as nodes, conditional edges, loops with a guard, joins.',
  whenToUse: 'The path is known but has branches and loops: revise until it is good, escalate when it is not.',
  whenNot: 'There is neither branch nor loop (a pipeline says it simpler), or nobody can judge what to do next.',
  calls: 'l * (n + 1) + tool turns, l = loops, n = agents on the path',
  onFailure: { agent: 'fail', coordinator: 'fail' },
  options: (z) => {
    const target = z.union([z.string(), z.array(z.string()).min(1)]);
    return z.strictObject({
      nodes: z
        .record(
          z.string(),
          z.union([z.strictObject({ agent: z.string() }), z.strictObject({ check: z.string(), model: z.string().optional() })]),
        )
        .optional()
        .describe('agents and checks; default: the roster in order, then a check'),
      edges: z
        .record(z.string(), z.union([target, z.strictObject({ pass: target, fail: target })]))
        .optional()
        .describe(`where each node leads, a check by its verdict; "${END}" is the end`),
      start: z.string().optional().describe('default: the first node'),
      joinAll: z.array(z.string()).default([]).describe('nodes that wait for all their predecessors'),
      maxSteps: z.int().min(1).max(200).optional().describe('default: three rounds of all nodes'),
      context: z.enum(['all', 'last']).default('all').describe('what an agent sees of the nodes before it'),
    });
  },
  context: (options) => options.context,
  build: (team, options) => {
    const usual = pipelineWithCheck(team);
    const { nodes = usual.nodes, edges = usual.edges } = options;
    const start = options.start ?? Object.keys(nodes)[0]!;
    return graph(team, { ...options, nodes, edges, start, maxSteps: options.maxSteps ?? Object.keys(nodes).length * 3 });
  },
});
