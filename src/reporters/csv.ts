import { defineReporter } from '../contracts/reporter.ts';
import type { Outcome, TrialRecord } from '../schema/trial-record.ts';
import { csvRow } from './text/csv-cell.ts';

type Cell = string | number | boolean | null;

const BEFORE: readonly (readonly [heading: string, of: (trial: TrialRecord) => Cell])[] = [
  ['scenario', ({ scenario }) => scenario],
  ['adapter', ({ adapter }) => adapter],
  ['pattern', ({ pattern }) => pattern],
  ['sample', ({ sample }) => sample],
  ['trial', ({ trial }) => trial],
  ['status', ({ outcome }) => outcome.status],
  ['reason', ({ outcome }) => reasonOf(outcome)],
  ['passed', ({ passed }) => passed],
];

const AFTER: typeof BEFORE = [
  ['latencyMs', ({ latencyMs }) => latencyMs],
  ['costUsd', ({ costUsd }) => costUsd],
  ['inputTokens', ({ inputTokens }) => inputTokens],
  ['outputTokens', ({ outputTokens }) => outputTokens],
  ['cachedInputTokens', ({ cachedInputTokens }) => cachedInputTokens],
  ['llmCalls', ({ llmCalls }) => llmCalls],
  ['toolCalls', ({ toolCalls }) => toolCalls],
  ['provenance', ({ provenance }) => Object.keys(provenance).sort().join(' ')],
  ['traceId', ({ traceId }) => traceId],
  ['output', ({ output }) => output],
];

/** One row a trial, for a spreadsheet. An empty cell is unknown (unscored, unpriced), never 0. */
export default defineReporter({
  name: 'csv',
  description: 'One row for each trial, safe to open in a spreadsheet',
  extension: 'csv',
  render: ({ trials }) => {
    const scorers = [...new Set(trials.flatMap(({ scores }) => Object.keys(scores)))].sort();
    const heading = [...BEFORE.map(([name]) => name), ...scorers.map((name) => `score ${name}`), ...AFTER.map(([name]) => name)];
    const rows = trials.map((trial) => [
      ...BEFORE.map(([, of]) => of(trial)),
      ...scorers.map((name) => trial.scores[name] ?? null),
      ...AFTER.map(([, of]) => of(trial)),
    ]);
    return `${[heading, ...rows].map(csvRow).join('\r\n')}\r\n`;
  },
});

function reasonOf(outcome: Outcome): string | null {
  switch (outcome.status) {
    case 'failed':
      return `${outcome.code}: ${outcome.message}`;
    case 'limit':
      return outcome.limit;
    case 'completed':
    case 'cancelled':
    case 'suspended':
      return null;
  }
}
