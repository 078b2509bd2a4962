import { messageOf, type Place } from '../kernel/errors.ts';
import type { DataPath } from '../schema/hostile-data.ts';
import { type Problem, unknownName } from '../schema/issues.ts';
import { compileJsonSchema } from '../schema/json-schema.ts';
import type { Scenario, SchemaParts } from '../schema/scenario.ts';

/** Tells the place of a value, or of its key, in the file it came from. */
export type Locate = (path: DataPath, at?: 'key' | 'value') => Place;

type Report = (path: DataPath, what: string, at?: 'key' | 'value') => void;

/**
 * What no schema can say of a scenario: names that occur twice, names that refer to nothing, tools that nobody may use. Returns the
 * problems in the order of the checks; none when the scenario is sound.
 */
export function checkScenario(scenario: Scenario, parts: SchemaParts, locate: Locate): Problem[] {
  const problems: Problem[] = [];
  const report: Report = (path, what, at) => void problems.push({ place: locate(path, at), what });
  checkNames(scenario, report);
  checkTools(scenario, report);
  checkChoices(scenario, parts, report);
  checkSimulation(scenario, report);
  for (const { index, model } of undeclaredJudges(scenario, parts)) {
    const known = Object.keys(scenario.simulation?.judges ?? {});
    report(
      ['score', index, 'model'],
      `the simulated model is no judge as "${model}": say how it errs in simulation.judges (${known.join(', ') || 'none is declared'})`,
    );
  }
  return problems;
}

/** Scores that ask a judge which the scenario's simulated model cannot be; none where nothing is simulated. */
export function undeclaredJudges(
  { simulation, score }: Pick<Scenario, 'simulation' | 'score'>,
  { scorers }: Pick<SchemaParts, 'scorers'>,
): { readonly index: number; readonly model: string }[] {
  if (!simulation) return [];
  return score.flatMap(({ type, options }, index) => {
    const model = scorers.find(({ name }) => name === type)?.asks?.(options as never).model;
    return model === undefined || Object.hasOwn(simulation.judges ?? {}, model) ? [] : [{ index, model }];
  });
}

function checkNames(scenario: Scenario, report: Report): void {
  const unique = (names: readonly string[], what: string, pathOf: (index: number) => DataPath) => {
    const first = new Map<string, number>();
    for (const [index, name] of names.entries()) {
      const earlier = first.get(name);
      if (earlier === undefined) first.set(name, index);
      else report(pathOf(index), `${what} "${name}" occurs twice (first as number ${earlier + 1}); give each a name of its own`);
    }
  };
  unique(
    scenario.agents.map(({ name }) => name),
    'the agent',
    (index) => ['agents', index, 'name'],
  );
  unique(
    scenario.samples.map(({ id }) => id),
    'the sample',
    (index) => ['samples', index, 'id'],
  );
  unique(
    scenario.score.map(({ name }) => name),
    'the score',
    (index) => ['score', index],
  );
}

function checkTools(scenario: Scenario, report: Report): void {
  const known = Object.keys(scenario.tools);
  const used = new Set(scenario.agents.flatMap(({ tools }) => tools));
  for (const [index, agent] of scenario.agents.entries()) {
    for (const [position, tool] of agent.tools.entries()) {
      if (!Object.hasOwn(scenario.tools, tool)) report(['agents', index, 'tools', position], unknownName('tool', tool, known));
    }
  }
  for (const [name, tool] of Object.entries(scenario.tools)) {
    if (!used.has(name))
      report(['tools', name], 'no agent may use this tool; name it in the `tools` of an agent, or remove it', 'key');
    try {
      compileJsonSchema(tool.parameters);
    } catch (error) {
      report(['tools', name, 'parameters'], messageOf(error));
    }
    for (const [index, entry] of ('returns' in tool ? tool.returns : []).entries()) {
      if (entry.value === undefined || entry.error === undefined) continue;
      report(['tools', name, 'returns', index], 'a canned result has a `value` or an `error`, not both');
    }
  }
}

