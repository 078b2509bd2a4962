import type { Agent } from './agent.ts';
import type { ChatMessage } from './model.ts';
import type { Decision } from './run-context.ts';

export const system = (content: string): ChatMessage => ({ role: 'system', content });
export const user = (content: string): ChatMessage => ({ role: 'user', content });
export const assistant = (content: string): ChatMessage => ({ role: 'assistant', content });

/** The people to choose from, a line each, as every coordinating prompt lists them. */
export const rosterLines = (agents: readonly Agent[]): string =>
  agents.map((agent) => `- ${agent.name}: ${agent.description}`).join('\n');

/** The agent of that name, whatever its case; throws an Error whose message tells a model whom there is. */
export function agentIn<A extends Agent>(agents: readonly A[], name: unknown, what = 'worker'): A {
  const wanted = typeof name === 'string' ? name.trim().toLowerCase() : '';
  const agent = agents.find((candidate) => candidate.name.toLowerCase() === wanted);
  if (agent) return agent;
  throw new Error(`unknown ${what} ${JSON.stringify(name)}; there are: ${agents.map((candidate) => candidate.name).join(', ')}`);
}

/** The member of an answer as an object; throws an Error that tells a model what was expected. */
export function objectOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error(`${what} must be a JSON object`);
}

/** The member of an answer as a list; throws an Error that tells a model what was expected. */
export function listOf(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0) return value;
  throw new Error(`${what} must be a list with at least one entry`);
}

/** The member of an answer as text; throws an Error that tells a model what was expected. */
export function textMember(value: unknown, what: string): string {
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new Error(`${what} must be text`);
}

/** Somebody who decides or writes for a pattern: a name for the trace, a model. */
export interface Speaker {
  readonly name: string;
  readonly model: string;
}

/** One text made of what the messages hold. */
export const synthesis = ({ name, model }: Speaker, messages: readonly ChatMessage[]): Decision<string> => ({
  kind: 'synthesize',
  agent: name,
  model,
  messages,
  json: false,
  parse: String,
});
