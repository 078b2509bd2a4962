import { msOf } from '../../kernel/clock.ts';
import type { PlanFacts } from '../../schema/plan-facts.ts';
import type { RunRecord } from '../../schema/run-record.ts';
import type { TrialRecord } from '../../schema/trial-record.ts';
import { arrivalTimes } from '../../retiming/arrivals.ts';
import { applyLatencies } from '../../retiming/new-latency.ts';
import { retimedSpans } from '../../retiming/retimed-spans.ts';
import { simulate } from '../../retiming/simulate.ts';
import { type TimeRace, timeRaces } from '../../retiming/time-races.ts';
import { type TrialGraph, trialGraph } from '../../retiming/trial-graph.ts';
import { sampleMeans } from '../../stats/cluster.ts';
import { type GeometricRatio, geometricRatio } from '../../stats/ratio.ts';
import { OWN } from '../../telemetry/attribute-names.ts';
import type { OtlpTrace } from '../../telemetry/otlp-json.ts';
import { composeRecord } from '../compose-record.ts';
import { withKinds } from '../inspector.ts';
import { pairedAmounts, trialsOfCell } from '../paired-trials.ts';
import { rounded } from '../record-text.ts';
import { trialRecordOf } from '../trial-record-of.ts';
import type { WhatIfOptions } from './options.ts';
import { repriced } from './repriced.ts';

/** A run and its trials, as a report takes them. */
export interface ToldRun {
  readonly run: RunRecord;
  readonly trials: readonly TrialRecord[];
}

/** A trial that might have gone another way with the new times. */
export interface OrderMayDiffer {
  readonly sample: string;
  readonly trial: number;
  readonly because: readonly TimeRace[];
}

/** What becomes of a scenario under a pattern. */
export interface WhatIfCell {
  readonly scenario: string;
  readonly adapter: string;
  readonly pattern: string;
  readonly trials: number;
  /** Would be over was, paired by sample, as a geometric mean; null where anything is unpriced, or nothing has an amount. */
  readonly costRatio: GeometricRatio | null;
  readonly latencyRatio: GeometricRatio | null;
  readonly orderMayDiffer: readonly OrderMayDiffer[];
  /** Answers that keep their recorded time because nobody told how many tokens they had. */
  readonly keptTimes: number;
  /** Waits of siblings for one another that were taken out. */
  readonly freedWaits: number;
  /** Requests that waited for a limit, and how long, all together. */
  readonly limited: { readonly requests: number; readonly waitMs: number };
  /** From the coming of the first trial to the end of the last one, where they share a timeline. */
  readonly makespanMs: number | null;
}

export interface WhatIf {
  readonly before: ToldRun;
  readonly after: ToldRun;
  readonly cells: readonly WhatIfCell[];
}

/**
 * What a run would have cost and how long it would have taken, from its spans: times by simulating what happened before what, prices by the
 * recorded tokens. What was said, its scores and its token counts stay as recorded. `before` is the run as its spans tell it. Pure: nothing is
 * read, written or run. Throws `invalid_record` for a trace that is no trial of ours.
 */
export function whatIf(plan: PlanFacts, traces: readonly OtlpTrace[], options: WhatIfOptions): WhatIf {
  const cells = Map.groupBy(traces, cellOf);
  const changed = new Map<OtlpTrace, OtlpTrace>();
  const facts = new Map<string, CellFacts>();
  for (const [name, own] of cells) {
    const simulated = simulatedCell(name, own, options);
    for (const [index, trace] of own.entries()) changed.set(trace, simulated.traces[index]!);
    facts.set(name, simulated.facts);
  }
  const told = (of: (trace: OtlpTrace) => OtlpTrace): ToldRun => {
    const records = traces.map((trace) => trialRecordOf(of(trace)));
    const found = records.map((record, index) => options.inspect?.(record, of(traces[index]!).spans) ?? []);
    const trials = records.map((record, index) => rounded(withKinds(record, found[index]!)));
    return { run: rounded(composeRecord(plan, trials, found.flat())), trials };
  };
  const before = told((trace) => trace);
  const after = told((trace) => changed.get(trace)!);
  return {
    before,
    after,
    cells: after.run.groups.map((cell) => {
      const { scenario, adapter, pattern, trials } = cell;
      const sides = [trialsOfCell(after.trials, cell), trialsOfCell(before.trials, cell)] as const;
      return {
        scenario,
        adapter,
        pattern,
        trials,
        costRatio: ratioOf(...sides, (trial) => trial.costUsd),
        latencyRatio: ratioOf(...sides, (trial) => trial.latencyMs),
        ...(facts.get(cellName(cell)) ?? NO_FACTS),
      };
    }),
  };
}

