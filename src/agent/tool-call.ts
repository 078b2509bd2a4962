import type { Agent, AgentInput } from '../contracts/agent.ts';
import type { ToolCall } from '../contracts/model.ts';
import type { Tool } from '../contracts/tool.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { msOf, usOf } from '../kernel/clock.ts';
import { redactText } from '../fixtures/redact.ts';
import { messageOf, PatternbenchError } from '../kernel/errors.ts';
import { shortHash } from '../kernel/hash.ts';
import { isObject, type JsonObject } from '../kernel/json.ts';
import { unitOf } from '../kernel/random.ts';
import { compileJsonSchema } from '../schema/json-schema.ts';
import { GEN_AI, HANDOFF_PREFIX, OWN } from '../telemetry/attribute-names.ts';
import { guardTool } from './loop-guard.ts';
import type { Attributes, SpanRecord } from '../telemetry/span.ts';
import { runAgent } from './agent-run.ts';
import { consent, settleUnknown } from './approval.ts';
import { journaled } from './journaled.ts';
import { closeEffect, nextPath, openSpan, type Scope, stepScope } from './scope.ts';
import { failSpan } from './span-error.ts';
import { endsTrial } from './trial-runtime.ts';

/** Characters of a call's arguments that are kept on its span; longer ones are not judged. */
const MOST_ARGUMENTS = 20_000;

/**
 * Executes one tool call against the tools that the agent may use. What the model got wrong (an unknown tool, arguments that are no JSON, a
 * tool that fails) comes back as text for the model to read, so that every call has exactly one tool message. A call that needs consent
 * waits for it first; one that the journal has is not made again.
 */
export async function callTool(scope: Scope, allowed: readonly Tool[], call: ToolCall): Promise<string> {
  scope.signal.throwIfAborted();
  const asked = understood(allowed, call);
  const decision = asked.ok ? await consent(scope, asked.tool, asked.args) : undefined;
  const span = openToolSpan(scope, call);
  try {
    if (!asked.ok) throw asked.error;
    if (asked.tool.effect === 'write') span.attributes[OWN.toolEffect] = 'write';
    if (decision) span.attributes[OWN.approvalDecision] = decision.decision;
    if (decision?.decision === 'reject') {
      span.attributes[OWN.toolDenied] = true;
      return `Rejected by a human: ${decision.reason || 'no reason given'}`;
    }
    guardTool(scope, span, call);
    const result = await execute(scope, span, {
      tool: asked.tool,
      args: decision?.decision === 'modify' ? decision.args : asked.args,
    });
    scope.trial.content?.tool(span, { arguments: call.function.arguments, result });
    return result;
  } catch (error) {
    if (error instanceof PatternbenchError && error.code === 'tool_denied') span.attributes[OWN.toolDenied] = true;
    scope.trial.content?.tool(span, { arguments: call.function.arguments });
    failSpan(span, error);
    if (endsTrial(error) || scope.signal.aborted) throw error;
    return `Error: ${messageOf(error)}`;
  } finally {
    if (scope.trial.keepArguments) span.attributes[GEN_AI.toolCallArguments] = call.function.arguments.slice(0, MOST_ARGUMENTS);
    closeEffect(scope, span);
  }
}

type Understood =
  | { readonly ok: true; readonly tool: Tool; readonly args: JsonObject }
  | { readonly ok: false; readonly error: unknown };

function understood(allowed: readonly Tool[], call: ToolCall): Understood {
  const { name } = call.function;
  const tool = allowed.find((candidate) => candidate.name === name);
  if (!tool) return { ok: false, error: denied(name, allowed) };
  try {
    return { ok: true, tool, args: parseArguments(call, tool) };
  } catch (error) {
    return { ok: false, error };
  }
}

const openToolSpan = (scope: Scope, call: ToolCall): SpanRecord =>
  openSpan(scope, {
    path: nextPath(scope, 'tool', call.function.name),
    name: `execute_tool ${call.function.name}`,
    attributes: {
      [GEN_AI.operationName]: 'execute_tool',
      [GEN_AI.toolName]: call.function.name,
      [GEN_AI.toolCallId]: call.id,
      [GEN_AI.toolType]: 'function',
      [GEN_AI.agentName]: scope.agent,
      ...handoffOf(scope, call),
    },
  });

/** A tool of that prefix is no work: it gives the floor to another agent. */
function handoffOf(scope: Scope, { function: { name } }: ToolCall): Attributes | undefined {
  if (!name.startsWith(HANDOFF_PREFIX)) return undefined;
  const to = name.slice(HANDOFF_PREFIX.length);
  return { [OWN.handoffFrom]: scope.agent, [OWN.handoffTo]: to, [OWN.handoffMode]: 'pass_control' };
}

interface Execution {
  readonly tool: Tool;
  readonly args: JsonObject;
}

/** Executes the tool once, however often the trial is taken up again. */
function execute(scope: Scope, span: SpanRecord, { tool, args }: Execution): Promise<string> {
  const { clock } = scope.trial;
  const inner = stepScope(scope, span);
  const context = toolContext(scope, inner);
  return journaled(scope, {
    path: span.path,
    kind: 'tool',
    hash: () => shortHash(canonicalJson({ name: tool.name, args })),
    work: async () => {
      if (scope.trial.denyWrites && tool.effect === 'write' && !tool.canned) throw notInReplay(tool);
      await clock.sleep(usOf(tool.latencyMs), scope.signal);
      return textOfResult(tool, await tool.execute(args, context.context));
    },
    store: (text) => redactText(text),
    restore: String,
    once: tool.effect === 'write' && tool.idempotent !== true,
    settleUnknown: (begun) => settleUnknown(inner, tool, { args, begun }),
    // What it ran stands in the journal itself; the trace shall show it again.
    isInner: () => tool.effect === 'read' && context.ranAgents(),
    onLost: () => (span.attributes[OWN.wasted] = true),
  });
}

const notInReplay = (tool: Tool) =>
  new PatternbenchError(
    'tool_denied',
    `${tool.name} changes the world outside, which a replay must not do; declare its results in the scenario (tools.${tool.name}.returns), or run with --mode live`,
  );

const denied = (name: string, allowed: readonly Tool[]) =>
  new PatternbenchError(
    'tool_denied',
    `there is no tool ${name}. Available: ${allowed.map((tool) => tool.name).join(', ') || 'none'}`,
  );

function parseArguments(call: ToolCall, tool: Tool): JsonObject {
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
  // Nobody shall be asked about a call that cannot be made, and none shall be made that nobody was asked about.
  const checked = tool.needsApproval ? compileJsonSchema(tool.parameters)(value) : undefined;
  if (checked && !checked.ok) throw new PatternbenchError('tool_error', `invalid arguments for ${tool.name}: ${checked.problem}`);
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

function toolContext(scope: Scope, inner: Scope) {
  const { clock, seed, journal } = scope.trial;
  const { path } = inner;
  let draws = 0;
  let agents = 0;
  const context = {
    // Most tools never look at it: it is made for those that do.
    get signal() {
      return scope.signal.native;
    },
    nowMs: () => msOf(clock.nowUs()),
    sleep: (ms: number) => clock.sleep(usOf(ms), scope.signal),
    random: () => unitOf(`${seed}/${path}/${draws++}`),
    hold: <T>(work: () => Promise<T>) => clock.hold(work),
    run: (agent: Agent, input: AgentInput) => {
      agents++;
      return runAgent(inner, agent, input);
    },
    idempotencyKey: `${journal?.trial ?? seed}:${path}`,
  };
  return { context, ranAgents: () => agents > 0 };
}
