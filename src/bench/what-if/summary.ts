import type { Group, Recommendation, RunRecord } from '../../schema/run-record.ts';
import type { GeometricRatio } from '../../stats/ratio.ts';
import { cellName } from '../comparisons.ts';
import { fixed } from '../fixed.ts';
import { assumptionsOf } from './assumptions.ts';
import type { WhatIfOptions } from './options.ts';
import type { WhatIf, WhatIfCell } from './what-if.ts';

/**
 * An amount as it was recorded and as it would be, and the ratio of the two with its plain 95 % interval, paired by sample. Times of trials that
 * share a limit have no interval: they wait for one another, so the samples are not independent.
 */
export interface Change {
  readonly was: number | null;
  readonly would: number | null;
  readonly ratio: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** A line of the table of a scenario. */
export interface CellChange {
  readonly adapter: string;
  readonly pattern: string;
  /** As it is called where patterns stand beside each other. */
  readonly name: string;
  readonly trials: number;
  /** As recorded: what is said does not change. */
  readonly quality: Group['quality'];
  readonly tokens: number;
  readonly costUsdPer1kTasks: Change;
  readonly pricedShare: number;
  /** The ratio is that of the means of samples. */
  readonly latencyMsP50: Change;
  readonly latencyMsP95: Pick<Change, 'was' | 'would'>;
  readonly orderMayDiffer: WhatIfCell['orderMayDiffer'];
  readonly keptTimes: number;
  readonly freedWaits: number;
  readonly limited: WhatIfCell['limited'];
  readonly makespanMs: number | null;
}

export interface ScenarioChange {
  readonly scenario: string;
  /** What to use, cheapest of those that the run cannot tell from the best; null where nothing is scored. */
  readonly recommended: { readonly was: string | null; readonly would: string | null; readonly sentence: string | null };
  readonly bestSet: readonly string[];
  /** Names, cheapest or fastest first; without what is unpriced. */
  readonly orderByCost: { readonly was: readonly string[]; readonly would: readonly string[] };
  readonly orderByLatency: { readonly was: readonly string[]; readonly would: readonly string[] };
  readonly cells: readonly CellChange[];
}

/** The answer of `whatif` as data: every format is a pure function of it. Money in USD, times in milliseconds. */
export interface WhatIfSummary {
  readonly version: 1;
  readonly runId: string;
  readonly provenance: RunRecord['provenance'];
  /** What was changed, as sentences. */
  readonly changed: readonly string[];
  /** What was not, and what the figures rest on, as sentences. */
  readonly assumptions: readonly string[];
  readonly scenarios: readonly ScenarioChange[];
}

export function whatIfSummary(answer: WhatIf, options: WhatIfOptions): WhatIfSummary {
  const { before, after, cells } = answer;
  return {
    version: 1,
    runId: after.run.runId,
    provenance: after.run.provenance,
    ...assumptionsOf(answer, options),
    scenarios: after.run.scenarios.map(({ name }) => {
      const rows = cells.filter((cell) => cell.scenario === name && cell.trials > 0);
      const changes = rows.map((cell) => changeOf(cell, groupOf(before.run, cell), groupOf(after.run, cell)));
      const [was, would] = [recommendationOf(before.run, name), recommendationOf(after.run, name)];
      return {
        scenario: name,
        recommended: { was: was?.pattern ?? null, would: would?.pattern ?? null, sentence: would?.sentence ?? null },
        bestSet: would?.bestSet ?? [],
        orderByCost: ordersBy(changes, (change) => change.costUsdPer1kTasks),
        orderByLatency: ordersBy(changes, (change) => change.latencyMsP50),
        cells: changes,
      };
    }),
  };
}

const recommendationOf = (run: RunRecord, scenario: string): Recommendation | undefined =>
  run.recommendations?.find((one) => one.scenario === scenario);

const groupOf = (run: RunRecord, cell: WhatIfCell): Group =>
  run.groups.find(
    (group) => group.scenario === cell.scenario && group.adapter === cell.adapter && group.pattern === cell.pattern,
  )!;

function changeOf(cell: WhatIfCell, was: Group, would: Group): CellChange {
  const { adapter, pattern, trials, orderMayDiffer, keptTimes, freedWaits, limited, makespanMs } = cell;
  return {
    adapter,
    pattern,
    name: cellName(cell),
    trials,
    quality: would.quality,
    tokens: would.inputTokens + would.outputTokens,
    costUsdPer1kTasks: { was: was.costUsdPer1kTasks, would: would.costUsdPer1kTasks, ...inDecimals(cell.costRatio) },
    pricedShare: would.pricedShare,
    latencyMsP50: {
      was: was.latencyMs.p50,
      would: would.latencyMs.p50,
      ...inDecimals(cell.latencyRatio),
      ...(makespanMs === null ? {} : { low: null, high: null }),
    },
    latencyMsP95: { was: was.latencyMs.p95, would: would.latencyMs.p95 },
    orderMayDiffer,
    keptTimes,
    freedWaits,
    limited,
    makespanMs,
  };
}

const inDecimals = (ratio: GeometricRatio | null) =>
  ratio ? { ratio: fixed(ratio.ratio), low: fixed(ratio.low), high: fixed(ratio.high) } : { ratio: null, low: null, high: null };

/** The order in which patterns stand by an amount, before and after; equal ones in the order of the table. */
function ordersBy(changes: readonly CellChange[], of: (change: CellChange) => Pick<Change, 'was' | 'would'>) {
  const ordered = (side: 'was' | 'would') =>
    changes
      .filter((change) => of(change)[side] !== null)
      .toSorted((a, b) => of(a)[side]! - of(b)[side]!)
      .map((change) => change.name);
  return { was: ordered('was'), would: ordered('would') };
}
