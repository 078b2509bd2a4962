import { settleBackground, settlingSuspended } from '../../src/agent/background.ts';
import { contextOf } from '../../src/agent/context.ts';
import { withDeadline } from '../../src/agent/deadline.ts';
import { llmAgent } from '../../src/agent/llm-agent.ts';
import { teamWith } from '../../src/agent/team.ts';
import type { Scope } from '../../src/agent/scope.ts';
import { leaveBehind } from '../../src/agent/span-error.ts';
import { exceeded, type TrialRuntime } from '../../src/agent/trial-runtime.ts';
import type { Agent, AgentInput, AgentResult } from '../../src/contracts/agent.ts';
import type { ModelPort, ModelReply, ModelRequest, ToolCall, Usage } from '../../src/contracts/model.ts';
import type { AgentSpec, RosterAgent, Team } from '../../src/contracts/pattern.ts';
import type { Approver } from '../../src/contracts/approver.ts';
import type { RetryPolicy } from '../../src/contracts/run-context.ts';
import type { Tool } from '../../src/contracts/tool.ts';
import { type Clock, msOf, usOf } from '../../src/kernel/clock.ts';
import { PatternbenchError } from '../../src/kernel/errors.ts';
import type { Json } from '../../src/kernel/json.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { isKnown } from '../../src/schema/journal.ts';
import type { Limits } from '../../src/schema/scenario.ts';
import { GEN_AI, OWN } from '../../src/telemetry/attribute-names.ts';
import type { Journal } from '../../src/state/journal.ts';
import { trialJournals } from '../../src/state/trial-journal.ts';
import { type SpanRecord, TrialTrace } from '../../src/telemetry/span.ts';
import { soundTrace } from './sound-trace.ts';

/** What the scripted model does with one request: it answers, calls tools, or fails with a status or an error of the caller's. */
export interface Scripted {
  readonly content?: string | null;
  readonly toolCalls?: readonly { readonly name: string; readonly arguments?: string; readonly id?: string }[];
  /** An HTTP status: `model_error`, retryable when a client would try again. */
  readonly status?: number;
  readonly retryAfterMs?: number;
  readonly error?: Error;
  readonly latencyMs?: number;
  /** null = the endpoint reported none. */
  readonly usage?: Partial<Usage> | null;
  /** Takes its time whatever the signal says, as a broken client would. */
  readonly deaf?: boolean;
  /** Default: `stop`, or `tool_calls` where it calls some. */
  readonly finishReason?: string;
}

export interface ModelCall {
  readonly request: ModelRequest;
  readonly agent: string;
  readonly path: string;
  readonly atMs: number;
  /** How often this path was called before: the attempt, from 0. */
  readonly attempt: number;
}

export type Script = (request: ModelRequest, call: ModelCall) => Scripted | string;

export interface ScriptedTrial {
  readonly items?: readonly string[];
  readonly agent: Agent;
  readonly script?: Script;
  /** Another port instead of the script; its calls are not listed. */
  readonly model?: ModelPort;
  readonly input?: AgentInput;
  readonly pattern?: string;
  readonly limits?: Partial<Limits>;
  readonly modelRetry?: RetryPolicy;
  readonly seed?: string;
  /** A clock at hand, to schedule something from outside (an abort at an instant); default: a fresh one. */
  readonly clock?: VirtualClock;
  readonly signal?: AbortSignal;
  /** What the trial has done before, and where it writes what it does. */
  readonly journal?: Journal;
  /** By path of the question. */
  readonly answers?: Readonly<Record<string, Json>>;
  readonly approver?: Approver;
  readonly runtime?: Partial<TrialRuntime>;
  readonly onAlert?: (message: string) => void;
  /** false: its trace is not sound, and that is not what the test is about. */
  readonly sound?: false;
}

/** The name of a scripted trial in its journal. */
export const SCRIPTED = 'scripted/sample/0';

