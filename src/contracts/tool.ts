import type { Json, JsonObject } from '../kernel/json.ts';
import type { Agent, AgentInput, AgentResult } from './agent.ts';

/** What a tool may use beside its arguments. */
export interface ToolContext {
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
  /** Real I/O: virtual time stands still while it runs. */
  readonly hold: <T>(work: () => Promise<T>) => Promise<T>;
  /** Runs an agent as part of this call: how an agent becomes a tool. */
  readonly run: (agent: Agent, input: AgentInput) => Promise<AgentResult>;
  /** The same for every try at this very call, also after a crash: for services that do a thing once per key. */
  readonly idempotencyKey?: string;
}

export interface Tool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments. */
  readonly parameters: JsonObject;
  /** `write` changes the world outside. */
  readonly effect: 'read' | 'write';
  /** Virtual milliseconds that one execution takes. */
  readonly latencyMs: number;
  /** Whether these arguments need somebody's consent before the call is made (`ctx.interrupt`). */
  readonly needsApproval?: (args: JsonObject) => boolean;
  /** Whether a call that may or may not have happened can simply be made again. Default: reads can, writes cannot. */
  readonly idempotent?: boolean;
  /** What becomes of such a call that cannot simply be made again: made again all the same, a person is asked (default), or the trial fails. */
  readonly onUnknown?: 'retry' | 'ask' | 'fail';
  /** Its results are declared: executing it touches nothing outside, whatever its effect says of the real one. */
  readonly canned?: boolean;
  readonly execute: (args: JsonObject, ctx: ToolContext) => Promise<Json> | Json;
}
