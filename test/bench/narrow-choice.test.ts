import { describe, expect, it } from 'vitest';
import { knownSamples, taggedScenarios } from '../../src/bench/narrow-choice.ts';
import type { LoadedScenario } from '../../src/bench/plan.ts';

const scenario = (name: string, labels: Readonly<Record<string, unknown>>, samples: readonly string[]) =>
  ({ scenario: { name, labels, samples: samples.map((id) => ({ id })) }, tools: new Map() }) as unknown as LoadedScenario;

const loaded = [
  scenario('desk', { family: 'triage', decomposable: false, tools: 7 }, ['t01', 't02']),
  scenario('brief', { family: 'research', decomposable: true, tools: 7 }, ['b01']),
];
const names = (tags: readonly string[]) => taggedScenarios(loaded, tags).map((one) => one.scenario.name);

describe('a choice of scenarios and samples', () => {
  it('takes scenarios that have all of the labels', () => {
    expect(names(['family=triage'])).toEqual(['desk']);
    expect(names(['decomposable'])).toEqual(['brief']);
    expect(names(['tools=7'])).toEqual(['desk', 'brief']);
    expect(names(['tools=7', 'decomposable=false'])).toEqual(['desk']);
  });

  it('names the labels that there are where none fits, and the sample that was meant', () => {
    expect(() => names(['family=nobody'])).toThrow(
      expect.objectContaining({ code: 'usage', remedy: expect.stringContaining('family=research, family=triage') as string }),
    );
    expect([...knownSamples(loaded, ['t02', 'b01'])]).toEqual(['t02', 'b01']);
    expect(() => knownSamples(loaded, ['t01', 'b1'])).toThrow(expect.objectContaining({ remedy: 'did you mean b01?' }));
    expect(() => knownSamples(loaded, ['elsewhere'])).toThrow(expect.objectContaining({ remedy: 'name one of t01, t02, b01' }));
  });
});
