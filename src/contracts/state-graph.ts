import { PatternbenchError } from '../kernel/errors.ts';
import { type Agent, defineAgent, resultOf, textOf } from './agent.ts';
import type { RunContext } from './run-context.ts';

/** The name of the end: an edge to it leads nowhere else. */
export const END = '__end__';

/** A node to go to; with an item, a copy of the node for that item alone (dynamic fan-out). */
export type Target = string | { readonly node: string; readonly item: unknown };

/** Changes to the state; keys that are not named stay as they are. */
export type Update<S> = Partial<S>;

export type GraphNode<S> = (state: S, ctx: RunContext, item?: unknown) => Promise<Update<S>>;

/** Where to go from a node: always there, or as a function of the state decides among `to`. */
export type GraphEdge<S> =
  | { readonly to: readonly string[] }
  | {
      readonly to: readonly string[];
      readonly choose: (state: S, ctx: RunContext) => Promise<readonly Target[]> | readonly Target[];
    };

export interface GraphSettings<S extends object> {
  readonly name: string;
  readonly description: string;
  readonly init: (task: string) => S;
  readonly nodes: Readonly<Record<string, GraphNode<S>>>;
  readonly start: string;
  readonly edges: Readonly<Record<string, GraphEdge<S>>>;
  /** How writes of one step to the same key are put together; without a reducer two writers of a step are an error. */
  readonly reducers?: { readonly [K in keyof S]?: (old: S[K], written: S[K]) => S[K] };
  /**
   * Nodes that wait for all their predecessors instead of running whenever one of them leads there. When nothing else is due any more, they
   * go on with those that have come: a predecessor on a path not taken would be waited for in vain.
   */
  readonly joinAll?: readonly string[];
  /** Steps after which the graph stops, with the output of the state as it is; each step runs all nodes that are due. */
  readonly maxSteps: number;
  readonly output: (state: S) => string;
}

/**
 * A state graph: nodes change a typed state, edges (some of them conditional) say what is due next; nodes that are due together run at the
 * same time. Results are merged in the order of the nodes, not of their finishing. Throws `invalid_scenario` for a graph that cannot work.
 */
export function stateGraph<S extends object>(settings: GraphSettings<S>): Agent {
  check(settings);
  return defineAgent(settings.name, settings.description, async (input, ctx) => {
    let state = settings.init(textOf(input));
    let due: readonly Target[] = [settings.start];
    const arrived = new Map<string, Set<string>>();
    const trail: string[] = [];
    for (let step = 0; due.length > 0; step++) {
      if (step >= settings.maxSteps) {
        ctx.event('patternbench.loop', {
          'patternbench.problem': `${settings.maxSteps} steps without reaching the end: ${trail.slice(-6).join(' > ')}`,
        });
        return resultOf(settings.output(state), { stop: 'max_turns', data: { trail } });
      }
      trail.push(due.map(nodeOf).join('+'));
      const before = state;
      const updates = await all(
        ctx,
        due,
        (target, branch) => settings.nodes[nodeOf(target)]!(before, branch, itemOf(target)),
        'nodes',
      );
      state = merge(settings, state, due, updates);
      const after = state;
      const sources = [...new Set(due.map(nodeOf))];
      const targets = await all(ctx, sources, (source, branch) => next(settings.edges[source], after, branch), 'edges');
      due = ready(
        settings,
        arrived,
        sources.flatMap((source, i) => targets[i]!.map((target) => ({ source, target }))),
      );
    }
    return resultOf(settings.output(state), { data: { trail } });
  });
}

const nodeOf = (target: Target): string => (typeof target === 'string' ? target : target.node);
const itemOf = (target: Target): unknown => (typeof target === 'string' ? undefined : target.item);

/** Branches that all have to succeed: a state in which a node is missing is no state. */
async function all<T, R>(
  ctx: RunContext,
  items: readonly T[],
  work: (item: T, ctx: RunContext) => Promise<R>,
  name: string,
): Promise<R[]> {
  const settled = await ctx.all(items, (item, _i, branch) => work(item, branch), { name, failFast: true });
  return settled.map((one) => {
    if (!one.ok) throw new PatternbenchError('all_branches_failed', one.error);
    return one.value;
  });
}

