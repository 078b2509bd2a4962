import type { ChatMessage } from './model.ts';
import type { RunContext } from './run-context.ts';

export type AgentInput = string | readonly ChatMessage[];

/** Why an agent stopped. `final`: it was done; everything else is a limit, a guard or a decision. */
export type StopReason = 'final' | 'max_turns' | 'loop' | 'bail' | 'rejected' | 'timeout' | 'budget' | 'handoff';

export interface AgentResult {
  readonly output: string;
  /** Validated structured output, or what a pattern has to tell about how it came to its output. */
  readonly data?: unknown;
  /** What this agent added to the conversation. */
  readonly messages: readonly ChatMessage[];
  readonly stop: StopReason;
  /** Whom the agent wants to take over; set when it stopped with `handoff`. */
  readonly handoff?: Handoff;
}

/** The wish to pass control on. */
export interface Handoff {
  readonly to: string;
  readonly reason?: string;
}

/** Everything that runs is an agent: one that calls a model, a pattern, a plain function. So nesting is free. */
export interface Agent {
  readonly name: string;
  readonly description: string;
  readonly run: (input: AgentInput, ctx: RunContext) => Promise<AgentResult>;
}

/** An agent from a plain function. */
export const defineAgent = (name: string, description: string, run: Agent['run']): Agent => ({ name, description, run });

/** The result of an agent whose whole contribution is one text. */
export const resultOf = (output: string, extra: Partial<AgentResult> = {}): AgentResult => ({
  output,
  messages: [{ role: 'assistant', content: output }],
  stop: 'final',
  ...extra,
});

/** An input as text: messages are joined, those without content left out. */
export const textOf = (input: AgentInput): string =>
  typeof input === 'string' ? input : input.flatMap((message) => message.content ?? []).join('\n');

/** An input as messages. */
export const messagesOf = (input: AgentInput): readonly ChatMessage[] =>
  typeof input === 'string' ? [{ role: 'user', content: input }] : input;
