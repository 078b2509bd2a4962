import { loadPatterns, loadScorers } from '../../src/bench/parts.ts';
import { seededRandom } from '../../src/kernel/random.ts';
import type { Scenario } from '../../src/schema/scenario.ts';
import type { SimulatedFact } from '../../src/schema/simulation.ts';
import { worldOf } from '../../src/simulation/world.ts';
import type { SimulatedScenario } from '../support/simulated-trials.ts';

// A quiz: everything is known by skill or not at all, nothing is looked up, nothing follows from anything else.

const SAMPLES = 24;
const FACTS_PER_DOMAIN = 3;

/** Domain → the words that betray it, which are also those of its agent. */
const FIELDS = { rivers: 'rivers', castles: 'castles', songs: 'songs' } as const;
const DOMAINS = Object.keys(FIELDS) as (keyof typeof FIELDS)[];

const factIds = DOMAINS.flatMap((domain) =>
  Array.from({ length: FACTS_PER_DOMAIN }, (_, i) => ({ id: `${domain}-${i}`, domain })),
);

/** The facts of one sample: numbers that no other fact, right or wrong, has. */
function factsOf(sample: number, base: number): SimulatedFact[] {
  return factIds.map(({ id, domain }, i) => {
    const right = base + sample * 100 + i * 2;
    return { id, domain, text: `Number ${String.fromCharCode(65 + i)} is [${right} ells].`, wrong: `${right + 1} ells` };
  });
}

/** The quiz of a seed: the seed decides what stands in it, what is known of it, and what is drawn. All roles run on one model. */
export async function closedBook(seed: number): Promise<SimulatedScenario> {
  const base = 10_000 + seededRandom(`closed-book/${seed}`).int(50_000);
  const table = Array.from({ length: SAMPLES }, (_, i) => ({
    id: `q${i}`,
    subject: `question ${100 + i}`,
    facts: factsOf(i, base),
  }));
  const scenario: Scenario = {
    name: 'closed-book',
    description: '',
    draft: false,
    labels: {},
    trials: 1,
    seed,
    baseline: 'single',
    coordinator: { model: 'quiz-model' },
    agents: DOMAINS.map((domain) => ({
      name: domain,
      description: `Knows ${FIELDS[domain]}.`,
      instructions: `You know all about ${FIELDS[domain]}. State every figure you know, and keep what others have found.`,
      model: 'quiz-model',
      tools: [],
    })),
    tools: {},
    samples: table.map(({ id, subject, facts }) => ({
      id,
      input: `Please fill in the sheet of ${subject}.`,
      expected: { facts: Object.fromEntries(facts.map((fact) => [fact.id, /\[(.*)\]/.exec(fact.text)![1]!])) },
      metadata: {},
    })),
    score: [{ type: 'facts', name: 'facts', options: { forbid: true } }],
    primary: 'facts',
    passThreshold: 1,
    limits: { maxModelCalls: 60, maxTokens: 400_000, timeoutMs: 900_000 },
    patterns: {},
    prices: {},
    simulation: {
      profiles: { 'quiz-model': 'cheap' },
      domains: Object.fromEntries(DOMAINS.map((domain) => [domain, { label: `the ${domain}`, words: [FIELDS[domain]] }])),
      skills: Object.fromEntries(DOMAINS.map((domain) => [domain, [domain]])),
      samples: Object.fromEntries(table.map(({ id, subject, facts }) => [id, { subject, args: {}, facts }])),
    },
    file: 'closed-book.yaml',
  };
  const [patterns, scorers] = await Promise.all([loadPatterns(), loadScorers()]);
  return { scenario, tools: new Map(), world: worldOf(scenario), patterns, scorers };
}
