import { GEN_AI, OWN } from '../telemetry/attribute-names.ts';
import { defineDetector } from './seen/detector.ts';
import { numberOf, times } from './seen/trial-view.ts';

export default defineDetector({
  name: 'stagnation',
  description: 'An agent that is asked again says again what it said before: another round without a step forward.',
  severity: 'warning',
  advice:
    'stop when a round brings nothing new (compare it with the one before), or give the next round something new to work on: named defects, another source, another agent',
  mast: 'FM-1.3',
  settings: (z) =>
    z.strictObject({
      similarity: z.number().min(0).max(1).default(0.85).describe('share of three-word phrases in common with its answer before'),
      decisionSimilarity: z
        .number()
        .min(0)
        .max(1)
        .default(1)
        .describe('the same for answers in JSON: decisions about different things are worded alike'),
      rounds: z.int().min(1).default(1).describe('answers of an agent that bring nothing new'),
    }),
  detect: (view, { similarity, decisionSimilarity, rounds }) =>
    [...view.byAgent(view.calls)].flatMap(([agent, own]) => {
      const same = own.filter(({ attributes }) => {
        const least = attributes[GEN_AI.outputType] === 'json' ? decisionSimilarity : similarity;
        return (numberOf(attributes[OWN.outputSimilarity]) ?? 0) >= least;
      });
      if (same.length < rounds) return [];
      const most = Math.max(...same.map(({ attributes }) => numberOf(attributes[OWN.outputSimilarity])!));
      const why = `${times(same.length, `answer of ${agent} repeats`, `answers of ${agent} repeat`)} the one before (similarity up to ${most.toFixed(2)})`;
      return [{ agent, spans: same, why, wasted: same }];
    }),
});
