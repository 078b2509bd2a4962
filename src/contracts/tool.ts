import type { Json, JsonObject } from '../kernel/json.ts';

/** What a tool may use beside its arguments. */
export interface ToolContext {
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
  /** Real I/O: virtual time stands still while it runs. */
  readonly hold: <T>(work: () => Promise<T>) => Promise<T>;
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
  readonly execute: (args: JsonObject, ctx: ToolContext) => Promise<Json> | Json;
}
