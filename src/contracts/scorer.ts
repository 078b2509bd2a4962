import { z } from '../schema/zod.ts';
import type { Json } from '../kernel/json.ts';
import type { Judge } from './judge.ts';
import type { ScoredAmounts, ScoredHandoff, ScoredSpan, ScoredToolCall } from './scored-trial.ts';

/** What a scorer looks at: the sample, what came out, and what happened on the way. Secrets have been taken out of all of it. */
export interface Scored {
  readonly sample: {
    readonly id: string;
    readonly input: string;
    readonly expected: Readonly<Record<string, Json>>;
    readonly metadata?: Readonly<Record<string, Json>>;
  };
  readonly output: string;
  /** Names of the agents that ran, in order of their start. */
  readonly agents: readonly string[];
  readonly toolCalls: readonly ScoredToolCall[];
  /** The agents that a router chose; null when nobody routed. */
  readonly routed: readonly string[] | null;
  /** In order of their start; the first is the trial itself. */
  readonly spans: readonly ScoredSpan[];
  readonly handoffs: readonly ScoredHandoff[];
  readonly amounts: ScoredAmounts;
  /** By agent; an agent's latency is the sum of its runs. */
  readonly amountsByAgent: Readonly<Record<string, ScoredAmounts>>;
}

export interface Score {
  /** 0 to 1; null = unscored (nothing to compare with), which is never 0. */
  readonly value: number | null;
  /** Why, in a sentence, for `show`. */
  readonly why: string;
}

/** The project that a scenario belongs to, as a scorer that names files of it may reach them. */
export interface ScorerProject {
  /** What `file.ts#export` names, from inside the scenario's folder only, with a hash of the file. Throws `invalid_scenario`. */
  readonly load: (reference: string) => Promise<{ readonly value: unknown; readonly hash: string }>;
}

/** Options that are ready for `score`, and what stands for the code behind them in the identity of a test. */
export interface PreparedOptions<Options> {
  readonly options: Options;
  readonly source: string;
}

interface ScorerBody<Options> {
  readonly name: string;
  readonly description: string;
  /** Arguments of tool calls are kept on spans where a scorer needs them. */
  readonly needsToolArguments?: boolean;
  /** The model that it asks about a trial, and how often: for estimates and for the names of models. */
  readonly asks?: (options: Options) => { readonly model: string; readonly calls: number };
  /** Loads what its options name; called once, before anything runs. Throws `invalid_scenario`. */
  readonly prepare?: (options: Options, project: ScorerProject) => Promise<PreparedOptions<Options>>;
  /** The score; throws nothing of its own: what it cannot judge is unscored. */
  readonly score: (scored: Scored, options: Options, judge: Judge) => Score | Promise<Score>;
}

/** A way of judging an output, as a part: a file in `scorers/` whose default export this is. */
export interface Scorer<Options = unknown> extends ScorerBody<Options> {
  readonly options: z.ZodObject;
}

export interface ScorerDefinition<Shape extends z.ZodObject> extends ScorerBody<z.output<Shape>> {
  readonly options: (zod: typeof z) => Shape;
}

/** A scorer whose options its definition knows; for everybody else they are data that its schema has parsed. */
export function defineScorer<Shape extends z.ZodObject>(definition: ScorerDefinition<Shape>): Scorer {
  const scorer: Scorer<z.output<Shape>> = { ...definition, options: definition.options(z) };
  return scorer as Scorer;
}
