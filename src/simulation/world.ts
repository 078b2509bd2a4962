import { PatternbenchError } from '../kernel/errors.ts';
import type { Sample, Scenario } from '../schema/scenario.ts';
import type { SimulatedFact, SimulatedJudge, SimulatedSample, SimulationBlock } from '../schema/simulation.ts';
import { checkWorld } from './check-world.ts';
import { FILLER } from './filler.ts';
import { type Statement, stands, statementOf } from './marks.ts';
import type { ProfileName } from './profiles.ts';

/** A fact of a sample, ready to be recognised. */
export interface Fact {
  readonly id: string;
  readonly domain: string;
  /** `content` is what the work is about, `category` the sample's class, `noise` a decoy that a tool also returns. */
  readonly kind: 'content' | 'category' | 'noise';
  readonly right: Statement;
  readonly wrong?: Statement;
  /** Whether it stands in the task itself, so that reading it there is the work. */
  readonly given: boolean;
  /** Only this tool yields it, or, where that one was asked in vain, the one `instead`. */
  readonly tool?: string;
  readonly instead?: string;
  /** Facts before it in the sample, from which it follows; with a tool, those that must be in sight before it is called. */
  readonly needs: readonly string[];
  /** The JSON property that states it. */
  readonly key?: string;
  /** How instructions and reviews call it. */
  readonly aspect: string;
}

/** A sample, as the simulated model knows it. */
export interface Task {
  readonly id: string;
  readonly subject: string;
  readonly input: string;
  /** The parts of the task, where it is a batch, and what the user says later. */
  readonly items: readonly string[];
  readonly turns: readonly string[];
  readonly category?: string;
  readonly confusable?: string;
  readonly args: Readonly<Record<string, string>>;
  readonly facts: readonly Fact[];
}

export interface Domain {
  readonly name: string;
  readonly label: string;
  readonly words: readonly RegExp[];
}

/** An agent of the scenario: whoever carries its instructions in the system prompt has its skills. */
export interface Persona {
  readonly name: string;
  readonly instructions: string;
  readonly skills: readonly string[];
}

/** Everything that the simulated model knows, prepared from a scenario. */
export interface World {
  readonly name: string;
  readonly seed: number;
  /** Model name → profile. */
  readonly profiles: ReadonlyMap<string, ProfileName>;
  /** Model name → how it errs as a judge. */
  readonly judges: ReadonlyMap<string, SimulatedJudge>;
  readonly domains: readonly Domain[];
  readonly personas: readonly Persona[];
  readonly tools: ReadonlySet<string>;
  readonly tasks: readonly Task[];
  readonly filler: readonly string[];
}

/**
 * The world of a scenario.
 * Throws `usage` when the scenario has no `simulation:` block, `invalid_scenario` with the place of the fault when the block contradicts
 * itself or the scenario, or when a fact could not be told from another one or from a prompt.
 */
export function worldOf(scenario: Scenario): World {
  const block = scenario.simulation;
  if (!block) {
    throw new PatternbenchError(
      'usage',
      `scenario "${scenario.name}" has no simulation: block, so the simulated model knows nothing of it`,
      {
        place: { file: scenario.file },
        remedy: 'add a simulation: block to the scenario, or use another provider',
      },
    );
  }
  const domains = domainsOf(block, scenario.file);
  const tasks = scenario.samples.flatMap((sample) => {
    const known = block.samples[sample.id];
    return known ? [taskOf(sample, known)] : [];
  });
  const marks = tasks.flatMap((task) =>
    task.facts.flatMap((fact) => [fact.right.mark, ...(fact.wrong ? [fact.wrong.mark] : [])]),
  );
  const world: World = {
    name: scenario.name,
    seed: scenario.seed,
    profiles: new Map(Object.entries(block.profiles)),
    judges: new Map(Object.entries(block.judges ?? {})),
    domains,
    personas: scenario.agents.map(({ name, instructions }) => ({
      name,
      instructions: instructions.trim(),
      skills: block.skills[name] ?? [],
    })),
    tools: new Set(Object.keys(scenario.tools)),
    tasks,
    filler: FILLER.filter((text) => domainsIn(domains, text).length === 0 && !marks.some((mark) => stands(text, mark))),
  };
  checkWorld(world, scenario, block);
  return world;
}

/** Names of the domains whose words stand in the text, in the order of the scenario. */
export const domainsIn = (domains: readonly Domain[], text: string): string[] =>
  domains.filter((domain) => domain.words.some((word) => word.test(text))).map((domain) => domain.name);

function domainsOf(block: SimulationBlock, file: string): Domain[] {
  return Object.entries(block.domains).map(([name, { label, words }]) => ({
    name,
    label,
    words: words.map((word, i) => {
      try {
        return new RegExp(`\\b(?:${word})`, 'i');
      } catch (cause) {
        const place = { file, path: `simulation.domains.${name}.words[${i}]` };
        throw new PatternbenchError('invalid_scenario', `"${word}" is not a regular expression`, { place, cause });
      }
    }),
  }));
}

const taskOf = ({ id, input, items = [], turns = [] }: Sample, sample: SimulatedSample): Task => ({
  id,
  subject: sample.subject,
  input,
  items,
  turns,
  ...(sample.category !== undefined && { category: sample.category }),
  ...(sample.confusable !== undefined && { confusable: sample.confusable }),
  args: sample.args,
  facts: [...categoryFact(sample), ...sample.facts.map(factOf)],
});

const factOf = (fact: SimulatedFact): Fact => ({
  id: fact.id,
  domain: fact.domain,
  kind: fact.noise ? 'noise' : 'content',
  right: statementOf(fact.text),
  ...(fact.wrong !== undefined && { wrong: statementOf(fact.text, fact.wrong) }),
  given: fact.given ?? false,
  ...(fact.tool !== undefined && { tool: fact.tool }),
  ...(fact.instead !== undefined && { instead: fact.instead }),
  needs: fact.needs ?? [],
  ...(fact.key !== undefined && { key: fact.key }),
  aspect: fact.id.replaceAll('-', ' '),
});

/** The class of a sample, where it has one, is stated, carried and lost like any other fact. */
function categoryFact({ category, confusable }: SimulatedSample): Fact[] {
  if (category === undefined) return [];
  const sentence = (name: string): Statement => ({ text: `Category: ${name}.`, mark: `Category: ${name}` });
  return [
    {
      id: 'category',
      domain: category,
      kind: 'category',
      right: sentence(category),
      ...(confusable !== undefined && { wrong: sentence(confusable) }),
      given: false,
      needs: [],
      aspect: 'category',
    },
  ];
}
