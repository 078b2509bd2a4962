import { join } from 'node:path';
import { policyApprover } from '../agent/policy-approver.ts';
import type { Approver } from '../contracts/approver.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import type { Json, JsonObject } from '../kernel/json.ts';
import type { PlanFacts } from '../schema/plan-facts.ts';
import type { Finding, RunRecord } from '../schema/run-record.ts';
import type { TrialRecord } from '../schema/trial-record.ts';
import type { RunBudget } from '../state/run-budget.ts';
import { type PriceTable, priceTable } from '../telemetry/cost.ts';
import type { ContentPlace } from '../telemetry/message-content.ts';
import { brokenByInfrastructure, composeRecord } from './compose-record.ts';
import { drive } from './driver.ts';
import { inspectorFor, withKinds } from './inspector.ts';
import { fingerprintOf, replayRunId } from './fingerprint.ts';
import type { RunPlan, TrialPlan } from './plan.ts';
import { planFactsOf } from './plan-facts.ts';
import { rounded } from './record-text.ts';
import { JOURNAL, RunFolder } from './run-folder.ts';
import { answersFor, openRunJournal, type RunJournal, trialKey } from './run-journal.ts';
import type { LivePush } from './live-push.ts';
import { planLine, trialLine } from './span-lines.ts';
import type { Traffic } from './traffic.ts';
import type { TrialEnvironment } from './trial.ts';

export interface ExecuteRequest {
  readonly plan: RunPlan;
  readonly mode: RunRecord['mode'];
  readonly clock: RunRecord['clock'];
  readonly seed: number;
  /** Trials at a time; the results do not depend on it. */
  readonly concurrency: number;
  /** By name of the scenario. */
  readonly traffic: ReadonlyMap<string, Traffic>;
  /** The folder that runs are written to. */
  readonly reports: string;
  /** Where to put what was said; nowhere when absent. */
  readonly content?: ContentPlace | undefined;
  readonly sensitivity: Readonly<Record<string, string>>;
  /** The id of a run that is no replay, or has a journal; a plain replay's id follows from what it is. */
  readonly liveRunId: string;
  /** Set where the run can be taken up again: what it was told to do goes into its journal before anything is done. */
  readonly admission?: JsonObject | undefined;
  /** Answers to questions of its trials, by key (`trial:path`). */
  readonly answers?: ReadonlyMap<string, Json> | undefined;
  /** Who answers what nobody has answered; default: the scenario's own. */
  readonly approver?: Approver | undefined;
  readonly budget?: RunBudget | undefined;
  readonly signal: AbortSignal;
  /** Facts about the machine, the moment and the traffic, for environment.json; asked for at the end. */
  readonly environment: () => Readonly<Record<string, unknown>>;
  /** What ends the run before its next trial, such as a cap that was met. */
  readonly mustStop?: () => Error | undefined;
  readonly onWarning?: (sentence: string) => void;
  /** Told of what runs away in a trial, while it runs. */
  readonly onAlert?: ((plan: TrialPlan, message: string) => void) | undefined;
  /** Shows trials to a collector while they run. */
  readonly live?: LivePush | undefined;
  readonly onProgress?: (done: number, record: TrialRecord) => void;
  /** Asked before the run is written: an error here leaves the last good run as it was. */
  readonly beforeWriting?: (trials: readonly TrialRecord[]) => void;
}

export interface ExecutedRun {
  readonly run: RunRecord;
  readonly trials: readonly TrialRecord[];
  readonly folder: string;
}

/**
 * Runs a plan to its end and leaves its folder. Of a run that does not get there its journal is left, where it has one, and what was
 * recorded; nothing else. Throws `suspended` when a trial of a run with a journal waits for an answer, `divergence` when what the journal
 * tells is not what this plan does.
 */
