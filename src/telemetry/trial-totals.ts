import { msOf, usOf } from '../kernel/clock.ts';
import { GEN_AI, OWN } from './attribute-names.ts';
import { criticalPath, type PathSegment } from './critical-path.ts';
import type { SpanRecord } from './span.ts';
import { agentOf, NOBODY, roleOf } from './span-role.ts';
import { type SpanTree, treeOf } from './span-tree.ts';

export interface AgentTotals {
  /** To models. */
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** null when a call with usage has no price. */
  readonly costUsd: number | null;
  readonly criticalMs: number;
}

/** What a trial cost and did, told by its spans alone. */
export interface TrialTotals {
  readonly latencyMs: number;
  /** Cached ones included. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedInputTokens: number;
  /** Model calls whose endpoint reported no usage. */
  readonly usageMissing: number;
  readonly llmCalls: number;
  /** Hand-offs excluded. */
  readonly toolCalls: number;
  /** null when a call with usage has no price: never taken for 0. */
  readonly costUsd: number | null;
  /** Share of the answered calls that have a price; 1 when there was none. */
  readonly pricedShare: number;
  /** Sum of the durations of calls and tools over that of the trial; null when the trial took no time. */
  readonly parallelism: number | null;
  /** Everyone who ran, called or took critical time, in that order of first mention. */
  readonly agents: Record<string, AgentTotals>;
  /** Names of the agents that ran, in order of their start; an agent that ran twice stands there twice. */
  readonly agentOrder: readonly string[];
  readonly toolCallList: readonly { readonly agent: string; readonly name: string }[];
  readonly routed: readonly string[] | null;
  /** Model calls by provenance. */
  readonly provenance: Record<string, number>;
  readonly criticalPath: readonly PathSegment[];
}

/**
 * Totals of one trial. Tokens and cost count on calls to models only, failed ones included, and never on a call that contains another;
 * durations count on the innermost calls. Throws `broken_invariant` when there is no root.
 */
export function totalsOf(spans: readonly SpanRecord[]): TrialTotals {
  const tree = treeOf(spans);
  const path = criticalPath(spans);
  const { aboveModels, aboveCalls } = containersOf(tree);
  const calls = tree.spans.filter((span) => roleOf(span) === 'llm' && !aboveModels.has(span)).map((span) => callOf(tree, span));
  const tools = tree.spans.filter((span) => roleOf(span) === 'tool');
  const invoked = tree.spans.filter((span) => roleOf(span) === 'agent').map((span) => agentOf(tree, span) ?? NOBODY);
  const workUs = sum(tree.spans.filter((span) => isCall(span) && !aboveCalls.has(span)).map((span) => span.endUs - span.startUs));
  const rootUs = tree.root.endUs - tree.root.startUs;
  const answered = calls.filter((call) => call.usage || call.usageMissing);
  const routed = tree.spans.flatMap((span) => span.attributes[OWN.routeChoice] ?? []).map(String);
  return {
    latencyMs: msOf(rootUs),
    inputTokens: sum(calls.map((call) => call.inputTokens)),
    outputTokens: sum(calls.map((call) => call.outputTokens)),
    cachedInputTokens: sum(calls.map((call) => call.cachedInputTokens)),
    usageMissing: calls.filter((call) => call.usageMissing).length,
    llmCalls: calls.length,
    toolCalls: tools.length,
    costUsd: costOf(calls),
    pricedShare: answered.length === 0 ? 1 : answered.filter((call) => call.costUsd !== null).length / answered.length,
    parallelism: rootUs > 0 ? workUs / rootUs : null,
    agents: agentTotals(calls, invoked, path),
    agentOrder: invoked,
    toolCallList: tools.map((span) => ({
      agent: agentOf(tree, span) ?? NOBODY,
      name: String(span.attributes[GEN_AI.toolName] ?? ''),
    })),
    routed: routed.length > 0 ? routed : null,
    provenance: countBy(calls.flatMap((call) => call.provenance ?? [])),
    criticalPath: path,
  };
}

interface Call {
  readonly agent: string;
  readonly usage: boolean;
  readonly usageMissing: boolean;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedInputTokens: number;
  readonly costUsd: number | null;
  readonly provenance: string | undefined;
}

function callOf(tree: SpanTree, span: SpanRecord): Call {
  const numberOf = (key: string) => {
    const value = span.attributes[key];
    return typeof value === 'number' ? value : undefined;
  };
  const inputTokens = numberOf(GEN_AI.inputTokens);
  const outputTokens = numberOf(GEN_AI.outputTokens);
  const provenance = span.attributes[OWN.provenance];
  return {
    agent: agentOf(tree, span) ?? NOBODY,
    usage: inputTokens !== undefined || outputTokens !== undefined,
    usageMissing: span.attributes[OWN.usageMissing] === true,
    inputTokens: inputTokens ?? 0,
    outputTokens: outputTokens ?? 0,
    cachedInputTokens: numberOf(GEN_AI.cacheReadInputTokens) ?? 0,
    costUsd: numberOf(OWN.costUsd) ?? null,
    provenance: typeof provenance === 'string' ? provenance : undefined,
  };
}

/** A call without usage (it failed, or its endpoint reported none) adds nothing; one with usage and no price makes the sum unknown. */
const costOf = (calls: readonly Call[]): number | null =>
  calls.some((call) => call.usage && call.costUsd === null) ? null : sum(calls.map((call) => call.costUsd ?? 0));

function agentTotals(
  calls: readonly Call[],
  invoked: readonly string[],
  path: readonly PathSegment[],
): Record<string, AgentTotals> {
  const names = new Set([...invoked, ...calls.map((call) => call.agent)]);
  const onPath = path.filter((segment) => segment.kind !== 'orchestrator');
  for (const segment of onPath) names.add(segment.agent);
  const totals = (agent: string): AgentTotals => {
    const own = calls.filter((call) => call.agent === agent);
    return {
      calls: own.length,
      inputTokens: sum(own.map((call) => call.inputTokens)),
      outputTokens: sum(own.map((call) => call.outputTokens)),
      costUsd: costOf(own),
      // Summed in whole microseconds, which adds up exactly.
      criticalMs: msOf(sum(onPath.filter((segment) => segment.agent === agent).map((segment) => usOf(segment.ms)))),
    };
  };
  return Object.fromEntries([...names].map((name) => [name, totals(name)]));
}

const isCall = (span: SpanRecord): boolean => ['llm', 'tool', 'handoff'].includes(roleOf(span));

/** Spans that contain a call to a model, and spans that contain any call. */
function containersOf(tree: SpanTree) {
  const aboveModels = new Set<SpanRecord>();
  const aboveCalls = new Set<SpanRecord>();
  for (const span of tree.spans) {
    if (!isCall(span)) continue;
    markAbove(tree, span, aboveCalls);
    if (roleOf(span) === 'llm') markAbove(tree, span, aboveModels);
  }
  return { aboveModels, aboveCalls };
}

function markAbove(tree: SpanTree, span: SpanRecord, marked: Set<SpanRecord>): void {
  let above = span.parentPath === null ? undefined : tree.byPath.get(span.parentPath);
  while (above && !marked.has(above)) {
    marked.add(above);
    above = above.parentPath === null ? undefined : tree.byPath.get(above.parentPath);
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function countBy(names: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries(counts);
}