function checkChoices(scenario: Scenario, parts: SchemaParts, report: Report): void {
  const patterns = parts.patterns.map(({ name }) => name);
  for (const name of Object.keys(scenario.omit ?? {})) {
    if (!patterns.includes(name)) report(['omit', name], unknownName('pattern', name, patterns));
    if (name === scenario.baseline) report(['omit', name], `"${name}" is the baseline: everything is compared with it`);
  }
  if (!patterns.includes(scenario.baseline)) report(['baseline'], unknownName('pattern', scenario.baseline, patterns));
  const scores = scenario.score.map(({ name }) => name);
  if (!scores.includes(scenario.primary)) report(['primary'], unknownName('score', scenario.primary, scores));
  const timed = ['default', ...scenario.agents.map(({ name }) => name), ...patterns];
  for (const name of Object.keys(scenario.limits.agentLatencyMs ?? {})) {
    if (!timed.includes(name)) report(['limits', 'agentLatencyMs', name], unknownName('agent', name, timed), 'key');
  }
}

function checkSimulation(scenario: Scenario, report: Report): void {
  const { simulation } = scenario;
  if (!simulation) return;
  const agents = scenario.agents.map(({ name }) => name);
  const samples = scenario.samples.map(({ id }) => id);
  const domains = Object.keys(simulation.domains);
  const refer = (path: DataPath, to: { readonly kind: string; readonly name: string; readonly known: readonly string[] }) => {
    if (!to.known.includes(to.name))
      report(path, unknownName(to.kind, to.name, to.known), path.at(-1) === to.name ? 'key' : 'value');
  };
  for (const [agent, skills] of Object.entries(simulation.skills)) {
    refer(['simulation', 'skills', agent], { kind: 'agent', name: agent, known: agents });
    for (const [index, name] of skills.entries()) {
      refer(['simulation', 'skills', agent, index], { kind: 'domain', name, known: domains });
    }
  }
  for (const [domain, { words }] of Object.entries(simulation.domains)) {
    for (const [index, word] of words.entries()) {
      if (!isRegExp(word))
        report(['simulation', 'domains', domain, 'words', index], `${JSON.stringify(word)} is not a regular expression`);
    }
  }
  for (const [id, sample] of Object.entries(simulation.samples)) {
    const base = ['simulation', 'samples', id] as const;
    refer(base, { kind: 'sample', name: id, known: samples });
    for (const key of ['category', 'confusable'] as const) {
      if (sample[key] !== undefined) refer([...base, key], { kind: 'domain', name: sample[key], known: domains });
    }
    checkFacts(sample.facts, base, { domains, tools: Object.keys(scenario.tools), refer });
  }
}

function isRegExp(text: string): boolean {
  try {
    return new RegExp(`(?:${text})`) instanceof RegExp;
  } catch {
    return false;
  }
}

interface FactScope {
  readonly domains: readonly string[];
  readonly tools: readonly string[];
  readonly refer: (
    path: DataPath,
    to: { readonly kind: string; readonly name: string; readonly known: readonly string[] },
  ) => void;
}

type Facts = NonNullable<Scenario['simulation']>['samples'][string]['facts'];

function checkFacts(facts: Facts, base: DataPath, scope: FactScope): void {
  const ids = facts.map(({ id }) => id);
  for (const [index, fact] of facts.entries()) {
    const path = [...base, 'facts', index];
    scope.refer([...path, 'domain'], { kind: 'domain', name: fact.domain, known: scope.domains });
    if (fact.tool !== undefined) scope.refer([...path, 'tool'], { kind: 'tool', name: fact.tool, known: scope.tools });
    for (const [position, name] of (fact.needs ?? []).entries()) {
      const others = ids.filter((id) => id !== fact.id);
      scope.refer([...path, 'needs', position], { kind: 'fact', name, known: others });
    }
  }
}
