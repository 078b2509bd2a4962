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
  /** Whom it may hand over to: each is offered as a tool `transfer_to_<name>`. */
  readonly handoffs?: readonly { readonly name: string; readonly description: string }[];
  /** Kinds of task that it is good at, for patterns that pick workers by type. */
  readonly types?: readonly string[];
  /** The team that it belongs to, for patterns that work in teams. */
  readonly team?: string;
}

export interface RosterAgent extends Agent {
  /** What a model agent is made of; absent where the agent is a pattern, a remote agent or a plain function. */
  readonly spec?: AgentSpec;
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
  /** One agent that is the whole team: every instruction in a section of its own, every tool. Its model: see `MergedOptions`. */
  readonly merged: (name: string, options?: MergedOptions) => RosterAgent;
  /** The same coordinator with other people: a team within the team. */
  readonly within: (agents: readonly RosterAgent[]) => Team;
  /** Another pattern as an agent, built for a team; throws `invalid_scenario` for a name or options that nobody knows. */
  readonly pattern: (name: string, options: unknown, team: Team) => Agent;
}

export interface MergedOptions {
  /** Default: the model that the agents share; where they differ, the coordinator's, so that no part falls to a weaker model than it had. */
  readonly model?: string | undefined;
  readonly maxTurns?: number | undefined;
}

/** What agents are shown of what happened before them. */
export type ContextPolicy = 'task' | 'last' | 'text' | 'all';

/** What becomes of a trial when a model call fails for good: `fail`, or `continue` without it. */
export interface FailurePolicy {
  /** The call of an agent of the roster. */
  readonly agent: 'fail' | 'continue';
  /** A call of the coordinator. */
  readonly coordinator: 'fail' | 'continue';
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
  readonly onFailure: FailurePolicy;
  /** What its agents see of what happened before them, in a word; shown beside its results. */
  readonly context: (options: Options) => ContextPolicy;
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
  readonly onFailure: FailurePolicy;
  readonly context: (options: z.output<Shape>) => ContextPolicy;
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
