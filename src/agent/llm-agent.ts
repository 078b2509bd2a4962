import { messagesOf } from '../contracts/agent.ts';
import type { ChatMessage, ModelReply, ModelRequest, ToolDefinition } from '../contracts/model.ts';
import type { AgentSpec, RosterAgent } from '../contracts/pattern.ts';
import type { Tool } from '../contracts/tool.ts';
import { HANDOFF_PREFIX } from '../telemetry/attribute-names.ts';

const DEFAULT_MAX_TURNS = 10;

/**
 * An agent that calls a model and its own tools until it answers. Its last turn offers no tools, so it always ends with an answer;
 * `stop` says `max_turns` then.
 */
export function llmAgent(spec: AgentSpec): RosterAgent {
  const system: ChatMessage = { role: 'system', content: spec.instructions };
  const handoffs = (spec.handoffs ?? []).map(transferTo);
  const tools = [...spec.tools.map(definitionOf), ...handoffs.map(definitionOf)];
  const maxTurns = spec.maxTurns ?? DEFAULT_MAX_TURNS;
  return {
    name: spec.name,
    description: spec.description,
    spec,
    run: async (input, ctx) => {
      const own: ChatMessage[] = [];
      const given = [system, ...messagesOf(input)];
      for (let turn = 1; ; turn++) {
        const last = turn >= maxTurns;
        const forced = last && turn > 1;
        const said = own.length > 0 ? [...given, ...own] : given;
        const reply = await ctx.model(requestOf(spec, forced ? [...said, ANSWER_NOW] : said, last ? [] : tools));
        const calls = reply.message.tool_calls ?? [];
        if (calls.length === 0 || last) {
          own.push(withoutCalls(reply.message));
          return { output: reply.message.content ?? '', messages: own, stop: forced || calls.length > 0 ? 'max_turns' : 'final' };
        }
        own.push(reply.message);
        const results = await ctx.all(calls, (call, _index, branch) => branch.tool([...spec.tools, ...handoffs], call), {
          name: 'tools',
        });
        for (const [index, call] of calls.entries()) {
          const result = results[index]!;
          own.push({ role: 'tool', tool_call_id: call.id, content: result.ok ? result.value : `Error: ${result.error}` });
        }
        // The first one counts: siblings of a hand-off have been executed, and a second hand-off is told that it came too late.
        const transfer = calls.find((call) => handoffs.some(({ name }) => name === call.function.name));
        if (transfer) {
          const to = transfer.function.name.slice(HANDOFF_PREFIX.length);
          return { output: reply.message.content ?? '', messages: own, stop: 'handoff', handoff: { to } };
        }
      }
    },
  };
}

/** A hand-over as a tool. Calling it changes nothing: that the agent called it is what counts. */
const transferTo = ({ name, description }: { readonly name: string; readonly description: string }): Tool => ({
  name: `${HANDOFF_PREFIX}${name}`,
  description: `Hand over to ${name}. ${description}`,
  parameters: { type: 'object', properties: {}, additionalProperties: false },
  effect: 'read',
  latencyMs: 0,
  execute: () => `Transferred to ${name}.`,
});

const ANSWER_NOW: ChatMessage = { role: 'user', content: 'Give your final answer now.' };

/** Calls that nobody will execute would leave a conversation that no endpoint accepts: each call needs its tool message. */
function withoutCalls(message: AssistantMessage): AssistantMessage {
  if (!message.tool_calls) return message;
  const { tool_calls: _calls, ...rest } = message;
  return { ...rest, content: rest.content ?? '' };
}

type AssistantMessage = ModelReply['message'];

const STREAMED = { stream: true, stream_options: { include_usage: true } } as const;

const definitionOf = ({ name, description, parameters }: Tool): ToolDefinition => ({
  type: 'function',
  function: { name, description, parameters },
});

function requestOf(spec: AgentSpec, messages: readonly ChatMessage[], tools: readonly ToolDefinition[]): ModelRequest {
  const request: { -readonly [name in keyof ModelRequest]: ModelRequest[name] } = { model: spec.model, messages };
  if (tools.length > 0) request.tools = tools;
  if (spec.temperature !== undefined) request.temperature = spec.temperature;
  return spec.stream ? { ...request, ...STREAMED } : request;
}
