import type { ReportInput } from '../../contracts/reporter.ts';
import type { SpanRow } from '../../contracts/span-row.ts';
import { scoreOf } from '../../stats/trial-score.ts';
import { frontSentences, guideSentences } from '../text/guidance.ts';

/** Characters of an output or of a scorer's reason that the page keeps; what is cut says so. */
const MOST_TEXT = 1500;

/** Texts that occur often are written once and named by number. */
class Strings {
  readonly list: string[] = [];
  readonly #numbers = new Map<string, number>();

  number(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.list.length);
    return this.list.push(text) - 1;
  }
}

/** Everything that the page shows, as JSON: the run, its trials, and the spans of each as one flat list of whole numbers (thirteen a span; page/run-data.js reads them). */
export function pageData({ run, trials, against, spans }: ReportInput) {
  const strings = new Strings();
  const primary = new Map(run.scenarios.map((scenario) => [scenario.name, scenario.primary]));
  // Ids do not compress, so only those are kept that a finding names.
  const evidence = new Set(run.findings.flatMap(({ spanIds }) => spanIds));
  return {
    run,
    against: against ?? null,
    guidance: (run.recommendations ?? []).map((one) => ({
      scenario: one.scenario,
      fronts: frontSentences(one),
      guide: guideSentences(one),
    })),
    trials: trials.map((trial) => {
      const rows = spans?.get(trial.traceId);
      return {
        scenario: trial.scenario,
        adapter: trial.adapter,
        pattern: trial.pattern,
        sample: trial.sample,
        trial: trial.trial,
        traceId: trial.traceId,
        outcome: trial.outcome,
        passed: trial.passed,
        score: scoreOf(trial, primary.get(trial.scenario) ?? ''),
        scores: trial.scores,
        why: Object.fromEntries(Object.entries(trial.why).map(([scorer, text]) => [scorer, cut(text)])),
        output: trial.output === null ? null : cut(trial.output),
        latencyMs: trial.latencyMs,
        costUsd: trial.costUsd,
        tokens: trial.inputTokens + trial.outputTokens,
        llmCalls: trial.llmCalls,
        toolCalls: trial.toolCalls,
        agents: trial.agents,
        criticalPath: trial.criticalPath,
        stop: trial.stop,
        findings: trial.findings,
        spans: rows ? rows.flatMap((row) => spanNumbers(row, strings)) : null,
        after: rows ? rows.flatMap((row, index) => (row.after.length > 0 ? [[index, ...row.after]] : [])) : null,
        evidence: rows ? rows.flatMap((row, index) => (evidence.has(row.id) ? [[index, row.id]] : [])) : null,
      };
    }),
    strings: strings.list,
  };
}

const spanNumbers = (row: SpanRow, strings: Strings): number[] => [
  strings.number(row.label),
  strings.number(row.role),
  strings.number(row.agent),
  strings.number(row.model),
  row.parent,
  row.startUs,
  row.durationUs,
  row.tokens?.input ?? -1,
  row.tokens?.cached ?? -1,
  row.tokens?.output ?? -1,
  row.costUsd === null ? -1 : Math.round(row.costUsd * 1e9),
  row.error === '' ? -1 : strings.number(row.error),
  row.isCritical ? 1 : 0,
];

const cut = (text: string): string =>
  text.length <= MOST_TEXT ? text : `${text.slice(0, MOST_TEXT)} … (${text.length - MOST_TEXT} characters cut; \`show\` has all)`;
