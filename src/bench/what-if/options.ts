import type { Arrivals } from '../../retiming/arrivals.ts';
import type { LimitRule } from '../../retiming/limit.ts';
import type { NewLatencies } from '../../retiming/new-latency.ts';
import type { PriceTable } from '../../telemetry/cost.ts';
import type { Inspector } from '../inspector.ts';

/** What shall be otherwise than it was recorded. */
export interface WhatIfOptions {
  /** The new model's name by the recorded one: its calls are priced as the new one's. */
  readonly swaps: ReadonlyMap<string, string>;
  /** Models whose calls are priced anew although they stay what they are. */
  readonly repriced: ReadonlySet<string>;
  /** The prices of what is swapped or repriced. */
  readonly prices: PriceTable;
  readonly latencies: NewLatencies;
  readonly limits: readonly LimitRule[];
  /** When the trials of a cell come; of matter only where they share a limit. */
  readonly arrivals: Arrivals;
  readonly parallelSiblings: boolean;
  /** What looks for findings, as in the run itself; without it there are none. */
  readonly inspect?: Inspector;
}

/** Nothing is otherwise. */
export const AS_RECORDED: Omit<WhatIfOptions, 'prices' | 'inspect'> = {
  swaps: new Map(),
  repriced: new Set(),
  latencies: new Map(),
  limits: [],
  arrivals: { kind: 'together' },
  parallelSiblings: false,
};
