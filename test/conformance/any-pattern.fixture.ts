import { teamOf } from '../../src/agent/team.ts';
import { toolsOf } from '../../src/bench/build-team-tools.ts';
import { loadPatterns } from '../../src/bench/parts.ts';
import type { Agent } from '../../src/contracts/agent.ts';
import type { ModelPort, ModelRequest } from '../../src/contracts/model.ts';
import type { Pattern, Team } from '../../src/contracts/pattern.ts';
import { seededRandom } from '../../src/kernel/random.ts';
import type { Scenario } from '../../src/schema/scenario.ts';
import { flawless } from '../../src/simulation/controls.ts';
import type { Profile } from '../../src/simulation/profiles.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { worldOf } from '../../src/simulation/world.ts';
import { type AnswerBytes, overBytes, simulatedPort } from '../support/simulated-port.ts';
import type { ScriptedTrial } from '../support/trial.ts';
import { countWords } from '../simulation/world.fixture.ts';

// A job that any pattern can be given: three agents, two of them with a tool, parts, and one part that follows from the others.

const lookUp = (name: string, text: string) => ({
  description: name,
  effect: 'read' as const,
  latencyMs: 50,
  parameters: { type: 'object', properties: { brand: { type: 'string' } }, required: ['brand'] },
  returns: [{ when: {}, value: text }],
});

export const INPUT = 'A brief on Halvenne in three parts, please: demand, rules and price.';
export const ITEMS = ['Halvenne: the demand side', 'Halvenne: the rules side', 'Halvenne: the price side'];

const scenario: Scenario = {
  name: 'any-pattern',
  description: '',
  draft: false,
  labels: {},
  trials: 1,
  seed: 1,
  baseline: 'single',
  coordinator: { model: 'gpt-4o', routerModel: 'gpt-4o-mini' },
  agents: [
    { name: 'scout', description: 'Knows the demand.', instructions: 'You are on demand: look it up.', tools: ['demand_data'] },
    { name: 'clerk', description: 'Knows the rules.', instructions: 'You are on rules: look them up.', tools: ['rules_data'] },
    {
      name: 'pricer',
      description: 'Sets the price.',
      instructions: 'You are on price: work it out, and keep what others found.',
      tools: [],
    },
  ],
  tools: {
    demand_data: lookUp('Data on demand', 'A year of sales comes to 60.0 million EUR.'),
    rules_data: lookUp('Data on rules', 'Filing is due in week 14.'),
  },
  samples: [{ id: 's1', input: INPUT, items: ITEMS, expected: {}, metadata: {} }],
  score: [],
  primary: '',
  passThreshold: 1,
  limits: { maxModelCalls: 60, maxTokens: 400_000, timeoutMs: 900_000 },
  patterns: {},
  prices: {},
  simulation: {
    profiles: { 'gpt-4o': 'strong', 'gpt-4o-mini': 'cheap' },
    domains: {
      demand: { label: 'the demand side', words: ['demand'] },
      rules: { label: 'the rules side', words: ['rules'] },
      price: { label: 'the price side', words: ['price', 'pricer'] },
    },
    skills: { scout: ['demand'], clerk: ['rules'], pricer: ['price'] },
    samples: {
      s1: {
        subject: 'Halvenne',
        category: 'demand',
        args: { brand: 'Halvenne' },
        facts: [
          {
            id: 'sales',
            domain: 'demand',
            tool: 'demand_data',
            text: 'A year of sales comes to [60.0 million EUR].',
            wrong: '90.0 million EUR',
          },
          { id: 'filing', domain: 'rules', tool: 'rules_data', text: 'Filing is due in [week 14].', wrong: 'week 41' },
          { id: 'price', domain: 'price', text: 'The price to start with is [1480 EUR].', wrong: '1840 EUR' },
        ],
      },
    },
  },
  file: 'any-pattern.yaml',
};

export const patterns: readonly Pattern[] = await loadPatterns();
export const team: Team = teamOf(scenario, await toolsOf(scenario, '.'), patterns);

export const built = (pattern: Pattern, options: unknown = {}): Agent => pattern.build(team, pattern.options.parse(options));

export interface Logged {
  readonly request: ModelRequest;
  readonly agent: string;
  readonly path: string;
}

/** The simulated model on this job, without its errors unless told otherwise. Equal requests are worked out once: it is a pure function. */
export function answers(adjust: (profile: Profile) => Profile = flawless): AnswerBytes {
  const answer = overBytes(simulate(worldOf(scenario), { countTokens: countWords, adjust }));
  const known = new Map<string, ReturnType<AnswerBytes>>();
  return (bytes) => {
    const response = known.get(bytes) ?? answer(bytes);
    known.set(bytes, response);
    return response;
  };
}

export interface Tampering {
  /** The k-th call, from 0, is refused for good. */
  readonly failing?: number;
  /** Every call takes another time, 0.01 to 10 times as long, drawn from this seed and its path. */
  readonly shuffled?: number;
}

/** The model as a port that lists what it is asked. */
export function listening(answer: AnswerBytes, log: Logged[], { failing, shuffled }: Tampering = {}): ModelPort {
  return {
    call: (request, info) => {
      const { agent, path } = info;
      log.push({ request, agent, path });
      if (log.length - 1 === failing) return simulatedPort(() => REFUSED).call(request, info);
      if (shuffled === undefined) return simulatedPort(answer).call(request, info);
      const factor = 10 ** (seededRandom(`${shuffled}/${path}`).next() * 3 - 2);
      const slower: AnswerBytes = (bytes) => {
        const response = answer(bytes);
        const latency = Number(response.headers['openai-processing-ms']) * factor;
        return { ...response, headers: { ...response.headers, 'openai-processing-ms': latency.toFixed(3) } };
      };
      return simulatedPort(slower).call(request, info);
    },
  };
}

const REFUSED = { status: 400, headers: { 'openai-processing-ms': '10' }, body: '{"error": {"message": "refused"}}', frames: [] };

/** The trial of a pattern by name, with everything that it runs on but a journal. */
export function subjectOf(name: string, log: Logged[] = []): Omit<ScriptedTrial, 'journal'> {
  const pattern = patterns.find((one) => one.name === name)!;
  return { agent: built(pattern), pattern: name, input: INPUT, items: ITEMS, model: listening(answers(), log) };
}
