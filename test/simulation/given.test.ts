import { describe, expect, it } from 'vitest';
import { PatternbenchError } from '../../src/kernel/errors.ts';
import type { Scenario } from '../../src/schema/scenario.ts';
import type { SimulatedFact } from '../../src/schema/simulation.ts';
import { flawless } from '../../src/simulation/controls.ts';
import type { Profile } from '../../src/simulation/profiles.ts';
import { worldOf } from '../../src/simulation/world.ts';
import {
  ADDER,
  batchOf,
  itemOf,
  letterBox,
  letterBoxModel,
  letterOf,
  LETTERS,
  READER,
  subjectOf,
  totalOf,
  weightOf,
} from './batch.fixture.ts';
import { system, textOf, user } from './world.fixture.ts';

// What stands in the task itself is there to be read: by whoever sees that part of it, as far as attention reaches.

const only = (change: Partial<Profile>) => (profile: Profile) => ({ ...flawless(profile), ...change });
const sure = letterBoxModel(flawless);
const said = (text: string, i = 0): number[] =>
  Array.from({ length: LETTERS }, (_, letter) => letter).filter((letter) => text.includes(weightOf(i, letter)));
const ALL = [0, 1, 2, 3];

describe('a given fact', () => {
  it('is read where it stands, and what follows from it is worked out', () => {
    const text = textOf(sure, { messages: [system(`${READER}\n${ADDER}`), user(batchOf(0))] });
    expect(said(text)).toEqual(ALL);
    expect(text).toContain(totalOf(0));
  });

  it('is out of sight of whoever sees another part of the batch', () => {
    expect(said(textOf(sure, { messages: [system(READER), user(itemOf(0, 2))] }))).toEqual([2]);
    expect(said(textOf(sure, { messages: [system(READER), user(`Go on with ${subjectOf(0)}.`)] }))).toEqual([]);
  });

  it('is not misread by whoever does not see it', () => {
    const rash = letterBoxModel(only({ hallucinate: 1 }));
    expect(textOf(rash, { messages: [system(READER), user(itemOf(0, 2))] })).not.toMatch(/9000\d ells/);
    const blind = letterBoxModel(only({ hallucinate: 1, copy: 0 }));
    expect(textOf(blind, { messages: [system(READER), user(itemOf(0, 2))] })).toContain('90002 ells');
  });

  it('is read inside of JSON, too', () => {
    const quoted = JSON.stringify({ task: batchOf(0) });
    expect(said(textOf(sure, { messages: [system(READER), user(quoted)] }))).toEqual(ALL);
  });

  it('belongs to those whose field it is', () => {
    expect(said(textOf(sure, { messages: [system(ADDER), user(batchOf(0))] }))).toEqual([]);
  });

  it('counts as stated once somebody has said so', () => {
    const blind = letterBoxModel(only({ capacity: 0 }));
    const told = `${batchOf(0)}\n\n[reader]: It weighs ${weightOf(0, 1)}.`;
    expect(said(textOf(blind, { messages: [system(READER), user(told)] }))).toEqual([1]);
  });

  it('is missed by a review that reads the task, and still to be given out by a coordinator', () => {
    const judge = system('Is the answer complete? Reply with JSON {"approved": true, "feedback": "what is missing"}.');
    const answer = `Answer: ${ALL.slice(1)
      .map((letter) => `It weighs ${weightOf(0, letter)}.`)
      .join(' ')} That fills ${totalOf(0)}.`;
    const verdict = JSON.parse(textOf(sure, { messages: [judge, user(`Task: ${batchOf(0)}\n\n${answer}`)] })) as object;
    expect(verdict).toEqual({ approved: false, feedback: 'Missing: weight 0' });
    const lead = system(
      'You lead:\n- reader: Reads letters.\n- adder: Adds up the total.\n\nReply with JSON {"delegate": [{"worker": "name", "subtask": "what"}]}',
    );
    expect(textOf(sure, { messages: [lead, user(batchOf(0))] })).toContain('"worker":"reader"');
  });

  it('reaches the parts of a task that was split without items', () => {
    const split = system('Split the task. Reply with JSON {"items": ["a part"]}.');
    const { items } = JSON.parse(textOf(sure, { messages: [split, user(batchOf(0))] })) as { items: string[] };
    expect(items).toHaveLength(2);
    expect(said(textOf(sure, { messages: [system(READER), user(items[0]!)] }))).toEqual(ALL);
  });
});

