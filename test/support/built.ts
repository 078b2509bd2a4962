import { teamWith } from '../../src/agent/team.ts';
import { loadPatterns } from '../../src/bench/parts.ts';
import type { Agent } from '../../src/contracts/agent.ts';
import type { Approver } from '../../src/contracts/approver.ts';
import type { Pattern, RosterAgent, Team } from '../../src/contracts/pattern.ts';
import type { Json } from '../../src/kernel/json.ts';
import { COORDINATOR } from './trial.ts';

const patterns = await loadPatterns();

/** A team that can build every pattern that ships. */
export const fullTeam = (...agents: readonly RosterAgent[]): Team => teamWith(agents, { coordinator: COORDINATOR, patterns });

/** The pattern with these options, the rest by default. */
export const built = <O>(pattern: Pattern<O>, team: Team, options: unknown = {}): Agent =>
  pattern.build(team, pattern.options.parse(options));

/** Somebody who is there, and says this. */
export const person = (says: Json, latencyMs = 0): Approver => ({ latencyMs, answer: () => says });
