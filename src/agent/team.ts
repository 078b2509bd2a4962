import type { AgentSpec, RosterAgent, Team } from '../contracts/pattern.ts';
import type { Tool } from '../contracts/tool.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import type { Scenario } from '../schema/scenario.ts';
import { llmAgent } from './llm-agent.ts';

/** The scenario's roster as agents. The same team, with the same prompts, is handed to every pattern. */
export function teamOf(scenario: Scenario, tools: ReadonlyMap<string, Tool>): Team {
  const agents = scenario.agents.map((agent) => {
    const { temperature, maxTurns, stream } = agent;
    const spec: AgentSpec = {
      name: agent.name,
      description: agent.description,
      instructions: agent.instructions,
      model: agent.model ?? scenario.coordinator.model,
      tools: agent.tools.map((name) => toolNamed(tools, name)),
      ...(temperature === undefined ? {} : { temperature }),
      ...(maxTurns === undefined ? {} : { maxTurns }),
      ...(stream === undefined ? {} : { stream }),
    };
    return llmAgent(spec);
  });
  return {
    agents,
    coordinator: {
      name: 'coordinator',
      model: scenario.coordinator.model,
      routerModel: scenario.coordinator.routerModel ?? scenario.coordinator.model,
    },
    named: (name) => agentNamed(agents, name),
    llmAgent,
  };
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
