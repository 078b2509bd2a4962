import { compareRuns } from '../../../src/bench/compare-runs.ts';
import { groupsOf } from '../../../src/bench/groups.ts';
import { type Random, seededRandom } from '../../../src/kernel/random.ts';
import type { RunRecord } from '../../../src/schema/run-record.ts';
import { NATIVE, type TrialRecord } from '../../../src/schema/trial-record.ts';
import { scenarioSummaryOf, trialRecordOf } from '../../support/trial-record-of.ts';
import { CHECK, type Study } from './coverage-of.ts';
import { chance, normal, passes } from './draws.ts';

export interface GateStudy extends Study {
  readonly patterns: number;
  /** A score is the share of so many facts; 1 = passed or not. */
  readonly facts: number;
}

export interface GateErrors {
  /** Share of comparisons of a program with itself that turn red. */
  readonly regressed: number;
  /** How many of the first `CHECK` do: what a test recomputes. */
  readonly check: number;
}

const scenario = scenarioSummaryOf();

const nameOf = (pattern: number) => `pattern-${pattern}`;

/**
 * How often the statistical gate calls a run worse than another of the same program: for each repeat, samples of random difficulty are tried twice under
 * every pattern, with log-normal tokens, costs and times that hang on the sample too.
 */
export function gateErrors(study: GateStudy, repeats: number): GateErrors {
  const random = seededRandom(`gate/${JSON.stringify(study)}`);
  const blank = runOf(sideOf(study, samplesOf(study, random), random));
  const [before, after] = ['before', 'after'].map((runId) => ({
    ...blank,
    runId,
    fingerprint: { ...blank.fingerprint, fixtures: runId },
  }));
  let [regressed, check] = [0, 0];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const samples = samplesOf(study, random);
    const [first, second] = [sideOf(study, samples, random), sideOf(study, samples, random)];
    const isRed = compareRuns({ run: before!, trials: first }, { run: after!, trials: second }).verdict === 'regressed';
    if (isRed) regressed++;
    if (isRed && repeat < CHECK) check++;
  }
  return { regressed: regressed / repeats, check };
}

interface SampleDraw {
  readonly easy: number;
  readonly size: number;
}

/** By pattern, by sample. */
const samplesOf = (study: GateStudy, random: Random): SampleDraw[][] =>
  Array.from({ length: study.patterns }, () =>
    Array.from({ length: study.samples }, () => ({ easy: chance(random, study), size: 0.3 * normal(random) })),
  );

const sideOf = (study: GateStudy, samples: readonly SampleDraw[][], random: Random): TrialRecord[] =>
  samples.flatMap((own, pattern) =>
    own.flatMap(({ easy, size }, sample) =>
      Array.from({ length: study.trials }, (_, trial) => {
        const amount = Math.exp(size + 0.2 * normal(random));
        return trialRecordOf({
          pattern: nameOf(pattern),
          sample: `s${sample}`,
          trial,
          quality: passes(random, easy, study.facts).reduce((sum, fact) => sum + fact, 0) / study.facts,
          inputTokens: Math.round(1000 * amount),
          costUsd: 0.01 * amount,
          latencyMs: 1000 * Math.exp(size + 0.2 * normal(random)),
        });
      }),
    ),
  );

function runOf(trials: readonly TrialRecord[]): RunRecord {
  const names = [...new Set(trials.map(({ pattern }) => pattern))];
  return {
    version: 1,
    runId: 'simulated',
    tool: 'test',
    mode: 'live',
    clock: 'virtual',
    seed: 1,
    fingerprint: { test: 'same', treatment: 'same', fixtures: 'same' },
    provenance: { recorded: 1, simulated: 0, imported: 0 },
    priceTable: 'test',
    scenarios: [scenario],
    groups: groupsOf(
      trials,
      scenario,
      names.map((pattern) => ({ adapter: NATIVE, pattern })),
    ),
    comparisons: [],
    findings: [],
    complete: true,
  };
}