async function next<S>(edge: GraphEdge<S> | undefined, state: S, ctx: RunContext): Promise<readonly Target[]> {
  if (!edge) return [];
  if (!('choose' in edge)) return edge.to;
  const chosen = await edge.choose(state, ctx);
  const unknown = chosen.map(nodeOf).find((node) => !edge.to.includes(node));
  if (unknown === undefined) return chosen;
  throw new PatternbenchError('invalid_scenario', `an edge chose "${unknown}", which is not among its targets`, {
    remedy: `name one of ${edge.to.join(', ')}`,
  });
}

function merge<S extends object>(settings: GraphSettings<S>, state: S, due: readonly Target[], updates: readonly Update<S>[]): S {
  const merged = { ...state };
  const written = new Map<keyof S, string>();
  for (const [i, update] of updates.entries()) {
    const node = nodeOf(due[i]!);
    for (const key of Object.keys(update) as (keyof S)[]) {
      const reducer = settings.reducers?.[key];
      const other = written.get(key);
      if (other !== undefined && !reducer) throw clash(String(key), other, node);
      const now = update[key] as S[keyof S];
      merged[key] = reducer ? reducer(merged[key], now) : now;
      written.set(key, node);
    }
  }
  return merged;
}

const clash = (key: string, one: string, other: string) =>
  new PatternbenchError('invalid_scenario', `the nodes ${one} and ${other} both wrote "${key}" in one step`, {
    remedy: `give "${key}" a reducer, or let one of them run after the other`,
  });

interface Arrival {
  readonly source: string;
  readonly target: Target;
}

/** What is due now: each node once (copies for items aside), joins only when all their predecessors have led there. */
function ready<S extends object>(
  settings: GraphSettings<S>,
  arrived: Map<string, Set<string>>,
  arrivals: readonly Arrival[],
): readonly Target[] {
  const due = new Map<string, Target>();
  for (const { source, target } of arrivals) {
    const node = nodeOf(target);
    if (node === END) continue;
    if (settings.joinAll?.includes(node)) {
      const seen = (arrived.get(node) ?? new Set<string>()).add(source);
      arrived.set(node, seen);
      if (!predecessorsOf(settings, node).every((one) => seen.has(one))) continue;
      arrived.delete(node);
    }
    due.set(itemOf(target) === undefined ? node : `${node}#${due.size}`, target);
  }
  if (due.size > 0) return [...due.values()];
  const waiting = [...arrived.keys()];
  arrived.clear();
  return waiting;
}

const predecessorsOf = <S extends object>(settings: GraphSettings<S>, node: string): string[] =>
  Object.entries(settings.edges).flatMap(([source, edge]) => (edge.to.includes(node) ? [source] : []));

function check<S extends object>(settings: GraphSettings<S>): void {
  const { nodes, edges, start, name } = settings;
  const refuse = (problem: string): never => {
    throw new PatternbenchError('invalid_scenario', `the graph "${name}" ${problem}`, {
      remedy: `its nodes are ${Object.keys(nodes).join(', ')}`,
    });
  };
  const isNode = (node: string) => Object.hasOwn(nodes, node);
  if (!isNode(start)) refuse(`starts at "${start}", which is no node`);
  for (const [source, edge] of Object.entries(edges)) {
    if (!isNode(source)) refuse(`has an edge from "${source}", which is no node`);
    for (const target of edge.to)
      if (target !== END && !isNode(target)) refuse(`has an edge from "${source}" to "${target}", which is no node`);
  }
  for (const node of settings.joinAll ?? []) if (!isNode(node)) refuse(`joins at "${node}", which is no node`);
  const reached = reachable(edges, start);
  for (const node of Object.keys(nodes)) if (!reached.has(node)) refuse(`never reaches the node "${node}"`);
  const unconditional = Object.fromEntries(Object.entries(edges).filter(([, edge]) => !('choose' in edge)));
  for (const node of Object.keys(unconditional)) {
    const onward = new Set(unconditional[node]!.to.flatMap((target) => [...reachable(unconditional, target)]));
    if (onward.has(node)) refuse(`loops through "${node}" without a condition, so it could never end`);
  }
}

function reachable<S>(edges: Readonly<Record<string, GraphEdge<S>>>, start: string): Set<string> {
  const found = new Set<string>();
  const open = [start];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    open.push(...(edges[node]?.to ?? []));
  }
  return found;
}
