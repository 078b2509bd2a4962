import type { Comparison, Recommendation, ScenarioSummary } from '../../schema/run-record.ts';

const AXES: Readonly<Record<string, string>> = { quality: 'quality', costUsd: 'cost', tokens: 'tokens', latencyMs: 'latency' };

/**
 * What gets worse where a recommendation is followed, in a sentence, also where nothing does: who reads a report must not have to guess whether it was
 * looked at. Null where the evidence of the recommendation says it already.
 */
export function worseSentence(
  { pattern, evidence }: Recommendation,
  scenario: Pick<ScenarioSummary, 'name' | 'baseline'>,
  comparisons: readonly Comparison[],
): string | null {
  if (evidence.some((sentence) => sentence.startsWith('Got worse'))) return null;
  if (pattern === scenario.baseline) return 'Got worse: nothing, it is the baseline.';
  const own = comparisons.filter((one) => one.scenario === scenario.name && one.a === pattern && one.n > 0);
  if (own.length === 0) return null;
  const worse = own.filter(({ verdict }) => verdict === 'regressed').map(({ metric }) => AXES[metric] ?? metric);
  const looked = own.map(({ metric }) => AXES[metric] ?? metric).join(', ');
  return worse.length > 0
    ? `${pattern} got worse than ${scenario.baseline} in ${worse.join(', ')}.`
    : `${pattern} beside ${scenario.baseline} got worse in nothing that this run can tell, of ${looked}.`;
}