describe('realised rates of reading', () => {
  const SAMPLES = 500;
  const TOLERANCE = 3 * Math.sqrt(0.25 / (SAMPLES * LETTERS));
  const shareFor = (change: Partial<Profile>, input: (i: number) => string) => {
    const model = letterBoxModel(only(change), { samples: SAMPLES });
    const counts = Array.from(
      { length: SAMPLES },
      (_, i) => said(textOf(model, { messages: [system(READER), user(input(i))] }), i).length,
    );
    return counts.reduce((sum, count) => sum + count, 0) / SAMPLES;
  };

  it('loses what copying loses', () => {
    expect(Math.abs(shareFor({ copy: 0.8 }, batchOf) / LETTERS - 0.8)).toBeLessThan(TOLERANCE);
  });

  it('thins by the square root of what there is to read at once, so a part alone is read in full', () => {
    expect(Math.abs(shareFor({ capacity: 1 }, batchOf) / LETTERS - Math.sqrt(1 / LETTERS))).toBeLessThan(TOLERANCE);
    expect(shareFor({ capacity: 1 }, (i) => itemOf(i, 1))).toBe(1);
  });

  it('does not get easier by what others have already found', () => {
    const told = (i: number) => `${batchOf(i)}\n\n[reader]: ${letterOf(i, 0)}`;
    const rest = shareFor({ capacity: 1 }, told) - 1;
    expect(Math.abs(rest / (LETTERS - 1) - Math.sqrt(1 / LETTERS))).toBeLessThan(TOLERANCE * 1.2);
  });

  it('is diluted by length', () => {
    const words = 2 + batchOf(0).split(/\s+/).length + READER.split(/\s+/).length;
    const dilution = 0.999;
    const kept = (1 - dilution) ** ((words + 6) / 1000);
    expect(Math.abs(shareFor({ dilution }, batchOf) / LETTERS - kept)).toBeLessThan(TOLERANCE + 0.02);
  });
});

describe('loading refuses', () => {
  const errorOf = (scenario: Scenario): PatternbenchError => {
    try {
      worldOf(scenario);
    } catch (error) {
      return error as PatternbenchError;
    }
    throw new Error('the scenario was accepted');
  };
  const withFact = (n: number, change: Partial<SimulatedFact>) =>
    letterBox({ edit: (facts) => facts.map((fact, i) => (i === n ? { ...fact, ...change } : fact)) });
  const withSample = (change: Partial<Scenario['samples'][number]>) => {
    const scenario = letterBox();
    return { ...scenario, samples: scenario.samples.map((sample, i) => (i === 0 ? { ...sample, ...change } : sample)) };
  };

  it.each<[string, string, Scenario]>([
    ['a given fact that does not stand in the task', 'samples.b0.facts[0].text', withFact(0, { text: 'It weighs [7 ells].' })],
    ['one whose wrong value does', 'samples.b0.facts[0].wrong', withFact(0, { wrong: 'Letter 3' })],
    ['one that needs others', 'samples.b0.facts[1].given', withFact(1, { needs: ['weight-0'] })],
    [
      'one that no part of the batch holds',
      'samples.b0.facts[0].text',
      withSample({ items: [itemOf(0, 1), itemOf(0, 2), itemOf(0, 3)] }),
    ],
    [
      'a conclusion that stands in the task',
      'samples.b0.facts[4].text',
      withFact(4, { text: 'That fills [Letter 2].', wrong: 'none' }),
    ],
    ['a conclusion that stands in a later turn', 'samples.b0.facts[4].text', withSample({ turns: [`Is it ${totalOf(0)}?`] })],
    [
      'a part that does not name its subject',
      'samples.b0.subject',
      withSample({ items: ALL.map((letter) => letterOf(0, letter)) }),
    ],
    ['a second tool without a first one', 'samples.b0.facts[4].instead', withFact(4, { instead: 'scales' })],
  ])('%s', (_what, path, scenario) => {
    const error = errorOf(scenario);
    expect(error).toBeInstanceOf(PatternbenchError);
    expect(error.place?.path).toBe(`simulation.${path}`);
  });
});
