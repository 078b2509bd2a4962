import type { Scorer } from '../contracts/scorer.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import type { PlanFacts } from '../schema/plan-facts.ts';
import type { RunRecord, ScenarioSummary } from '../schema/run-record.ts';
import type { Scenario } from '../schema/scenario.ts';
import type { TrialRecord } from '../schema/trial-record.ts';
import { OWN } from '../telemetry/attribute-names.ts';
import { type PriceTable, priceTable } from '../telemetry/cost.ts';
import { type OtlpTrace, writeOtlpLine } from '../telemetry/otlp-json.ts';
import type { JudgeSurroundings } from './ask-judge.ts';
import { composeRecord } from './compose-record.ts';
import { inspectorFor, withKinds } from './inspector.ts';
import { fixturesOf, questionsOf, replayRunId, testOf, type FixtureHashes, testFieldsOf, type TestFacts } from './fingerprint.ts';
import { type AppliedScorer, appliedScorers, type Cell, type LoadedScenario, type TrialPlan } from './plan.ts';
import { rounded } from './record-text.ts';
import type { RunTraces } from './run-traces.ts';
import { judgeSpans, unjudge } from './score-trial.ts';
import { planLine } from './span-lines.ts';
import { requestSeedOf } from './trial.ts';
import type { Traffic } from './traffic.ts';
import { TOOL_VERSION } from './version.ts';

/** What a saved run is judged by now. */
export interface NewScores {
  readonly plan: PlanFacts;
  /** Those of the run, as they are now. */
  readonly scenarios: ReadonlyMap<string, Scenario>;
  readonly scorersOf: ReadonlyMap<string, readonly AppliedScorer[]>;
}

/**
 * Brings the plan of a saved run together with its scenarios as they are now. Throws `usage` where these ask something else than the run was
 * asked: what was not done cannot be judged.
 */
export function newScores(plan: PlanFacts, loaded: readonly LoadedScenario[], scorers: readonly Scorer[]): NewScores {
  const scenarios = new Map(loaded.map(({ scenario }) => [scenario.name, scenario]));
  const now = plan.scenarios.map(({ name }) => {
    const scenario = scenarios.get(name);
    if (scenario) return scenario;
    throw new PatternbenchError('usage', `${plan.runId} has trials of "${name}", and that scenario is not among those named`, {
      remedy: 'name all of its scenarios with -s, or none',
    });
  });
  if (plan.questions !== undefined && questionsOf(now) !== plan.questions) {
    throw new PatternbenchError(
      'usage',
      `samples, tools or limits of ${now.map(({ name }) => name).join(', ')} are not those of ${plan.runId} any more`,
      {
        remedy: 'what was not done cannot be judged: run it again; only scores and what is expected may differ',
      },
    );
  }
  const scorersOf = new Map(loaded.map(({ scenario, prepared }) => [scenario.name, appliedScorers(scenario, scorers, prepared)]));
  return { plan, scenarios, scorersOf };
}

/** Whether any of the scores asks a model. */
export const asksJudges = ({ scorersOf }: NewScores): boolean =>
  [...scorersOf.values()].flat().some(({ scorer }) => scorer.asks !== undefined);

/** Every trial of a saved run, as whoever opens traffic for its judges must know it. */
export const trialsOf = ({ traces }: RunTraces, scores: NewScores): TrialPlan[] => {
  const cells = new Map<string, Cell>();
  return traces.map((trace) => trialOf(trace, scores, cells));
};

function trialOf({ spans }: OtlpTrace, { plan, scenarios, scorersOf }: NewScores, cells: Map<string, Cell>): TrialPlan {
  const { attributes } = spans.find(({ parentPath }) => parentPath === null)!;
  const [name, pattern, id] = [OWN.scenarioId, OWN.patternName, OWN.sampleId].map((key) => String(attributes[key])) as [
    string,
    string,
    string,
  ];
  const scenario = scenarios.get(name);
  const sample = scenario?.samples.find((one) => one.id === id);
  if (!scenario || !sample) {
    throw new PatternbenchError('usage', `there is no sample "${id}" of "${name}" any more, and ${plan.runId} has trials of it`, {
      remedy: 'what is expected of it is not known: run it again',
    });
  }
  const planned = plan.cells.find((cell) => cell.scenario === name && cell.pattern === pattern);
  const cell = cells.get(`${name}/${pattern}`) ?? {
    scenario,
    pattern,
    settings: planned?.settings ?? '',
    agent: undefined,
    notApplicable: undefined,
    context: planned?.context ?? 'task',
    scorers: scorersOf.get(name) ?? [],
  };
  cells.set(`${name}/${pattern}`, cell);
  return { cell, sample, trial: Number(attributes[OWN.runTrial]) };
}