type CellFacts = Pick<WhatIfCell, 'orderMayDiffer' | 'keptTimes' | 'freedWaits' | 'limited' | 'makespanMs'>;

const NO_FACTS: CellFacts = {
  orderMayDiffer: [],
  keptTimes: 0,
  freedWaits: 0,
  limited: { requests: 0, waitMs: 0 },
  makespanMs: null,
};

const cellName = ({ scenario, adapter, pattern }: Pick<WhatIfCell, 'scenario' | 'adapter' | 'pattern'>) =>
  JSON.stringify([scenario, adapter, pattern]);

function cellOf(trace: OtlpTrace): string {
  const { scenario, adapter, pattern } = identityOf(trace);
  return cellName({ scenario, adapter, pattern });
}

function identityOf({ spans }: OtlpTrace) {
  const { attributes } = spans.find((span) => span.parentPath === null)!;
  const text = (name: string) => String(attributes[name] ?? '');
  return {
    scenario: text(OWN.scenarioId),
    adapter: text(OWN.adapter),
    pattern: text(OWN.patternName),
    sample: text(OWN.sampleId),
    trial: Number(attributes[OWN.runTrial] ?? 0),
  };
}

function simulatedCell(name: string, traces: readonly OtlpTrace[], options: WhatIfOptions) {
  const trials = traces.map((trace) => {
    const graph = trialGraph(trace.spans, { parallelSiblings: options.parallelSiblings, swaps: options.swaps });
    const { scenario, sample, trial } = identityOf(trace);
    // The same sample and trial draws alike under every pattern: they stay comparable.
    const keptTimes = applyLatencies(graph, options.latencies, `${scenario}/${sample}/${trial}`);
    return { graph, keptTimes, sample, trial };
  });
  const isShared = options.limits.some((limit) => !limit.perTrial);
  const comesUs = isShared ? arrivalTimes(options.arrivals, trials.length, name) : trials.map(() => 0);
  simulate(
    trials.map(({ graph }, index) => ({ graph, atUs: comesUs[index]! })),
    options.limits,
  );
  const waits = trials.flatMap(({ graph }) => waitsOf(graph));
  const facts: CellFacts = {
    orderMayDiffer: trials.flatMap(({ graph, sample, trial }) => {
      const because = timeRaces(graph, options.latencies);
      return because.length > 0 ? [{ sample, trial, because }] : [];
    }),
    keptTimes: sum(trials.map((trial) => trial.keptTimes)),
    freedWaits: sum(trials.map(({ graph }) => graph.freed)),
    limited: { requests: waits.length, waitMs: msOf(sum(waits)) },
    makespanMs: isShared ? msOf(Math.max(...trials.map(({ graph }) => graph.root.end.atUs)) - comesUs[0]!) : null,
  };
  const changed = traces.map((trace, index) => ({
    ...trace,
    spans: retimedSpans(trials[index]!.graph).map((span) => repriced(span, options)),
  }));
  return { facts, traces: changed };
}

/** Microseconds that requests waited for a limit; of those that did. */
const waitsOf = ({ requests }: TrialGraph): number[] =>
  requests.flatMap(({ askedUs, start }) => (askedUs >= 0 && start.atUs > askedUs ? [start.atUs - askedUs] : []));

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function ratioOf(
  after: readonly TrialRecord[],
  before: readonly TrialRecord[],
  amount: (trial: TrialRecord) => number | null,
): GeometricRatio | null {
  const pairs = pairedAmounts(after, before, amount);
  return pairs && geometricRatio(sampleMeans(pairs.a), sampleMeans(pairs.b));
}
