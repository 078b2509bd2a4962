import { z } from '../schema/zod.ts';
import type { Agent } from './agent.ts';
import type { Tool } from './tool.ts';

/** An agent of the roster, as the scenario declares it. */
export interface AgentSpec {
  readonly name: string;
  readonly description: string;
  readonly instructions: string;
  readonly model: string;
  readonly tools: readonly Tool[];
  readonly temperature?: number;
  /** Model calls in one run of the agent, the last one without tools. */
  readonly maxTurns?: number;
  /** Its answers come in chunks. What it is asked and what it answers do not change by that. */
  readonly stream?: boolean;
}

export interface RosterAgent extends Agent {
  readonly spec: AgentSpec;
}

/** The scenario's people, handed to every pattern alike. */
export interface Team {
  /** In the order of the scenario. Never empty. */
  readonly agents: readonly RosterAgent[];
  /** Who coordinates where a pattern needs it, and with which models. Its prompts are the pattern's. */
  readonly coordinator: { readonly name: string; readonly model: string; readonly routerModel: string };
  /** The agent of that name; throws `invalid_scenario` naming the known ones. */
  readonly named: (name: string) => RosterAgent;
  /** A further agent that calls a model: a merged one, an aggregator. */
  readonly llmAgent: (spec: AgentSpec) => RosterAgent;
}

/** One way of orchestrating a team, as a part: a file in `patterns/` whose default export this is. */
export interface Pattern<Options = unknown> {
  readonly name: string;
  /** What it does, in a sentence. */
  readonly description: string;
  readonly whenToUse: string;
  readonly whenNot: string;
  /** Model calls for a task as a formula, such as `1 + n`. */
  readonly calls: string;
  /** A strict zod object in which everything has a default or may be left out: the roster alone must do. */
  readonly options: z.ZodType<Options>;
  /** Why the pattern makes no sense for this team, or nothing when it does. Shown as `n/a (reason)`. */
  readonly notApplicable: (team: Team, options: Options) => string | undefined;
  readonly build: (team: Team, options: Options) => Agent;
}

export interface PatternDefinition<Shape extends z.ZodType> {
  readonly name: string;
  readonly description: string;
  readonly whenToUse: string;
  readonly whenNot: string;
  readonly calls: string;
  /** Receives zod, so that a pattern needs no package of its own. */
  readonly options: (zod: typeof z) => Shape;
  readonly notApplicable?: (team: Team, options: z.output<Shape>) => string | undefined;
  readonly build: (team: Team, options: z.output<Shape>) => Agent;
}

/** A pattern whose options its definition knows; for everybody else they are data that its schema has parsed. */
export function definePattern<Shape extends z.ZodType>(definition: PatternDefinition<Shape>): Pattern {
  const pattern: Pattern<z.output<Shape>> = {
    ...definition,
    options: definition.options(z) as z.ZodType<z.output<Shape>>,
    notApplicable: definition.notApplicable ?? (() => undefined),
  };
  return pattern as Pattern;
}
