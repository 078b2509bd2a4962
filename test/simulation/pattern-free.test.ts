import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { planOf } from '../../src/bench/plan.ts';
import type { SimulatedResponse } from '../../src/simulation/simulate.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { type CountTokens, tokenCounter } from '../../src/simulation/tokens.ts';
import { type AnswerBytes, overBytes } from '../support/simulated-port.ts';
import { plansOf, recordOf, recordsOf, shippedScenarios, type SimulatedScenario } from '../support/simulated-trials.ts';

// That no pattern's name stands in the source is told by source.test.ts. Here: nothing that a pattern is called, and nobody who calls,
// reaches an answer by any other way either.

const shipped = await shippedScenarios();
let countTokens: CountTokens;
beforeAll(async () => void (countTokens = await tokenCounter()));

const modelOf = ({ world }: SimulatedScenario): AnswerBytes => overBytes(simulate(world, { countTokens }));

interface Sent {
  readonly pattern: string;
  readonly bytes: string;
  readonly response: SimulatedResponse;
}

/** Everything that the patterns send in one trial of each sample, in that order, and what they hear. */
async function sentIn(simulated: SimulatedScenario): Promise<Sent[]> {
  const answer = modelOf(simulated);
  const sent: Sent[] = [];
  for (const plan of plansOf(simulated, 1)) {
    await recordOf(plan, (bytes) => {
      const response = answer(bytes);
      sent.push({ pattern: plan.cell.pattern, bytes, response });
      return response;
    });
  }
  return sent;
}

describe.each(shipped)('the requests of all patterns in $scenario.name', (simulated) => {
  let sent: readonly Sent[];
  beforeAll(async () => void (sent = await sentIn(simulated)));

  it('are answered alike where they are alike, whichever pattern sent them', () => {
    const alike = [...Map.groupBy(sent, ({ bytes }) => bytes).values()];
    for (const same of alike) {
      for (const { response } of same) expect(response).toEqual(same[0]!.response);
    }
    // Some do meet: a pattern that starts an agent on the bare task asks what another one asks.
    expect(alike.some((same) => new Set(same.map(({ pattern }) => pattern)).size > 1)).toBe(true);
  });

  it('are answered alike in any order, by a model that has heard nothing before', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...sent.keys()], { minLength: 1, maxLength: 20 }), (picked) => {
        const fresh = modelOf(simulated);
        for (const i of picked) expect(fresh(sent[i]!.bytes)).toEqual(sent[i]!.response);
      }),
      { seed: 1, numRuns: 25 },
    );
  });
});

describe('a pattern under another name', () => {
  it.each(shipped)('does, says and takes the same in $scenario.name', async (simulated) => {
    const { scenario, tools, patterns, scorers } = simulated;
    const alias = (name: string) => `another-${name}`;
    const renamed = {
      ...scenario,
      baseline: alias(scenario.baseline),
      patterns: Object.fromEntries(Object.entries(scenario.patterns).map(([name, options]) => [alias(name), options])),
    };
    const omit = Object.fromEntries(Object.entries(scenario.omit ?? {}).map(([name, why]) => [alias(name), why]));
    const others = planOf({
      scenarios: [{ scenario: { ...renamed, omit }, tools }],
      // The usual names stay known: patterns that are made of others call them by these.
      patterns: [...patterns, ...patterns.map((pattern) => ({ ...pattern, name: alias(pattern.name) }))],
      scorers,
      trials: 1,
    }).trials.filter(({ cell }) => cell.pattern.startsWith(alias('')));
    const of = async (plans: ReturnType<typeof plansOf>) =>
      (await recordsOf(plans, modelOf(simulated))).map(
        ({ sample, output, outcome, scores, latencyMs, llmCalls, toolCalls, inputTokens, outputTokens, routed }) => {
          return { sample, output, outcome, scores, latencyMs, llmCalls, toolCalls, inputTokens, outputTokens, routed };
        },
      );
    const usual = await of(plansOf(simulated, 1));
    expect(usual.some(({ output }) => output)).toBe(true);
    expect(await of(others)).toEqual(usual);
  });
});
