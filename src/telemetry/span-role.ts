import { GEN_AI, HANDOFF_PREFIX, OPERATION, OWN, STEP } from './attribute-names.ts';
import type { SpanRecord } from './span.ts';
import type { SpanTree } from './span-tree.ts';

/** What a span stands for. `handoff` is a tool call that passes control; `step` is any other step of the harness. */
export type SpanRole = 'workflow' | 'agent' | 'llm' | 'tool' | 'handoff' | 'backoff' | 'wait' | 'step';

export function roleOf(span: SpanRecord): SpanRole {
  switch (span.attributes[GEN_AI.operationName]) {
    case OPERATION.chat:
    case 'text_completion':
    case 'generate_content':
    case 'embeddings':
      return 'llm';
    case OPERATION.executeTool:
      return String(span.attributes[GEN_AI.toolName] ?? '').startsWith(HANDOFF_PREFIX) ? 'handoff' : 'tool';
    case OPERATION.invokeAgent:
      return 'agent';
    case OPERATION.invokeWorkflow:
      return 'workflow';
    default:
      return stepRole(span);
  }
}

function stepRole(span: SpanRecord): SpanRole {
  const type = span.attributes[OWN.stepType] ?? span.name.split(' ', 1)[0];
  if (type === STEP.backoff) return 'backoff';
  return type === STEP.wait || type === STEP.approval || type === 'await_approval' ? 'wait' : 'step';
}

/** Time in these is accounted for as theirs; everything around them is a container. */
export const isWork = (role: SpanRole): boolean => role !== 'workflow' && role !== 'agent' && role !== 'step';

/** The name that stands where no agent does. */
export const NOBODY = 'orchestrator';

/** Whose span this is: its own agent name, or that of the nearest span above it that has one. */
export function agentOf(tree: Pick<SpanTree, 'byPath' | 'spans'>, span: SpanRecord): string | undefined {
  let at: SpanRecord | undefined = span;
  // A file may hold spans whose parents form a circle; counting hops ends the walk.
  for (let hops = 0; at && hops <= tree.spans.length; hops++) {
    const name = at.attributes[GEN_AI.agentName];
    if (typeof name === 'string') return name;
    at = at.parentPath === null ? undefined : tree.byPath.get(at.parentPath);
  }
  return undefined;
}
