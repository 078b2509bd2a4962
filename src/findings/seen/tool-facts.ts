import { GEN_AI, OWN } from '../../telemetry/attribute-names.ts';
import type { SpanRecord } from '../../telemetry/span.ts';

/** Where spans keep what a tool was given and what it told: our digests, then the content itself under the names of others (read in their sources, 2026-11). */
const ARGUMENTS = [
  OWN.toolArgumentsDigest,
  GEN_AI.toolCallArguments,
  'ai.toolCall.args',
  'ai.toolCall.input',
  'tool.parameters',
  'input.value',
  'traceloop.entity.input',
] as const;
const RESULTS = [
  OWN.toolResultDigest,
  GEN_AI.toolCallResult,
  'ai.toolCall.result',
  'ai.toolCall.output',
  'output.value',
  'traceloop.entity.output',
] as const;

const firstOf = ({ attributes }: SpanRecord, names: readonly string[]): string | undefined => {
  const name = names.find((candidate) => attributes[candidate] !== undefined);
  return name === undefined ? undefined : String(attributes[name]);
};

export const toolName = ({ attributes }: SpanRecord): string => String(attributes[GEN_AI.toolName] ?? '');

/** What a tool was called with, as something that is equal for equal arguments; undefined where the span does not tell. */
export const toolArguments = (tool: SpanRecord): string | undefined => firstOf(tool, ARGUMENTS);

export const toolResult = (tool: SpanRecord): string | undefined => firstOf(tool, RESULTS);

export const isWrite = ({ attributes }: SpanRecord): boolean => attributes[OWN.toolEffect] === 'write';

/** The arguments as text, where the span holds them: of other frameworks, or captured. */
export const capturedArguments = (tool: SpanRecord): string | undefined => firstOf(tool, ARGUMENTS.slice(1));
