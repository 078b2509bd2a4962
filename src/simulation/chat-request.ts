import { z } from '../schema/zod.ts';

// What the model reads of a chat-completions body. Ids, users, metadata and temperatures are left out on purpose: the answer may not
// depend on them.

const content = z
  .union([z.string(), z.array(z.object({ text: z.string().default('') }))])
  .nullish()
  .transform((value) => (typeof value === 'string' ? value : (value ?? []).map((part) => part.text).join('')));

const toolCall = z
  .object({ function: z.object({ name: z.string(), arguments: z.string().default('{}') }) })
  .transform((call) => call.function);

const message = z
  .object({
    role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
    name: z.string().nullish(),
    content,
    tool_calls: z.array(toolCall).nullish(),
  })
  .transform(({ role, name, content: text, tool_calls }) => ({ role, name: name ?? '', text, calls: tool_calls ?? [] }));

const tool = z
  .object({
    function: z.object({
      name: z.string(),
      description: z.string().default(''),
      parameters: z.record(z.string(), z.unknown()).default({}),
    }),
  })
  .transform((offer) => offer.function);

const form = z.union([
  z.object({ type: z.literal('json_schema'), json_schema: z.object({ schema: z.record(z.string(), z.unknown()) }) }),
  z.object({ type: z.enum(['text', 'json_object']) }),
]);

const toolChoice = z.union([z.enum(['none', 'auto', 'required']), z.object({ function: z.object({ name: z.string() }) })]);

const body = z.object({
  model: z.string(),
  messages: z.array(message).min(1),
  tools: z.array(tool).nullish(),
  tool_choice: toolChoice.nullish(),
  response_format: form.nullish(),
  seed: z.int().nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  max_tokens: z.int().min(1).nullish(),
});

/** A chat-completions body as the simulated model sees it. */
export const chatRequest = body.transform((request) => ({
  model: request.model,
  messages: request.messages,
  tools: request.tool_choice === 'none' ? [] : (request.tools ?? []),
  /** The one tool that the caller insists on, if any. */
  forcedTool: typeof request.tool_choice === 'object' ? (request.tool_choice?.function.name ?? null) : null,
  form: request.response_format ?? { type: 'text' as const },
  seed: request.seed ?? 0,
  stream: request.stream ?? false,
  includeUsage: request.stream_options?.include_usage ?? false,
  maxTokens: request.max_completion_tokens ?? request.max_tokens ?? Number.MAX_SAFE_INTEGER,
}));

export type ChatRequest = z.infer<typeof chatRequest>;
export type Message = ChatRequest['messages'][number];
export type ToolOffer = ChatRequest['tools'][number];

/** All that a message says, the arguments of its tool calls included. */
export const saidIn = (one: Message): string => one.text + one.calls.map((call) => ` ${call.arguments}`).join('');
