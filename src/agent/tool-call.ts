import type { ToolCall } from '../contracts/model.ts';
import type { Tool } from '../contracts/tool.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { msOf, usOf } from '../kernel/clock.ts';
import { messageOf, PatternbenchError } from '../kernel/errors.ts';
import { isObject, type JsonObject } from '../kernel/json.ts';
import { unitOf } from '../kernel/random.ts';
import { withSignal } from '../kernel/stop.ts';
import { GEN_AI, OWN } from '../telemetry/attribute-names.ts';
import { guardTool } from './loop-guard.ts';
import { closeEffect, nextPath, openSpan, type Scope } from './scope.ts';
import { failSpan } from './span-error.ts';
import { endsTrial } from './trial-runtime.ts';

/**
 * Executes one tool call against the tools that the agent may use. What the model got wrong (an unknown tool, arguments that are no JSON, a
 * tool that fails) comes back as text for the model to read, so that every call has exactly one tool message.
 */
export async function callTool(scope: Scope, allowed: readonly Tool[], call: ToolCall): Promise<string> {
  scope.signal.throwIfAborted();
  const { name } = call.function;
  const span = openSpan(scope, {
    path: nextPath(scope, 'tool', name),
    name: `execute_tool ${name}`,
    attributes: {
      [GEN_AI.operationName]: 'execute_tool',
      [GEN_AI.toolName]: name,
      [GEN_AI.toolCallId]: call.id,
      [GEN_AI.toolType]: 'function',
      [GEN_AI.agentName]: scope.agent,
    },
  });
  try {
    const tool = allowed.find((candidate) => candidate.name === name);
    if (!tool) {
      span.attributes[OWN.toolDenied] = true;
      throw denied(name, allowed);
    }
    guardTool(scope, span, call);
    const args = parseArguments(call);
    await scope.trial.clock.sleep(usOf(tool.latencyMs), scope.signal);
    const result = textOfResult(tool, await tool.execute(args, toolContext(scope, span.path)));
    scope.trial.content?.tool(span, { arguments: call.function.arguments, result });
    return result;
  } catch (error) {
    scope.trial.content?.tool(span, { arguments: call.function.arguments });
    failSpan(span, error);
    if (endsTrial(error) || scope.signal.aborted) throw error;
    return `Error: ${messageOf(error)}`;
  } finally {
    closeEffect(scope, span);
  }
}

const denied = (name: string, allowed: readonly Tool[]) =>
  new PatternbenchError(
    'tool_denied',
    `there is no tool ${name}. Available: ${allowed.map((tool) => tool.name).join(', ') || 'none'}`,
  );

function parseArguments(call: ToolCall): JsonObject {
  const text = call.function.arguments.trim() || '{}';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new PatternbenchError('tool_error', `the arguments of ${call.function.name} are not valid JSON: ${messageOf(cause)}`, {
      cause,
    });
  }
  if (!isObject(value)) throw new PatternbenchError('tool_error', `the arguments of ${call.function.name} must be a JSON object`);
  return value as JsonObject;
}

/** A tool of the user's may yield what JSON cannot carry; that is the tool's failure, not the trial's end. */
function textOfResult(tool: Tool, result: unknown): string {
  if (typeof result === 'string') return result;
  try {
    return canonicalJson(result);
  } catch (cause) {
    throw new PatternbenchError('tool_error', `the result of ${tool.name} is not JSON: ${messageOf(cause)}`, { cause });
  }
}

function toolContext(scope: Scope, path: string) {
  const { clock, seed } = scope.trial;
  let draws = 0;
  const context = {
    nowMs: () => msOf(clock.nowUs()),
    sleep: (ms: number) => clock.sleep(usOf(ms), scope.signal),
    random: () => unitOf(`${seed}/${path}/${draws++}`),
    hold: <T>(work: () => Promise<T>) => clock.hold(work),
  };
  return withSignal(context, scope.signal);
}
