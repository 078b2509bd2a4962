import type { AgentResult } from './agent.ts';
import type { ChatMessage } from './model.ts';
import type { ContextPolicy } from './pattern.ts';

/** A step that an agent has done, as those after it are shown it. */
export interface DoneStep {
  readonly name: string;
  readonly output: string;
}

/** The task and what was done about it so far; the bare task when nothing was. */
export const withSteps = (task: string, steps: readonly DoneStep[]): string =>
  steps.length === 0
    ? task
    : `Task: ${task}\n\nPrevious steps:\n${steps.map(({ name, output }) => `[${name}]: ${output}`).join('\n\n')}`;

/** A conversation as the next one in it gets it, with what the agent before has added: nothing, its last words, its words, or all. */
export function passedOn(
  policy: ContextPolicy,
  conversation: readonly ChatMessage[],
  { messages }: AgentResult,
): readonly ChatMessage[] {
  if (policy === 'task') return conversation;
  if (policy === 'all') return [...conversation, ...messages];
  const said = messages.filter((message) => message.role === 'assistant' && message.content);
  // Without the calls: a tool call whose result is not shown is a conversation that no endpoint accepts.
  const texts = said.map((message): ChatMessage => ({ role: 'assistant', content: message.content as string }));
  return [...conversation, ...(policy === 'last' ? texts.slice(-1) : texts)];
}
