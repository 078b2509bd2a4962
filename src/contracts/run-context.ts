import type { Json, JsonObject } from '../kernel/json.ts';
import type { Agent, AgentInput, AgentResult } from './agent.ts';
import type { ChatMessage, ModelReply, ModelRequest, ToolCall } from './model.ts';
import type { Tool } from './tool.ts';

export interface RetryPolicy {
  /** Attempts in all, the first one included. */
  readonly attempts: number;
  /** Wait before the second attempt, in milliseconds; it doubles each time (`factor`). */
  readonly baseMs: number;
  readonly factor?: number;
  readonly maxMs?: number;
  /** Share of the wait, 0 to 1, that is drawn from the trial's seed. Default 0. */
  readonly jitter?: number;
}

export interface RunOptions {
  /** Milliseconds for one attempt; a longer one fails with `timeout`. */
  readonly timeoutMs?: number;
  readonly retry?: RetryPolicy;
  /** Agents to try in turn when the first one has failed for good. */
  readonly fallback?: readonly Agent[];
  /** JSON Schema that the output must obey, as JSON text; breaking it fails with `contract_violation`, naming the agent. */
  readonly outputSchema?: JsonObject;
  /** Makes the requests of this run differ from those of its siblings, by their seed: equal requests get equal answers. */
  readonly variant?: number;
  /** What the agent is in this pattern (worker, router, aggregator, …), for the trace. */
  readonly role?: string;
}

export interface AllOptions {
  /** Branches at a time; all of them when absent. */
  readonly concurrency?: number;
  /** Stop the others at the first failure and throw it. */
  readonly failFast?: boolean;
  /** Settle as soon as this many branches have succeeded, and stop the others (a race is `first: 1`). */
  readonly first?: number;
  /** The name of the join in the trace. */
  readonly name?: string;
}

export type Settled<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: string; readonly code: string };

/** Facts about a step, as attributes of its span. */
export type StepFacts = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** A question to a model that must be answered in a form that `parse` accepts. */
export interface Decision<T> {
  /** `route`, `plan`, `review`, …: the name of the step in the trace. */
  readonly kind: string;
  /** Who decides, for the trace and for tokens by agent. */
  readonly agent: string;
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  /** Ask for a JSON object (`response_format: json_object`) and parse it before `parse` sees it; otherwise `parse` sees the text. */
  readonly json: boolean;
  /** Returns the decision, or throws an Error whose message is told to the model. */
  readonly parse: (answer: unknown) => T;
  /** How often the model may mend its answer. Default 2. */
  readonly repairs?: number;
  /** The decision when all repairs are used up; without it `invalid_decision` is thrown. */
  readonly fallback?: (problem: string) => T;
  /** What the trace shall say of the decision, as attributes of its span. */
  readonly describe?: (decision: T) => StepFacts;
  readonly temperature?: number;
}

/** The only door of agents and patterns to the outside: model, tools, time, chance, trace. */
export interface RunContext {
  /** Where in the trial this context stands (kernel/path.ts). */
  readonly path: string;
  /** Aborted when the trial, or a timeout or race around this context, ends. */
  readonly signal: AbortSignal;
  /** Runs an agent as a step of its own: scope, span, timeout, retry with backoff, fallback. */
  readonly run: (agent: Agent, input: AgentInput, options?: RunOptions) => Promise<AgentResult>;
  /** Runs branches concurrently, each in a scope of its own. Failures are collected, results keep the order of the items. */
  readonly all: <T, R>(
    items: readonly T[],
    branch: (item: T, index: number, ctx: RunContext) => Promise<R>,
    options?: AllOptions,
  ) => Promise<Settled<R>[]>;
  /** One model call; trial seed and limits are applied here. */
  readonly model: (request: ModelRequest) => Promise<ModelReply>;
  readonly decide: <T>(decision: Decision<T>) => Promise<T>;
  /** Executes a tool call against the tools that this agent may use; always yields the text of exactly one tool message. */
  readonly tool: (allowed: readonly Tool[], call: ToolCall) => Promise<string>;
  /** Asks somebody outside (an approval, an escalation) and waits for the answer; a trial that gets none is suspended. */
  readonly interrupt: <T extends Json>(name: string, question: Json) => Promise<T>;
  /** Work that nobody waits for: it goes on after the answer has been given, its failures stand in the trace. */
  readonly background: (name: string, work: (ctx: RunContext) => Promise<unknown>) => void;
  /** The parts of the task, where the sample declares them and this context is the pattern's own. */
  readonly items: readonly string[] | undefined;
  /** What agents of this trial share, over all turns of its conversation. */
  readonly shared: Map<string, Json>;
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** A draw in [0, 1) from the trial's seed and this context's path. */
  readonly random: () => number;
  /** Facts about the current step, as attributes of its span. */
  readonly annotate: (facts: StepFacts) => void;
  /** Something that happened in the current step, as an event of its span. */
  readonly event: (name: string, attributes?: Readonly<Record<string, string | number | boolean>>) => void;
}
