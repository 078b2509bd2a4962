import type { Recommendation, RunRecord } from '../../schema/run-record.ts';
import { worseSentence } from '../text/worse.ts';
import { markdownText } from '../text/markdown-text.ts';

type Chosen = Pick<RunRecord, 'recommendations' | 'scenarios' | 'comparisons'>;

/** What to use for a scenario, how sure that is, and what it gains and costs over one agent. */
function choiceLines(recommendation: Recommendation, run: Chosen): string[] {
  const { scenario, sentence, sure, evidence } = recommendation;
  const summary = run.scenarios.find(({ name }) => name === scenario);
  const worse = summary ? worseSentence(recommendation, summary, run.comparisons) : null;
  return [
    `- **${markdownText(scenario)}**: ${markdownText(sentence)}`,
    `  - How sure: ${markdownText(sure)}`,
    ...[...evidence, ...(worse === null ? [] : [worse])].map((text) => `  - ${markdownText(text)}`),
  ];
}

/** The recommendations for some scenarios, a list. */
export function choices(run: Chosen, wanted: (scenario: string) => boolean): string[] {
  const own = (run.recommendations ?? []).filter(({ scenario }) => wanted(scenario));
  return own.flatMap((one) => choiceLines(one, run));
}