export interface ScoreRequest extends RunTraces {
  readonly scores: NewScores;
  readonly trials: readonly TrialPlan[];
  /** By scenario, where judges are to be asked. */
  readonly traffic: ReadonlyMap<string, Traffic>;
  /** Trials at a time; the results do not depend on it. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
}

/** Judges every trial by its spans, on which the verdicts then stand. The records are in the order of the traces. */
export async function judgeTraces({ traces, trials, traffic, concurrency, signal }: ScoreRequest): Promise<TrialRecord[]> {
  const prices = new Map<string, PriceTable>();
  for (const { cell } of trials) {
    const { scenario } = cell;
    if (!prices.has(scenario.name)) prices.set(scenario.name, await priceTable(scenario.prices));
  }
  const records: TrialRecord[] = [];
  for (let at = 0; at < traces.length; at += concurrency) {
    signal.throwIfAborted();
    const batch = traces.slice(at, at + concurrency).map((trace, index) => {
      const plan = trials[at + index]!;
      const { scenario, scorers } = plan.cell;
      unjudge(trace.spans.find(({ parentPath }) => parentPath === null)!);
      const judge = judgeOf(plan, { traffic, prices, signal });
      return judgeSpans(trace, { scenario, sample: plan.sample, scorers, judge });
    });
    for (const record of await Promise.all(batch)) records.push(record);
  }
  return records;
}

interface Surroundings extends Pick<ScoreRequest, 'traffic' | 'signal'> {
  readonly prices: ReadonlyMap<string, PriceTable>;
}

function judgeOf(plan: TrialPlan, { traffic, prices, signal }: Surroundings): JudgeSurroundings | undefined {
  const { scenario } = plan.cell;
  const open = traffic.get(scenario.name);
  return (
    open && {
      model: () => open.modelFor(plan),
      clock: open.clock,
      prices: prices.get(scenario.name)!,
      requestSeed: requestSeedOf(scenario, plan.trial),
      signal,
    }
  );
}

/** A run that was judged anew: the three files of it. */
export interface ScoredAgain {
  readonly run: RunRecord;
  readonly trials: readonly TrialRecord[];
  readonly spans: readonly string[];
}

/**
 * The record of a run that was judged anew. Where nothing was judged otherwise, it is that of the run, to the byte; a replay that was judged by other
 * scores has the id, and the bytes, that a replay with these scores has. Other runs keep their id with `-rescored` and the new test behind it.
 */
export async function composeAgain(request: ScoreRequest, records: readonly TrialRecord[]): Promise<ScoredAgain> {
  const { plan, traces, scores, traffic } = request;
  const inspect = await inspectorFor(plan);
  const found = records.map((record, index) => inspect(record, traces[index]!.spans));
  const trials = records.map((record, index) => rounded(withKinds(record, found[index]!)));
  const tests = plan.scenarios.map((summary) => {
    const scenario = scores.scenarios.get(summary.name)!;
    const samples = scenario.samples.slice(0, summary.samples).map(({ id }) => id);
    const epochs = Array.from({ length: summary.trials }, (_, trial) => trial);
    return {
      scenario,
      trials: samples.flatMap((id) => epochs.map((trial) => `${id}#${trial}`)),
      scorers: scores.scorersOf.get(summary.name)!,
    };
  });
  const test = testOf(tests);
  const isReplay = plan.mode === 'replay' && plan.runId === replayRunId(plan, plan.fingerprint, plan.seed);
  const recorded = isReplay ? Object.fromEntries([...traffic].map(([name, open]) => [name, open.fixtures])) : {};
  const fingerprint = {
    ...plan.fingerprint,
    test,
    ...(Object.keys(recorded).length > 0 ? { fixtures: fixturesOf(recorded) } : {}),
    ...scenarioPrints(plan.fingerprint.scenarios, tests, recorded),
  };
  const facts: PlanFacts = {
    ...plan,
    tool: `patternbench ${TOOL_VERSION}`,
    fingerprint,
    runId: isReplay ? replayRunId(plan, fingerprint, plan.seed) : otherId(plan, test),
    scenarios: plan.scenarios.map((summary) => summaryNow(summary, scores.scenarios.get(summary.name)!)),
  };
  return {
    run: rounded(composeRecord(facts, trials, found.flat())),
    trials,
    spans: [
      planLine(facts),
      ...traces.map((trace) =>
        writeOtlpLine({ ...trace, resource: { ...trace.resource, [OWN.runId]: facts.runId } }, { version: TOOL_VERSION }),
      ),
    ],
  };
}

/** What each scenario is, judged anew; nothing where the run was made before that was written down. */
function scenarioPrints(before: PlanFacts['fingerprint']['scenarios'], tests: readonly TestFacts[], recorded: FixtureHashes) {
  if (!before) return {};
  const now = tests.map((facts) => {
    const { name } = facts.scenario;
    const known = before[name] ?? { treatment: '', fixtures: '' };
    return [name, { ...known, test: testFieldsOf(facts), fixtures: recorded[name] ?? known.fixtures }];
  });
  return { scenarios: Object.fromEntries(now) as typeof before };
}

const otherId = ({ runId, fingerprint }: PlanFacts, test: string): string =>
  test === fingerprint.test
    ? runId
    : `${runId.replace(/-rescored-[^-]*$/, '')}-rescored-${test
        .slice(0, 6)
        .toLowerCase()
        .replace(/[^a-z0-9]/g, 'x')}`;

const summaryNow = (
  summary: ScenarioSummary,
  { description, baseline, primary, passThreshold, labels }: Scenario,
): ScenarioSummary => ({ ...summary, description, baseline, primary, passThreshold, labels });
