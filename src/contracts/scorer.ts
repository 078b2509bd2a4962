import { z } from '../schema/zod.ts';
import type { Json } from '../kernel/json.ts';

/** What a scorer looks at: the sample, what came out, and what happened on the way. */
export interface Scored {
  readonly sample: { readonly id: string; readonly input: string; readonly expected: Readonly<Record<string, Json>> };
  readonly output: string;
  /** Names of the agents that ran, in order of their start. */
  readonly agents: readonly string[];
  readonly toolCalls: readonly { readonly agent: string; readonly name: string }[];
  /** The agents that a router chose; null when nobody routed. */
  readonly routed: readonly string[] | null;
}

export interface Score {
  /** 0 to 1; null = unscored (nothing to compare with), which is never 0. */
  readonly value: number | null;
  /** Why, in a sentence, for `show`. */
  readonly why: string;
}

/** A way of judging an output, as a part: a file in `scorers/` whose default export this is. */
export interface Scorer<Options = unknown> {
  readonly name: string;
  readonly description: string;
  readonly options: z.ZodObject;
  /** The score; throws nothing: what it cannot judge is unscored. */
  readonly score: (scored: Scored, options: Options) => Score;
}

export interface ScorerDefinition<Shape extends z.ZodObject> {
  readonly name: string;
  readonly description: string;
  readonly options: (zod: typeof z) => Shape;
  readonly score: (scored: Scored, options: z.output<Shape>) => Score;
}

/** A scorer whose options its definition knows; for everybody else they are data that its schema has parsed. */
export function defineScorer<Shape extends z.ZodObject>(definition: ScorerDefinition<Shape>): Scorer {
  const scorer: Scorer<z.output<Shape>> = { ...definition, options: definition.options(z) };
  return scorer as Scorer;
}
