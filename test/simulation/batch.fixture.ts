import type { Scenario } from '../../src/schema/scenario.ts';
import type { SimulatedFact } from '../../src/schema/simulation.ts';
import type { Profile } from '../../src/simulation/profiles.ts';
import { simulate, type SimulatedModel } from '../../src/simulation/simulate.ts';
import { worldOf } from '../../src/simulation/world.ts';
import { countWords, helpDesk } from './world.fixture.ts';

// Batches of letters that are read, not looked up: what is asked stands in the task, one weight a letter, and a sum that follows.

export const READER = 'You read letters and state what each of them weighs.';
export const ADDER = 'You add up the total of all weights.';
/** Letters of a batch. */
export const LETTERS = 4;

export const subjectOf = (i: number): string => `batch ${7000 + i}`;
export const weightOf = (i: number, letter: number): string => `${1000 + i * 10 + letter} ells`;
export const letterOf = (i: number, letter: number): string => `Letter ${letter} weighs ${weightOf(i, letter)}.`;
export const itemOf = (i: number, letter: number): string => `${subjectOf(i)}: ${letterOf(i, letter)}`;
const numbers = Array.from({ length: LETTERS }, (_, letter) => letter);
export const batchOf = (i: number): string =>
  [`Please "read" ${subjectOf(i)}.`, ...numbers.map((letter) => letterOf(i, letter))].join('\n');
export const totalOf = (i: number): string => `${i + 1} wagons`;

const factsOf = (i: number): SimulatedFact[] => [
  ...numbers.map((letter) => ({
    id: `weight-${letter}`,
    domain: 'letters',
    given: true,
    text: `It weighs [${weightOf(i, letter)}].`,
    wrong: `${90_000 + i * 10 + letter} ells`,
  })),
  {
    id: 'total',
    domain: 'totals',
    text: `That fills [${totalOf(i)}].`,
    wrong: `${i + 500} wagons`,
    needs: numbers.map((letter) => `weight-${letter}`),
  },
];

export interface BatchOptions {
  readonly samples?: number;
  readonly turns?: readonly string[];
  readonly edit?: (facts: SimulatedFact[]) => SimulatedFact[];
}

/** So many batches, with a reader and somebody who adds up; `edit` changes the facts of the first batch. */
export function letterBox({ samples = 2, turns, edit = (same) => same }: BatchOptions = {}): Scenario {
  const all = Array.from({ length: samples }, (_, i) => i);
  return {
    ...helpDesk(),
    name: 'letter-box',
    file: 'letter-box.yaml',
    agents: [
      { name: 'reader', description: 'Reads letters.', instructions: READER, tools: [] },
      { name: 'adder', description: 'Adds up the total.', instructions: ADDER, tools: [] },
    ],
    tools: {},
    samples: all.map((i) => ({
      id: `b${i}`,
      input: batchOf(i),
      items: numbers.map((letter) => itemOf(i, letter)),
      ...(turns && { turns: [...turns] }),
      expected: {},
      metadata: {},
    })),
    simulation: {
      profiles: { 'gpt-4o': 'strong' },
      domains: {
        letters: { label: 'what the letters say', words: ['letters?\\b'] },
        totals: { label: 'the total', words: ['totals?\\b'] },
      },
      skills: { reader: ['letters'], adder: ['totals'] },
      samples: Object.fromEntries(
        all.map((i) => [`b${i}`, { subject: subjectOf(i), args: {}, facts: i === 0 ? edit(factsOf(i)) : factsOf(i) }]),
      ),
    },
  };
}

export const letterBoxModel = (adjust: (profile: Profile) => Profile, options?: BatchOptions): SimulatedModel =>
  simulate(worldOf(letterBox(options)), { countTokens: countWords, adjust });
