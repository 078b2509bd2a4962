import type { PlanFacts } from '../schema/plan-facts.ts';
import type { RunRecord } from '../schema/run-record.ts';
import type { TrialRecord } from '../schema/trial-record.ts';
import { type PriceTable, priceTable } from '../telemetry/cost.ts';
import type { ContentPlace } from '../telemetry/message-content.ts';
import type { OtlpTrace } from '../telemetry/otlp-json.ts';
import { composeRecord } from './compose-record.ts';
import { drive } from './driver.ts';
import { fingerprintOf, replayRunId } from './fingerprint.ts';
import type { RunPlan, TrialPlan } from './plan.ts';
import { planFactsOf } from './plan-facts.ts';
import { rounded } from './record-text.ts';
import { RunFolder } from './run-folder.ts';
import { planLine, trialLine, trialTrace } from './span-lines.ts';
import type { Traffic } from './traffic.ts';

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
  /** The id of a run that is no replay; a replay's id follows from what it is. */
  readonly liveRunId: string;
  readonly signal: AbortSignal;
  /** Facts about the machine, the moment and the traffic, for environment.json; asked for at the end. */
  readonly environment: () => Readonly<Record<string, unknown>>;
  /** What ends the run before its next trial, such as a cap that was met. */
  readonly mustStop?: () => Error | undefined;
  /** Told of what runs away in a trial, while it runs. */
  readonly onAlert?: ((plan: TrialPlan, message: string) => void) | undefined;
  /** Given every finished trial's trace in plan order; the run waits for it. */
  readonly onTrace?: ((trace: OtlpTrace) => Promise<void>) | undefined;
  readonly onProgress?: (done: number, record: TrialRecord) => void;
  /** Asked before the run is written: an error here leaves the last good run as it was. */
  readonly beforeWriting?: (trials: readonly TrialRecord[]) => void;
}

export interface ExecutedRun {
  readonly run: RunRecord;
  readonly trials: readonly TrialRecord[];
  readonly folder: string;
}

/** Runs a plan to its end and leaves its folder. Of a run that does not get there nothing is left, except what was recorded. */
export async function execute(request: ExecuteRequest): Promise<ExecutedRun> {
  const { plan, seed } = request;
  const prices = await pricesOf(plan);
  const facts = factsOf(request, prices);
  const trials: TrialRecord[] = [];
  await using folder = await RunFolder.create(request.reports, facts.runId);
  await folder.appendSpans(planLine(facts));
  await drive({
    trials: plan.trials,
    concurrency: request.concurrency,
    signal: request.signal,
    environmentOf: (trial) => {
      stopIfAsked(request);
      const { name } = trial.cell.scenario;
      const traffic = request.traffic.get(name)!;
      return {
        clock: traffic.clock,
        model: traffic.modelFor(trial),
        prices: prices.get(name)!,
        seed,
        fixtureSet: traffic.fixtureSet,
        signal: request.signal,
        content: request.content,
        onAlert: request.onAlert,
      };
    },
    onTrial: async (finished, record) => {
      const known = rounded(record);
      trials.push(known);
      await folder.appendSpans(trialLine(facts.runId, finished));
      await folder.appendTrial(known);
      await request.onTrace?.(trialTrace(facts.runId, finished));
    },
    ...(request.onProgress ? { onProgress: request.onProgress } : {}),
  });
  if (request.signal.aborted) throw request.signal.reason as Error;
  stopIfAsked(request);
  request.beforeWriting?.(trials);
  const run = rounded(composeRecord(facts, trials));
  await folder.finish(run, request.environment());
  return { run, trials, folder: folder.path };
}

function stopIfAsked({ mustStop }: ExecuteRequest): void {
  const error = mustStop?.();
  if (error) throw error;
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
    runId: mode === 'replay' ? replayRunId(plan, fingerprint, seed) : request.liveRunId,
    priceTable: [...new Set([...prices.values()].map(({ version }) => version))].sort().join(', '),
    mode,
    clock,
    seed,
    fingerprint,
    sensitivity,
  });
}
