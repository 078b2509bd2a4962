import { describe, expect, it } from 'vitest';
import { PatternbenchError } from '../../src/kernel/errors.ts';
import type { Scenario } from '../../src/schema/scenario.ts';
import type { SimulatedFact, SimulationBlock } from '../../src/schema/simulation.ts';
import { stands } from '../../src/simulation/marks.ts';
import { domainsIn, worldOf } from '../../src/simulation/world.ts';
import { helpDesk, inputOf } from './world.fixture.ts';

const errorOf = (scenario: Scenario): PatternbenchError => {
  try {
    worldOf(scenario);
  } catch (error) {
    return error as PatternbenchError;
  }
  throw new Error('the scenario was accepted');
};

/** A help desk whose first sample has its n-th fact changed. */
const withFact = (n: number, change: Partial<SimulatedFact>): Scenario =>
  helpDesk({
    edit: (block) => {
      const sample = block.samples['t0']!;
      const facts = sample.facts.map((fact, i) => (i === n ? { ...fact, ...change } : fact));
      return { ...block, samples: { ...block.samples, t0: { ...sample, facts } } };
    },
  });

const withBlock = (change: Partial<SimulationBlock>): Scenario => helpDesk({ edit: (block) => ({ ...block, ...change }) });

describe('worldOf', () => {
  it('accepts a sound scenario, and adds the category as a fact', () => {
    const world = worldOf(helpDesk());
    expect(world.tasks.map((task) => task.id)).toEqual(['t0', 't1', 't2']);
    expect(world.tasks[0]!.facts.map((fact) => fact.kind)).toEqual(['category', ...Array<string>(5).fill('content'), 'noise']);
  });

  it('says what to do when the scenario has no simulation block', () => {
    const { simulation: _, ...rest } = helpDesk();
    const error = errorOf(rest);
    expect(error.code).toBe('usage');
    expect(error.remedy).toContain('simulation:');
  });

  it.each<[string, string, Scenario]>([
    ['a mark that stands in another fact', 'samples.t0.facts[1].text', withFact(2, { text: 'After 100 days you get [cake].' })],
    ['a wrong value that is another fact’s right one', 'samples.t0.facts[1].wrong', withFact(1, { wrong: '100 seconds' })],
    ['a wrong value that contains the right one', 'samples.t0.facts[4].wrong', withFact(4, { wrong: 'about 100 seconds' })],
    ['a mark that stands in an input', 'samples.t0.facts[1].text', withFact(1, { text: 'You are [customer C-1].' })],
    ['a mark that stands in a prompt', 'samples.t0.facts[1].text', withFact(1, { text: 'See [the refund rule].' })],
    ['a mark that JSON would escape', 'samples.t0.facts[1].text', withFact(1, { text: 'It reads ["so"].' })],
    ['a premise that does not exist', 'samples.t0.facts[2].needs[0]', withFact(2, { needs: ['nowhere'] })],
    ['a premise that comes later', 'samples.t0.facts[1].needs[0]', withFact(1, { needs: ['refund-due'] })],
    ['an unknown domain', 'samples.t0.facts[1].domain', withFact(1, { domain: 'kitchen' })],
    ['an unknown tool', 'samples.t0.facts[0].tool', withFact(0, { tool: 'find_lamp' })],
    ['a tool that never yields its fact', 'samples.t0.facts[0].text', withFact(0, { text: 'The invoice was [31.40 EUR].' })],
    ['two facts of one name', 'samples.t0.facts[2].id', withFact(2, { id: 'refund-rule' })],
    ['skills of an agent that does not exist', 'skills.cook', withBlock({ skills: { cook: ['billing'] } })],
    ['skills in a domain that does not exist', 'skills.billing[0]', withBlock({ skills: { billing: ['kitchen'] } })],
    ['a word that is no pattern', 'domains.billing.words[0]', withBlock({ domains: { billing: { label: 'x', words: ['('] } } })],
    ['a sample without facts', 'samples.t0', withBlock({ samples: {} })],
    [
      'facts of a sample that does not exist',
      'samples.t9',
      helpDesk({ edit: (block) => ({ ...block, samples: { ...block.samples, t9: block.samples['t0']! } }) }),
    ],
    [
      'a subject that does not stand in its input',
      'samples.t0.subject',
      helpDesk({
        edit: (block) => ({ ...block, samples: { ...block.samples, t0: { ...block.samples['t0']!, subject: 'letter 1' } } }),
      }),
    ],
    [
      'a subject that stands in two inputs',
      'samples.t0.subject',
      helpDesk({
        edit: (block) => ({ ...block, samples: { ...block.samples, t0: { ...block.samples['t0']!, subject: 'customer' } } }),
      }),
    ],
  ])('refuses %s', (_what, path, scenario) => {
    const error = errorOf(scenario);
    expect(error).toBeInstanceOf(PatternbenchError);
    expect(error.code).toBe('invalid_scenario');
    expect(error.place).toEqual({ file: 'help-desk.yaml', path: `simulation.${path}` });
  });

  it('keeps filler only that holds neither a mark nor a word of a domain', () => {
    const plain = worldOf(helpDesk());
    const picky = worldOf(
      helpDesk({
        edit: (block) => ({
          ...block,
          domains: { ...block.domains, technical: { label: 'the technical side', words: ['technical', 'wording', 'point'] } },
        }),
      }),
    );
    expect(picky.filler.length).toBe(plain.filler.length - 3);
    for (const world of [plain, picky]) {
      const marks = world.tasks.flatMap((task) =>
        task.facts.flatMap((fact) => [fact.right.mark, fact.wrong?.mark ?? fact.right.mark]),
      );
      for (const text of world.filler) {
        expect(domainsIn(world.domains, text)).toEqual([]);
        expect(marks.filter((mark) => stands(text, mark))).toEqual([]);
      }
    }
  });

  it('quotes no fact in any input', () => {
    expect(
      worldOf(helpDesk())
        .tasks.flatMap((task) => task.facts)
        .filter((fact) => stands(inputOf(0), fact.right.mark)),
    ).toEqual([]);
  });
});
