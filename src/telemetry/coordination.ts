import { GEN_AI } from './attribute-names.ts';
import type { SpanRecord } from './span.ts';
import { agentOf, NOBODY, roleOf } from './span-role.ts';
import { type SpanTree, treeOf } from './span-tree.ts';

/** How the agents of a trial worked together, told by its spans alone. */
export interface Coordination {
  /** Times that the answer of one agent made a model call of another start. */
  readonly messages: number;
  /** What was done, in order of its start: agents as `@name`, tools and hand-offs by their names. */
  readonly steps: readonly string[];
}

/** Throws `broken_invariant` when there is no root. */
export function coordinationOf(spans: readonly SpanRecord[]): Coordination {
  const tree = treeOf(spans);
  const calls = tree.spans.filter((span) => roleOf(span) === 'llm');
  return {
    messages: calls.reduce((sum, call) => sum + sendersTo(tree, call), 0),
    steps: tree.spans.flatMap(stepOf),
  };
}

const nameOf = (tree: SpanTree, span: SpanRecord): string => agentOf(tree, span) ?? NOBODY;

function stepOf(span: SpanRecord): string[] {
  const role = roleOf(span);
  if (role === 'agent') return [`@${String(span.attributes[GEN_AI.agentName] ?? NOBODY)}`];
  return role === 'tool' || role === 'handoff' ? [String(span.attributes[GEN_AI.toolName] ?? '')] : [];
}

/** The model calls of other agents that a model call waited for: back along `after`, through tools and joins, up to the nearest calls. */
function sendersTo(tree: SpanTree, call: SpanRecord): number {
  const own = nameOf(tree, call);
  const seen = new Set<SpanRecord>();
  let others = 0;
  const open = causesOf(tree, call);
  for (const span of open) {
    if (seen.has(span)) continue;
    seen.add(span);
    const answer = roleOf(span) === 'llm' ? span : lastCallBelow(tree, span);
    if (answer === undefined || answer === call) open.push(...causesOf(tree, span));
    else if (!seen.has(answer) || answer === span) {
      seen.add(answer);
      if (nameOf(tree, answer) !== own) others++;
    }
  }
  return others;
}

/** What made a span start is said on it, or else on the nearest span above it. */
function causesOf(tree: SpanTree, span: SpanRecord): SpanRecord[] {
  let said: SpanRecord | undefined = span;
  for (let hops = 0; said && said.after.length === 0 && hops <= tree.spans.length; hops++)
    said = said.parentPath === null ? undefined : tree.byPath.get(said.parentPath);
  return (said?.after ?? []).flatMap((path) => tree.byPath.get(path) ?? []);
}

/** The last model call inside of a span: the answer that a tool gives which is an agent. */
function lastCallBelow(tree: SpanTree, container: SpanRecord): SpanRecord | undefined {
  let last: SpanRecord | undefined;
  const open = [...(tree.children.get(container.path) ?? [])];
  const seen = new Set(open);
  for (const span of open) {
    if (roleOf(span) === 'llm' && (last === undefined || span.endUs > last.endUs)) last = span;
    for (const child of tree.children.get(span.path) ?? []) if (!seen.has(child)) open.push(child);
  }
  return last;
}
