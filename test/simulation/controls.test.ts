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

/**
 * What a pattern keeps from its agents by its very definition. A router lets one agent see the request. A monitor, a fan-out and a plan without
 * dependencies let nobody see the others' results before its own work is done, and a monitor has nobody who puts them together. A pipeline
 * lets each see what came before. Every other pattern can bring everything before everybody.
 */
const KEPT_APART: Readonly<Record<string, 'one route' | 'alone' | 'then combined' | 'in order'>> = {
  router: 'one route',
  monitor: 'alone',
  parallel: 'then combined',
  'plan-review': 'then combined',
  sequential: 'in order',
};

/** Ids of samples that hold a fact which nobody can come by under that arrangement, however good the model is. */
const outOfReach = (scenario: Scenario, arrangement: string): string[] =>
  scenario.samples
    .filter((sample) => {
      const facts = scenario.simulation!.samples[sample.id]!.facts.filter(({ noise }) => !noise);
      return reachable(scenario, sample, arrangement).size < facts.length;
    })
    .map(({ id }) => id);

function reachable(
  scenario: Scenario,
  { id, input, items, turns }: Scenario['samples'][number],
  arrangement: string,
): ReadonlySet<string> {
  const { agents, simulation } = scenario;
  const facts = simulation!.samples[id]!.facts.filter(({ noise }) => !noise);
  /** What an agent comes to know, or somebody without tools who knows every field, from a text and from what is in sight. */
  const learns = (
    agent: Scenario['agents'][number] | undefined,
    text: string,
    seen: ReadonlySet<string> = new Set(),
  ): ReadonlySet<string> => {
    const known = new Set(seen);
    const isMine = ({ domain }: (typeof facts)[number]) =>
      agent === undefined || simulation!.skills[agent.name]!.includes(domain);
    const canFind = (fact: (typeof facts)[number]) => {
      if (!(fact.needs ?? []).every((need) => known.has(need))) return false;
      if (fact.tool !== undefined) return agent?.tools.includes(fact.tool) ?? false;
      return isMine(fact) && (!fact.given || text.includes(/\[(.*?)\]/.exec(fact.text)![1]!));
    };
    for (let size = -1; size < known.size;) {
      size = known.size;
      for (const fact of facts) if (canFind(fact)) known.add(fact.id);
    }
    return known;
  };
  const union = (sets: readonly ReadonlySet<string>[]) => new Set(sets.flatMap((set) => [...set]));
  /** What is known after one turn of the conversation: in the next one, everybody sees what was answered. */
  const afterTurn = (before: ReadonlySet<string>): ReadonlySet<string> => {
    const sides = agents.map((agent) => learns(agent, input, before));
    switch (arrangement) {
      case 'one route':
        return sides.reduce((best, one) => (one.size > best.size ? one : best));
      case 'alone':
        return union(items ? items.map((item, i) => learns(agents[i % agents.length], item, before)) : sides);
      case 'then combined':
        return learns(undefined, input, union(sides));
      default:
        return agents.reduce((seen, agent) => learns(agent, input, seen), before);
    }
  };
  return [input, ...(turns ?? [])].reduce(afterTurn, new Set() as ReadonlySet<string>);
}

describe('under perfect rates', () => {
  it.each(shipped)(
    'every pattern states everything in $scenario.name, save what its arrangement keeps out of reach',
    async (simulated) => {
      const { scenario } = simulated;
      const records = await recordsUnder(simulated, 1, flawless);
      const short = (pattern: string) =>
        records
          .filter((record) => record.pattern === pattern && scoreOf(record, scenario.primary) !== 1)
          .map(({ sample }) => sample);
      for (const pattern of new Set(records.map((record) => record.pattern))) {
        const arrangement = KEPT_APART[pattern];
        expect(short(pattern), pattern).toEqual(arrangement ? outOfReach(scenario, arrangement) : []);
      }
    },
  );

  it('has work in it that one desk can do alone, and work that it cannot', () => {
    const several = shipped.map(({ scenario }) => outOfReach(scenario, 'one route').length);
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

  it.each(shipped)("is stopped by the patterns' own limits in $scenario.name, whatever those of a trial", async (shippedOne) => {
    const scenario = {
      ...shippedOne.scenario,
      limits: { ...shippedOne.scenario.limits, maxModelCalls: 1000, maxTokens: 1e9, timeoutMs: 1e8 },
    };
    const simulated = { ...shippedOne, scenario: { ...scenario, samples: scenario.samples.slice(0, 4) } };
    const [usual, records] = [await recordsUnder(simulated, 1), await recordsUnder(simulated, 1, restless)];
    const unfinished = records.filter(({ outcome }) => outcome.status !== 'completed');
    expect(unfinished.map(({ pattern, sample, outcome }) => ({ pattern, sample, outcome }))).toEqual([]);
    const calls = (of: readonly TrialRecord[]) => of.reduce((sum, { llmCalls }) => sum + llmCalls, 0);
    expect(calls(records)).toBeGreaterThan(calls(usual));
  });
});