export interface TrialOutcome {
  readonly result: AgentResult | undefined;
  readonly error: unknown;
  readonly spans: readonly SpanRecord[];
  readonly latencyMs: number;
  readonly calls: readonly ModelCall[];
  readonly spent: Readonly<TrialRuntime['spent']>;
}

/**
 * Runs an agent as the bench does, on a fresh virtual clock, against a scripted model port. Throws only
 * for a trace that is not sound (sound-trace.ts): an error is part of the outcome.
 */
export async function runScripted(trial: ScriptedTrial): Promise<TrialOutcome> {
  const clock = trial.clock ?? new VirtualClock();
  const calls: ModelCall[] = [];
  const sound = soundTrace();
  const runtime = runtimeOf(
    trial,
    { clock, trace: new TrialTrace(sound.watch) },
    trial.model ?? scriptedPort(trial.script ?? (() => 'ok'), calls, attemptsBefore(trial.journal)),
  );
  const root = openRoot(trial, runtime);
  let result: AgentResult | undefined;
  let error: unknown;
  try {
    result = await clock.run(() => atRoot(trial, runtime, root));
  } catch (thrown) {
    error = thrown;
  }
  root.endUs = clock.nowUs();
  leaveBehind(runtime, { below: '', begun: 0, reason: error });
  root.attributes[OWN.stop] = result?.stop ?? 'failed';
  root.attributes[OWN.outcome] = JSON.stringify({ status: result ? 'completed' : 'failed' });
  if (trial.sound !== false) sound.check(runtime.trace.spans);
  return { result, error, spans: runtime.trace.spans, latencyMs: msOf(clock.nowUs()), calls, spent: runtime.spent };
}

function runtimeOf(
  trial: ScriptedTrial,
  { clock, trace }: { readonly clock: Clock; readonly trace: TrialTrace },
  model: ModelPort,
): TrialRuntime {
  return {
    clock,
    trace,
    model,
    limits: { maxModelCalls: 1000, maxTokens: 1e9, timeoutMs: 900_000, ...trial.limits },
    seed: trial.seed ?? 'seed',
    requestSeed: 7,
    modelRetry: trial.modelRetry ?? { attempts: 1, baseMs: 1000 },
    costUsd: (_model, usage) => (usage.inputTokens + usage.outputTokens) * 1e-6,
    priceVersion: 'test',
    items: trial.items,
    shared: new Map(),
    background: [],
    spent: { modelCalls: 0, tokens: 0, turns: 0, costUsd: 0 },
    ...(trial.journal ? { journal: trialJournals(trial.journal)(SCRIPTED) } : {}),
    interrupted: () => trial.signal?.aborted ?? false,
    answers: new Map(Object.entries(trial.answers ?? {})),
    ...(trial.approver ? { approver: trial.approver } : {}),
    onAlert: trial.onAlert,
    ...trial.runtime,
  };
}

function openRoot(trial: ScriptedTrial, runtime: TrialRuntime): SpanRecord {
  const pattern = trial.pattern ?? trial.agent.name;
  return runtime.trace.start({
    path: '',
    parentPath: null,
    name: `invoke_workflow ${pattern}`,
    startUs: runtime.clock.nowUs(),
    attributes: {
      [GEN_AI.operationName]: 'invoke_workflow',
      [GEN_AI.workflowName]: pattern,
      [OWN.scenarioId]: 'scripted',
      [OWN.sampleId]: 'sample',
      [OWN.adapter]: 'patternbench',
      [OWN.patternName]: pattern,
      [OWN.runTrial]: 0,
      [OWN.deadlineMs]: runtime.limits.timeoutMs,
    },
    after: [],
  });
}

function atRoot(trial: ScriptedTrial, runtime: TrialRuntime, root: SpanRecord): Promise<AgentResult> {
  const { timeoutMs } = runtime.limits;
  return withDeadline(runtime.clock, trial.signal ?? new AbortController().signal, {
    delayUs: usOf(timeoutMs),
    expired: () => exceeded('timeoutMs', timeoutMs, 'ms of time'),
    work: async (signal) => {
      const scope: Scope = {
        trial: runtime,
        path: '',
        span: root,
        agent: root.name,
        signal,
        counters: new Map(),
        root: signal,
        variant: 0,
        last: [],
      };
      const result = await settlingSuspended(runtime, () => trial.agent.run(trial.input ?? 'task', contextOf(scope)));
      await settleBackground(runtime);
      return result;
    },
  });
}