export async function execute(request: ExecuteRequest): Promise<ExecutedRun> {
  const { plan, budget } = request;
  const prices = await pricesOf(plan);
  const facts = factsOf(request, prices);
  const signal = budget ? AbortSignal.any([request.signal, budget.signal]) : request.signal;
  const trials: TrialRecord[] = [];
  const findings: Finding[] = [];
  const inspect = await inspectorFor(facts);
  using journal = request.admission && openRunJournal(join(request.reports, facts.runId, JOURNAL), facts, request.admission);
  for (const warning of journal?.warnings ?? []) request.onWarning?.(warning);
  await using folder = await RunFolder.create(request.reports, facts.runId, { inPlace: journal !== undefined });
  await folder.appendSpans(planLine(facts));
  const environmentOf = environmentsOf(request, { prices, signal, journal });
  await drive({
    trials: plan.trials,
    concurrency: request.concurrency,
    signal,
    environmentOf: async (trial) => {
      stopIfAsked(request);
      const watch = await request.live?.watch(facts.runId, trial, request.seed);
      return { ...environmentOf(trial), watch };
    },
    onTrial: async (finished, record) => {
      const found = inspect(record, finished.spans);
      findings.push(...found);
      const known = rounded(withKinds(record, found));
      trials.push(known);
      await folder.appendSpans(trialLine(facts.runId, finished));
      await folder.appendTrial(known);
    },
    ...(request.onProgress ? { onProgress: request.onProgress } : {}),
  });
  if (signal.aborted) throw signal.reason as Error;
  stopIfAsked(request);
  request.beforeWriting?.(trials);
  if (journal) checkWhole(trials, facts);
  const run = rounded(composeRecord(facts, trials, findings));
  await folder.finish(run, request.environment());
  return { run, trials, folder: folder.path };
}

function stopIfAsked({ mustStop }: ExecuteRequest): void {
  const error = mustStop?.();
  if (error) throw error;
}

interface Surroundings {
  readonly prices: ReadonlyMap<string, PriceTable>;
  readonly signal: AbortSignal;
  readonly journal: RunJournal | undefined;
}

/** What each trial of a run is given. */
function environmentsOf(
  request: ExecuteRequest,
  { prices, signal, journal }: Surroundings,
): (trial: TrialPlan) => TrialEnvironment {
  const { seed, answers, budget, mode } = request;
  return (trial) => {
    const { name, approver } = trial.cell.scenario;
    const traffic = request.traffic.get(name)!;
    const key = trialKey(trial);
    return {
      clock: traffic.clock,
      model: traffic.modelFor(trial),
      judge: () => traffic.modelFor(trial),
      prices: prices.get(name)!,
      seed,
      fixtureSet: traffic.fixtureSet,
      signal,
      journal: journal?.ofTrial(key),
      answers: answers && answersFor(key, answers),
      approver: request.approver ?? (approver && policyApprover(approver)),
      budget,
      denyWrites: mode === 'replay',
      content: request.content,
      onAlert: request.onAlert,
    };
  };
}

/** A run is written when every trial has come to an end of its own. */
function checkWhole(trials: readonly TrialRecord[], { runId, mode }: Pick<PlanFacts, 'runId' | 'mode'>): void {
  const diverged = trials.flatMap(({ outcome }) =>
    outcome.status === 'failed' && outcome.code === 'divergence' ? [outcome.message] : [],
  );
  if (diverged.length > 0) {
    throw new PatternbenchError('divergence', `${diverged.length} trials no longer do what the journal tells; ${diverged[0]}`, {
      remedy: 'put prompts, tools, settings and code back as they were when the run began, or start a new run',
    });
  }
  const waiting = trials.filter(({ outcome }) => outcome.status === 'suspended').length;
  const broken = trials.flatMap((trial) =>
    trial.outcome.status === 'failed' && brokenByInfrastructure(trial) ? [trial.outcome.message] : [],
  );
  // A recording that its endpoint broke off is mended by more recording: no answer of a person completes it.
  if (waiting === 0 || (broken.length > 0 && (mode === 'record' || mode === 'auto'))) return;
  const besides = broken.length > 0 ? `; ${broken.length} broke down for reasons that are not the pattern's (${broken[0]})` : '';
  throw new PatternbenchError('suspended', `${waiting} of ${trials.length} trials wait for an answer${besides}`, {
    remedy: `npm run patternbench -- status ${runId}`,
  });
}

async function pricesOf(plan: RunPlan): Promise<Map<string, PriceTable>> {
  const tables = new Map<string, PriceTable>();
  for (const { name, prices } of plan.scenarios) tables.set(name, await priceTable(prices));
  return tables;
}

function factsOf(request: ExecuteRequest, prices: ReadonlyMap<string, PriceTable>): PlanFacts {
  const { plan, mode, clock, seed, sensitivity } = request;
  const hashes = Object.fromEntries([...request.traffic].map(([name, { fixtures }]) => [name, fixtures]));
  const fingerprint = fingerprintOf(plan, hashes);
  return planFactsOf(plan, {
    runId: mode === 'replay' && !request.admission ? replayRunId(plan, fingerprint, seed) : request.liveRunId,
    priceTable: [...new Set([...prices.values()].map(({ version }) => version))].sort().join(', '),
    mode,
    clock,
    seed,
    fingerprint,
    sensitivity,
  });
}
