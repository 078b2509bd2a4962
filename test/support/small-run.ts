import { comparisonsOf } from '../../src/bench/comparisons.ts';
import { groupsOf } from '../../src/bench/groups.ts';
import { recommend } from '../../src/bench/recommend.ts';
import type { ReportInput } from '../../src/contracts/reporter.ts';
import type { ScenarioSummary } from '../../src/schema/run-record.ts';
import { NATIVE, type TrialRecord } from '../../src/schema/trial-record.ts';
import { scenarioSummaryOf, trialRecordOf } from './trial-record-of.ts';

/** Passed trials (of three) in each of ten samples, and the size of a trial. */
interface Small {
  readonly pattern: string;
  readonly passed: readonly number[];
  readonly scale: number;
  readonly facts?: Partial<TrialRecord>;
  readonly agents?: Readonly<Record<string, number>>;
}

const small: readonly Small[] = [
  { pattern: 'single', passed: [0, 1, 1, 0, 2, 3, 1, 0, 2, 1], scale: 1, agents: { single: 1 } },
  {
    pattern: 'router',
    passed: [3, 3, 2, 2, 3, 3, 3, 2, 3, 2],
    scale: 0.8,
    agents: { router: 0.25, billing: 0.5, technical: 0.25 },
  },
  { pattern: 'graph', passed: [3, 3, 3, 2, 3, 3, 3, 3, 3, 2], scale: 1.7, agents: { planner: 0.4, billing: 0.6 } },
  { pattern: 'swarm', passed: [0, 0, 1, 0, 1, 1, 0, 0, 1, 0], scale: 1.2, facts: { costUsd: null }, agents: { triage: 1 } },
];

function trialsOf({ pattern, passed, scale, facts, agents = {} }: Small, scenario: ScenarioSummary): TrialRecord[] {
  return passed.flatMap((count, s) =>
    [0, 1, 2].map((trial): TrialRecord => {
      const size = scale * (1 + ((7 * s + 3 * trial + pattern.charCodeAt(1) * (s + 1)) % 11) / 10);
      const latencyMs = Math.round(3000 * size);
      return trialRecordOf({
        scenario: scenario.name,
        pattern,
        sample: `s${String(s + 1).padStart(2, '0')}`,
        trial,
        quality: trial < count ? 1 : 0,
        latencyMs,
        costUsd: Math.round(8000 * size) / 1e6,
        inputTokens: Math.round(2000 * size),
        outputTokens: Math.round(300 * size),
        criticalPath: Object.entries(agents).map(([agent, share]) => ({ agent, kind: 'llm', ms: latencyMs * share })),
        ...facts,
      });
    }),
  );
}

const made = new Map<string, ReportInput>();

/** The same run again is a copy of the one that was computed: tests may change it. */
export function smallRun(facts: Partial<ScenarioSummary> = {}): ReportInput {
  const key = JSON.stringify(facts);
  if (!made.has(key)) made.set(key, computedRun(facts));
  return structuredClone(made.get(key)!);
}

/** Four patterns and one that cannot run, on ten samples of three trials: better, worse, not told apart, unpriced, one failure, one limit. */
function computedRun(facts: Partial<ScenarioSummary>): ReportInput {
  const scenario = scenarioSummaryOf({
    name: 'support-desk',
    samples: 10,
    sensitivity:
      'each declared error rate halved and doubled moves a gap to single by 0.01 at the median, and by 0.16 at most (capacity).',
    ...facts,
  });
  const trials = small
    .flatMap((one) => trialsOf(one, scenario))
    .map((trial): TrialRecord => {
      if (trial.pattern !== 'swarm' || trial.trial !== 2) return trial;
      const ended = { output: null, scores: {}, passed: false } as const;
      if (trial.sample === 's02')
        return { ...trial, ...ended, outcome: { status: 'limit', limit: 'maxModelCalls', message: '' } };
      if (trial.sample === 's04') return { ...trial, ...ended, outcome: { status: 'failed', code: 'timeout', message: '' } };
      return trial;
    });
  const cells = small.map(({ pattern }) => ({ adapter: NATIVE, pattern }));
  const groups = groupsOf(trials, scenario, [
    ...cells,
    { adapter: NATIVE, pattern: 'debate', notApplicable: 'it needs two agents for one task' },
  ]);
  const comparisons = comparisonsOf(trials, scenario);
  const recommendations = recommend({ scenarios: [scenario], groups, comparisons }, trials);
  return {
    trials,
    run: {
      version: 1,
      runId: 'support-desk-7f3a9c2e',
      tool: 'patternbench 0.1.0',
      mode: 'replay',
      clock: 'virtual',
      seed: 7,
      fingerprint: { test: 'a', treatment: 'b', fixtures: 'c' },
      provenance: { recorded: 0, simulated: trials.length, imported: 0 },
      priceTable: 'test prices',
      scenarios: [scenario],
      groups,
      comparisons,
      findings: [],
      recommendations,
      complete: true,
    },
  };
}
