import type { AgentSpec, MergedOptions, Pattern, RosterAgent, Team } from '../contracts/pattern.ts';
import type { Tool } from '../contracts/tool.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import type { Scenario } from '../schema/scenario.ts';
import { llmAgent } from './llm-agent.ts';

/** The scenario's roster as agents. The same team, with the same prompts, is handed to every pattern. */
export function teamOf(scenario: Scenario, tools: ReadonlyMap<string, Tool>, patterns: readonly Pattern[]): Team {
  const agents = scenario.agents.map((agent) => {
    const { temperature, maxTurns, stream, types, team } = agent;
    const spec: AgentSpec = {
      name: agent.name,
      description: agent.description,
      instructions: agent.instructions,
      model: agent.model ?? scenario.coordinator.model,
      tools: agent.tools.map((name) => toolNamed(tools, name)),
      ...(temperature === undefined ? {} : { temperature }),
      ...(maxTurns === undefined ? {} : { maxTurns }),
      ...(stream === undefined ? {} : { stream }),
      ...(types ? { types } : {}),
      ...(team === undefined ? {} : { team }),
    };
    return llmAgent(spec);
  });
  const { model, routerModel } = scenario.coordinator;
  return teamWith(agents, { coordinator: { name: 'coordinator', model, routerModel: routerModel ?? model }, patterns });
}

export interface Surroundings {
  readonly coordinator: Team['coordinator'];
  readonly patterns: readonly Pattern[];
}

/** A team of these agents, with that coordinator, that may build those patterns. */
export function teamWith(agents: readonly RosterAgent[], surroundings: Surroundings): Team {
  const { coordinator, patterns } = surroundings;
  return {
    agents,
    coordinator,
    named: (name) => agentNamed(agents, name),
    llmAgent,
    merged: (name, options) => llmAgent(mergedSpec(name, { agents, coordinator }, options)),
    within: (others) => teamWith(others, surroundings),
    pattern: (name, options, team) => patternNamed(patterns, name).build(team, optionsOf(patternNamed(patterns, name), options)),
  };
}

function mergedSpec(
  name: string,
  { agents, coordinator }: Pick<Team, 'agents' | 'coordinator'>,
  options: MergedOptions = {},
): AgentSpec {
  const tools = new Map(agents.flatMap((agent) => (agent.spec?.tools ?? []).map((tool) => [tool.name, tool] as const)));
  const models = new Set(agents.flatMap((agent) => agent.spec?.model ?? []));
  const sections = agents.map((agent) => `## ${agent.name}\n${agent.spec?.instructions ?? agent.description}`);
  return {
    name,
    description: "One agent with the whole team's instructions and tools.",
    instructions: `You do the work of a whole team alone. Your roles:\n\n${sections.join('\n\n')}`,
    model: options.model ?? (models.size === 1 ? [...models][0]! : coordinator.model),
    tools: [...tools.values()],
    maxTurns: options.maxTurns ?? MERGED_TURNS,
    ...(agents.every((agent) => agent.spec?.stream) ? { stream: true } : {}),
  };
}

/** More than for one agent: it has everybody's tools to use. */
const MERGED_TURNS = 12;

function patternNamed(patterns: readonly Pattern[], name: string): Pattern {
  const pattern = patterns.find((candidate) => candidate.name === name);
  if (pattern) return pattern;
  throw new PatternbenchError('invalid_scenario', `there is no pattern "${name}"`, {
    remedy: `name one of ${patterns.map((candidate) => candidate.name).join(', ')}`,
  });
}

function optionsOf(pattern: Pattern, options: unknown): unknown {
  const parsed = pattern.options.safeParse(options);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new PatternbenchError('invalid_scenario', `options of ${pattern.name}: ${issue.message}`, {
    place: { path: issue.path.join('.') },
  });
}

function toolNamed(tools: ReadonlyMap<string, Tool>, name: string): Tool {
  const tool = tools.get(name);
  if (!tool) throw new PatternbenchError('invalid_scenario', `there is no tool "${name}"`);
  return tool;
}

function agentNamed(agents: readonly RosterAgent[], name: string): RosterAgent {
  const agent = agents.find((candidate) => candidate.name === name);
  if (agent) return agent;
  throw new PatternbenchError('invalid_scenario', `there is no agent "${name}"`, {
    remedy: `name one of ${agents.map((candidate) => candidate.name).join(', ')}`,
  });
}