/** Attempts at a call that stand in a journal with their outcome: a script that counts attempts goes on where it was. */
function attemptsBefore(journal: Journal | undefined): (path: string) => number {
  const ended = (journal?.records ?? []).flatMap((record) => (isKnown(record) && record.t === 'end' ? [record.path] : []));
  return (path) =>
    ended.filter((key) => key === path || (key.startsWith(`${path}/try`) && /^\d+$/.test(key.slice(path.length + 4)))).length;
}

function scriptedPort(script: Script, calls: ModelCall[], before: (path: string) => number): ModelPort {
  return {
    call: async (request, { agent, path, clock, stop }) => {
      const attempt = before(path) + calls.filter((earlier) => earlier.path === path).length;
      const call: ModelCall = { request, agent, path, atMs: msOf(clock.nowUs()), attempt };
      calls.push(call);
      const answer = script(request, call);
      const scripted = typeof answer === 'string' ? { content: answer } : answer;
      await clock.sleep(usOf(scripted.latencyMs ?? 0), scripted.deaf ? undefined : stop);
      if (scripted.error) throw scripted.error;
      if (scripted.status !== undefined) throw statusError(scripted.status, scripted.retryAfterMs);
      return replyOf(request, scripted, `resp-${path}`);
    },
  };
}

function statusError(status: number, retryAfterMs: number | undefined): PatternbenchError {
  const retryable = status === 408 || status === 409 || status === 429 || status >= 500;
  const facts = { status, retryable, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  return new PatternbenchError('model_error', `the endpoint answered ${status}`, { facts });
}

function replyOf(request: ModelRequest, scripted: Scripted, responseId: string): ModelReply {
  const toolCalls = scripted.toolCalls?.map((call, index): ToolCall => ({
    id: call.id ?? `call_${index}`,
    type: 'function',
    function: { name: call.name, arguments: call.arguments ?? '{}' },
  }));
  return {
    message: { role: 'assistant', content: scripted.content ?? null, ...(toolCalls ? { tool_calls: toolCalls } : {}) },
    finishReason: scripted.finishReason ?? (toolCalls ? 'tool_calls' : 'stop'),
    usage:
      scripted.usage === null
        ? null
        : { inputTokens: 10, outputTokens: 5, cachedInputTokens: 0, reasoningTokens: 0, ...scripted.usage },
    responseId,
    servedModel: request.model,
    systemFingerprint: null,
    provenance: 'scripted',
    fixture: null,
    firstChunkMs: null,
    chunks: null,
    pricedOn: '2026-01-01',
  };
}

/** An agent of the roster with something to say for itself. */
export const llm = (name: string, extra: Partial<AgentSpec> = {}): RosterAgent =>
  llmAgent({
    name,
    description: `${name} does ${name} things.`,
    instructions: `You are ${name}.`,
    model: 'gpt-4o',
    tools: [],
    ...extra,
  });

export const team = (...agents: readonly RosterAgent[]): Team => teamWith(agents, { coordinator: COORDINATOR, patterns: [] });

export const COORDINATOR = { name: 'coordinator', model: 'gpt-4o', routerModel: 'gpt-4o-mini' } as const;

export const tool = (name: string, extra: Partial<Tool> = {}): Tool => ({
  name,
  description: `${name}.`,
  parameters: { type: 'object', properties: {} },
  effect: 'read',
  latencyMs: 0,
  execute: (args) => ({ tool: name, args }),
  ...extra,
});

/** The text of a request's last message. */
export const lastText = (request: ModelRequest): string => request.messages.at(-1)?.content ?? '';

/** The code of a thrown error, or the name of what else was thrown. */
export const codeOf = (error: unknown): string => (error instanceof PatternbenchError ? error.code : String(error));
