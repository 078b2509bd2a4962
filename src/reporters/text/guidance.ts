import type { FrontAxis, GuideAdvice } from '../../schema/guidance.ts';
import type { Recommendation } from '../../schema/run-record.ts';

/** A probability that was resampled, in words that never claim certainty: "> 99%", "73%", "< 1%". */
export function probabilityInWords(probability: number): string {
  if (probability > 0.99) return '> 99%';
  return probability < 0.01 ? '< 1%' : `${(100 * probability).toFixed(0)}%`;
}

const BETTER: Readonly<Record<FrontAxis['axis'], string>> = { costUsd: 'cheaper', latencyMs: 'faster' };

/** Patterns off the front that were on it in so many resamples are named too. */
const NEARLY = 0.2;

/** What no other pattern beats in quality and cost, and in quality and time, a sentence each; nothing where there is nothing to choose from. */
export function frontSentences({ fronts = [] }: Recommendation): string[] {
  const sentences = fronts.map(({ axis, members, others }) => {
    const near = others.filter(({ probability }) => (probability ?? 0) >= NEARLY);
    const rest = near.length === 0 ? '' : `; perhaps also ${near.map(named).join(', ')}`;
    return `No other pattern is both better and ${BETTER[axis]} than ${members.map(named).join(', ')}${rest}.`;
  });
  const isResampled = fronts.some(({ members }) => members.some(({ probability }) => probability !== null));
  return isResampled ? [...sentences, 'In brackets: how often that stays so when samples are drawn again.'] : sentences;
}

const named = ({ pattern, probability }: FrontAxis['members'][number]) =>
  probability === null ? pattern : `${pattern} (${probabilityInWords(probability)})`;

const VERDICTS: Readonly<Record<GuideAdvice['verdict'], string>> = {
  agrees: 'the data agrees',
  'cannot-tell': 'this data cannot tell it from the best',
  differs: 'the data differs, it is behind the best',
  'not-run': 'it has no scores here, so the data cannot say',
};

/** What the decision guide picks for the scenario's labels, each pick beside what the data says; nothing where a record holds no guide. */
export const guideSentences = ({ guide }: Recommendation): string[] =>
  (guide?.picks ?? []).map(
    ({ pattern, because, verdict }, at) =>
      `${at === 0 ? 'A rule of thumb for these labels picks' : 'Another picks'} ${pattern} (${because}): ${VERDICTS[verdict]}.`,
  );
