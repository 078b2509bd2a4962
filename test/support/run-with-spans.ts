import type { ReportInput } from '../../src/contracts/reporter.ts';
import type { SpanRow } from '../../src/contracts/span-row.ts';
import { seededRandom } from '../../src/kernel/random.ts';
import type { TrialRecord } from '../../src/schema/trial-record.ts';
import { smallRun } from './small-run.ts';

/** A run of tests with spans: a workflow, agents in turn that each ask a model and a tool, as many spans as asked for. */
export function runWithSpans(size = 8, input: ReportInput = smallRun()): ReportInput {
  const trials = input.trials.map((trial, at) => ({ ...trial, traceId: at.toString(16).padStart(32, '0') }));
  return { ...input, trials, spans: new Map(trials.map((trial) => [trial.traceId, rowsFor(trial, size)])) };
}

function rowsFor(trial: TrialRecord, size: number): SpanRow[] {
  const us = Math.round(trial.latencyMs * 1000);
  const names = Object.keys(trial.agents).length > 0 ? Object.keys(trial.agents) : ['worker', 'checker'];
  // Whatever packs them must not find the numbers of one trial in another.
  const random = seededRandom(trial.traceId);
  const some = (most: number) => Math.floor(random.next() * most);
  const rows: SpanRow[] = [row({ label: trial.pattern, role: 'workflow', durationUs: us })];
  for (let at = 1; at < size; at++) {
    const isAgent = at % 3 === 1;
    const agent = names[Math.floor(at / 3) % names.length]!;
    const [startUs, durationUs] = [Math.floor((us * (at - 1)) / size), Math.floor(us / size) - some(us / size / 2)];
    rows.push(
      isAgent
        ? row({
            label: agent,
            role: 'agent',
            agent,
            parent: 0,
            startUs,
            durationUs: 3 * durationUs,
            after: at > 3 ? [at - 3] : [],
          })
        : at % 3 === 2
          ? row({ ...CALL, agent, parent: at - 1, startUs, durationUs, isCritical: true })
          : row({
              label: 'search',
              role: 'tool',
              agent,
              parent: at - 2,
              startUs,
              durationUs,
              error: at % 9 === 0 ? 'timeout' : '',
            }),
    );
  }
  return rows.map((each, at) => ({ ...each, id: `${trial.traceId.slice(-8)}${at.toString(16).padStart(8, '0')}` }));
}

const CALL = {
  label: 'chat gpt-4o',
  role: 'llm',
  model: 'gpt-4o-2024-08-06',
  tokens: { input: 1000, cached: 100, output: 50 },
  costUsd: 0.003,
} as const;

const row = (facts: Partial<SpanRow>): SpanRow => ({
  id: '',
  parent: -1,
  role: 'step',
  agent: '',
  label: '',
  model: '',
  startUs: 0,
  durationUs: 0,
  tokens: null,
  costUsd: null,
  error: '',
  isCritical: false,
  after: [],
  ...facts,
});
