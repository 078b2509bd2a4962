import { beforeAll, describe, expect, it } from 'vitest';
import type { Scenario } from '../../src/schema/scenario.ts';
import type { TrialRecord } from '../../src/schema/trial-record.ts';
import { flawless, neutral } from '../../src/simulation/controls.ts';
import type { Profile } from '../../src/simulation/profiles.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { type CountTokens, tokenCounter } from '../../src/simulation/tokens.ts';
import { mean } from '../../src/stats/mean.ts';
import { pairedDifference } from '../../src/stats/paired.ts';
import { scoreOf, scoresBySample } from '../../src/stats/trial-score.ts';
import { overBytes } from '../support/simulated-port.ts';
import { plansOf, recordsOf, shippedScenarios, type SimulatedScenario } from '../support/simulated-trials.ts';
import { closedBook } from './closed-book.fixture.ts';

const shipped = await shippedScenarios();
let countTokens: CountTokens;
beforeAll(async () => void (countTokens = await tokenCounter()));

const recordsUnder = (simulated: SimulatedScenario, trials: number, adjust?: (profile: Profile) => Profile) =>
  recordsOf(plansOf(simulated, trials), overBytes(simulate(simulated.world, { countTokens, ...(adjust && { adjust }) })));

/** Picks one agent for the whole job, by its very definition; every other pattern can bring in all of them. */
const ONE_ROUTE = 'router';

/** Samples whose facts no single agent of the roster has the skills for. */
const samplesForSeveral = ({ samples, simulation }: Scenario): string[] =>
  samples
    .map(({ id }) => id)
    .filter((id) => {
      const facts = simulation!.samples[id]!.facts.filter(({ noise }) => !noise);
      return !Object.values(simulation!.skills).some((skills) => facts.every(({ domain }) => skills.includes(domain)));
    });

describe('under perfect rates', () => {
  it.each(shipped)(
    'every pattern states everything in $scenario.name, save what is out of reach of a single route',
    async (simulated) => {
      const { scenario } = simulated;
      const outOfReach = samplesForSeveral(scenario);
      const records = await recordsUnder(simulated, 1, flawless);
      const short = (pattern: string) =>
        records
          .filter((record) => record.pattern === pattern && scoreOf(record, scenario.primary) !== 1)
          .map(({ sample }) => sample);
      for (const pattern of new Set(records.map((record) => record.pattern))) {
        expect(short(pattern), pattern).toEqual(pattern === ONE_ROUTE ? outOfReach : []);
      }
    },
  );

  it('has work in it that one desk can do alone, and work that it cannot', () => {
    const several = shipped.map(({ scenario }) => samplesForSeveral(scenario).length);
    expect(several.every((count) => count > 0)).toBe(true);
    expect(shipped.some(({ scenario }, i) => several[i]! < scenario.samples.length)).toBe(true);
  });
});

describe('on closed-book work', () => {
  /** Means of the samples, in their order. */
  const sampleMeans = (records: readonly TrialRecord[], pattern: string): number[] =>
    [
      ...scoresBySample(
        records.filter((record) => record.pattern === pattern),
        'facts',
      ).values(),
    ].map(mean);

  const advantages = (records: readonly TrialRecord[]) =>
    new Map(
      [...new Set(records.map(({ pattern }) => pattern))]
        .filter((pattern) => pattern !== 'single')
        .map((pattern) => [pattern, pairedDifference(sampleMeans(records, pattern), sampleMeans(records, 'single'))!]),
    );

  it.each([1, 2, 3, 4])(
    'no pattern beats the single agent when skill hangs on neither prompt nor load (seed %i)',
    async (seed) => {
      const records = await recordsUnder(await closedBook(seed), 2, neutral);
      expect(records.every(({ outcome }) => outcome.status === 'completed')).toBe(true);
      // Not at the ceiling, where nobody could beat it whatever the model did.
      expect(mean(sampleMeans(records, 'single'))).toBeLessThan(0.9);
      for (const [pattern, { low, mean: advantage }] of advantages(records)) {
        expect(low, `${pattern} by ${advantage}`).toBeLessThanOrEqual(0);
      }
    },
  );

  // A control that could not fail would say nothing: with one of its conditions taken away, somebody does beat the single agent.
  it.each<{ what: string; without: Partial<Profile> }>([
    { what: 'prompts of one field only make an expert', without: { expert: 1, breadth: 0.6 } },
    { what: 'asking again draws anew what is known', without: { fixed: 0.5 } },
  ])('a pattern does beat it where $what', async ({ without }) => {
    const records = await recordsUnder(await closedBook(1), 2, (profile) => ({ ...neutral(profile), ...without }));
    expect([...advantages(records).values()].some(({ low }) => low > 0)).toBe(true);
  });
});

describe('a model that repeats itself, never sees the end, invents and finds fault', () => {
  const restless = (profile: Profile): Profile => ({ ...profile, repeat: 1, unaware: 1, hallucinate: 1, falseAlarm: 1 });

  it.each(shipped)("is stopped by the patterns' own limits in $scenario.name, not by those of a trial", async (simulated) => {
    const [usual, records] = [await recordsUnder(simulated, 1), await recordsUnder(simulated, 1, restless)];
    const unfinished = records.filter(({ outcome }) => outcome.status !== 'completed');
    expect(unfinished.map(({ pattern, sample, outcome }) => ({ pattern, sample, outcome }))).toEqual([]);
    const calls = (of: readonly TrialRecord[]) => of.reduce((sum, { llmCalls }) => sum + llmCalls, 0);
    expect(calls(records)).toBeGreaterThan(calls(usual));
  });
});
