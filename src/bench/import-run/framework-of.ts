import { isObject } from '../../kernel/json.ts';
import type { RecordedRequest } from '../../fixtures/interaction.ts';
import { systemPromptOf } from '../../fixtures/importing/agent-names.ts';

/** What shows in requests that a framework wrote them. */
interface FrameworkMark {
  readonly framework: string;
  /** In a system prompt. */
  readonly prompt?: RegExp;
  /** In the name of a tool. */
  readonly tool?: RegExp;
}

/** Sentences that frameworks put into every prompt of theirs, and names that they give to tools; the first that fits counts. */
const MARKS: readonly FrameworkMark[] = [
  { framework: 'crewai', prompt: /\nYour personal goal is: / },
  { framework: 'smolagents', prompt: /You are an expert assistant who can solve any task using (?:code blobs|tool calls)/ },
  { framework: 'dspy', prompt: /^Your input fields are:[\s\S]*(?:Your output fields are:)/ },
  { framework: 'autogen', prompt: /Reply with TERMINATE when the task has been completed|Reply "?TERMINATE"? in the end/ },
  { framework: 'openai-agents', prompt: /# System context\nYou are part of a multi-agent system called the Agents SDK/ },
  { framework: 'openai-agents', tool: /^transfer_to_[\w-]+$/ },
];

/** Adapter of runs whose maker is not recognised. */
export const UNKNOWN_FRAMEWORK = 'imported';

/** The framework that wrote these requests, by its marks; `imported` where none shows. */
export function frameworkOf(requests: readonly RecordedRequest[]): string {
  const prompts = new Set(requests.map(systemPromptOf));
  const tools = new Set(requests.flatMap(({ tools: offered }) => (Array.isArray(offered) ? offered.map(toolName) : [])));
  const fits = ({ prompt, tool }: FrameworkMark): boolean =>
    (prompt !== undefined && [...prompts].some((text) => prompt.test(text))) ||
    (tool !== undefined && [...tools].some((name) => tool.test(name)));
  return MARKS.find(fits)?.framework ?? UNKNOWN_FRAMEWORK;
}

const toolName = (tool: Readonly<Record<string, unknown>>): string => {
  const target = isObject(tool['function']) ? tool['function'] : tool;
  return typeof target['name'] === 'string' ? target['name'] : '';
};
