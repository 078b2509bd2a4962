import type { Pattern } from '../contracts/pattern.ts';
import type { RunRecord } from '../schema/run-record.ts';
import { z } from '../schema/zod.ts';
import { GEN_AI, OWN } from '../telemetry/attribute-names.ts';
import { type SharedContent, sharedContentOf } from '../telemetry/shared-content.ts';
import type { SpanRecord } from '../telemetry/span.ts';
import { cellName } from './comparisons.ts';
import { fixed } from './fixed.ts';

/** A pattern as an architecture to choose: what it is and is for, what it takes to set up, what it cost in this scenario. */
export interface Architecture {
  readonly scenario: string;
  readonly pattern: string;
  readonly architecture: string;
  readonly bestFor: string;
  /** The roster alone does for every pattern; these are the options that there are beyond it. */
  readonly setup: { readonly options: number; readonly modelCalls: string };
  /** Mean score; null where nothing is scored. */
  readonly quality: number | null;
  /** Share of planned trials that came to an end of their own. */
  readonly finished: number;
  readonly costUsdPer1kTasks: number | null;
  readonly medianLatencyMs: number;
  /** Over the baseline, 0.09 = +9 %. */
  readonly tokenOverhead: number | null;
  readonly turnOverhead: number | null;
  readonly messagesPerTurn: number | null;
  readonly passesPer1kTokens: number | null;
  /** Of outcomes, over the trials of a sample: 1 = all alike, 0 = as a fair coin. */
  readonly consistency: number | null;
  /** null without captured content. */
  readonly redundancy: number | null;
  readonly resent: number | null;
}

/** Sees the spans of each trial, and tells the mean of what its agents repeated, by `scenario/pattern`. */
export function sharedContentCollector() {
  const seen = new Map<string, SharedContent[]>();
  const average = (values: readonly (number | null)[]) => {
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? null : fixed(known.reduce((sum, value) => sum + value, 0) / known.length);
  };
  return {
    add: (spans: readonly SpanRecord[]): void => {
      const root = spans.find(({ parentPath }) => parentPath === null)!;
      const key = `${String(root.attributes[OWN.scenarioId])}/${String(root.attributes[OWN.patternName])}`;
      if (spans.some(({ attributes }) => attributes[GEN_AI.inputMessages] !== undefined))
        seen.set(key, [...(seen.get(key) ?? []), sharedContentOf(spans)]);
    },
    of: (key: string): SharedContent => ({
      redundancy: average((seen.get(key) ?? []).map(({ redundancy }) => redundancy)),
      resent: average((seen.get(key) ?? []).map(({ resent }) => resent)),
    }),
  };
}

/** Every pattern that ran, by scenario in the order of the run, cheapest first; unpriced ones last. */
export function architecturesOf(
  run: Pick<RunRecord, 'scenarios' | 'groups'>,
  patterns: readonly Pick<Pattern, 'name' | 'description' | 'whenToUse' | 'calls' | 'options'>[],
  shared: (key: string) => SharedContent = () => ({ redundancy: null, resent: null }),
): Architecture[] {
  return run.scenarios.flatMap(({ name }) =>
    run.groups
      .filter((group) => group.scenario === name && group.trials > 0)
      .map((group): Architecture => {
        const pattern = patterns.find((one) => one.name === group.pattern);
        const planned = group.trials + (group.missing ?? 0);
        return {
          scenario: name,
          pattern: cellName(group),
          architecture: pattern?.description ?? 'of another framework',
          bestFor: pattern?.whenToUse ?? 'not known here',
          setup: { options: pattern ? optionCount(pattern) : 0, modelCalls: pattern?.calls ?? 'not known here' },
          quality: group.quality?.mean ?? null,
          finished: fixed((group.trials - group.errors - group.limits) / planned),
          costUsdPer1kTasks: group.costUsdPer1kTasks,
          medianLatencyMs: group.latencyMs.p50,
          tokenOverhead: group.tokenOverhead,
          turnOverhead: group.coordination?.turnOverhead ?? null,
          messagesPerTurn: group.coordination?.messagesPerTurn ?? null,
          passesPer1kTokens: group.coordination?.passesPer1kTokens ?? null,
          consistency: group.consistency?.outcome ?? null,
          ...shared(`${name}/${group.pattern}`),
        };
      })
      .toSorted((a, b) => (a.costUsdPer1kTasks ?? Number.MAX_VALUE) - (b.costUsdPer1kTasks ?? Number.MAX_VALUE)),
  );
}

const optionCount = ({ options }: Pick<Pattern, 'options'>): number =>
  Object.keys(z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' }).properties ?? {}).length;
