import { planOf, type TrialPlan } from '../../../src/bench/plan.ts';
import parallel from '../../../src/patterns/parallel.ts';
import sequential from '../../../src/patterns/sequential.ts';
import type { Scenario } from '../../../src/schema/scenario.ts';
import facts from '../../../src/scorers/facts.ts';

/** Model calls of a pipeline of three agents and of a fan-out of three with its aggregator: two trials. */
export const CALLS = 7;
/** A pipeline of three and a fan-out of three, five times on each of five samples: all of them at once. */
export const TRIALS = 50;

// Prompts of the size that agents have: bodies of these seven calls hold between 0.8 and 1.9 KB.
const RULES =
  'You work for Tarnholt Ferries, an invented line of small boats. One request of a passenger reaches you, with the number of the booking. ' +
  'State what you know for certain, name the boat, the pier and the hour, and repeat every figure as it stands in the request. Leave out what ' +
  'a colleague has already settled, and never promise a refund that the rules of the line do not allow. Answer in a few plain sentences.';

const task = (booking: string) =>
  `Booking ${booking}. We were to cross on Friday at 07:40 with two bicycles, but the boat was full and we had to wait for the one at 09:10. ` +
  'The second crossing was paid again at the pier, 18.50 for each of us. What happens with the first tickets, is there anything that we get ' +
  'back for the lost morning, and may the bicycles travel free of charge on Sunday as the poster says?';

const SAMPLES = ['T-2281', 'T-2304', 'T-2317', 'T-2350', 'T-2366'];

const agent = (name: string, field: string) => ({
  name,
  description: `Knows about ${field}.`,
  instructions: `${RULES} Your field is ${field}.`,
  model: 'gpt-4o-mini',
  tools: [],
});

const scenario: Scenario = {
  name: 'seven-calls',
  description: '',
  draft: false,
  labels: {},
  trials: TRIALS / 2 / SAMPLES.length,
  seed: 1,
  baseline: 'sequential',
  coordinator: { model: 'gpt-4o' },
  agents: [
    agent('tickets', 'tickets and fares'),
    agent('timetable', 'boats, piers and hours'),
    agent('luggage', 'luggage and bicycles'),
  ],
  tools: {},
  samples: SAMPLES.map((booking, at) => ({
    id: `s${at + 1}`,
    input: task(booking),
    expected: { facts: { fare: '18.50', boat: '09:10', pier: 'pier 4' } },
    metadata: {},
  })),
  score: [{ type: 'facts', name: 'facts', options: facts.options.parse({}) }],
  primary: 'facts',
  passThreshold: 1,
  limits: { maxModelCalls: 60, maxTokens: 400_000, timeoutMs: 900_000 },
  patterns: {},
  prices: {},
  file: 'seven-calls',
};

/** 25 trials of the pipeline and 25 of the fan-out, under the patterns that ship. */
export const sevenCallTrials = (): readonly TrialPlan[] =>
  planOf({ scenarios: [{ scenario, tools: new Map() }], patterns: [sequential, parallel], scorers: [facts] }).trials;
