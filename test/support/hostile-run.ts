import type { ReportInput } from '../../src/contracts/reporter.ts';
import { runWithSpans } from './run-with-spans.ts';
import { smallRun } from './small-run.ts';

/** What a page that took text for markup would run, load or reorder. */
export const CORPUS = [
  '</script><script>globalThis.owned = 1</script>',
  '<img src=x onerror="globalThis.owned = 2">',
  '"><svg onload=globalThis.owned=3>',
  "javascript:globalThis.owned=4//'",
  '<!--<script>',
  '{{constructor.constructor("owned=5")()}}',
  '\u202Eright to left',
];

/** Every text of the run that comes from people or models is one of the corpus. */
export function hostileRun(): ReportInput {
  const bad = (text: string) => `${CORPUS.join(' ')} ${text}`;
  const { run, trials } = smallRun({ name: bad('desk'), description: bad('description') });
  const input = runWithSpans(8, {
    run: {
      ...run,
      findings: [
        {
          kind: bad('kind'),
          severity: 'error',
          scenario: bad('desk'),
          pattern: 'single',
          sample: 's01',
          trial: 0,
          agent: bad('agent'),
          spanIds: [bad('id')],
          wastedTokens: 1,
          wastedUsd: null,
          wastedMs: 1,
          advice: bad('advice'),
        },
      ],
    },
    trials: trials.map((trial) => ({
      ...trial,
      output: bad('output'),
      why: { quality: bad('why') },
      agents: Object.fromEntries(Object.entries(trial.agents).map(([name, totals]) => [bad(name), totals])),
    })),
  });
  const spans = [...input.spans!].map(
    ([id, rows]) =>
      [
        id,
        rows.map((row) => ({
          ...row,
          label: bad(row.label),
          agent: row.agent && bad(row.agent),
          model: row.model && bad(row.model),
          error: row.error && bad(row.error),
        })),
      ] as const,
  );
  return { ...input, spans: new Map(spans) };
}
