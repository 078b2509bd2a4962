import type { Scored } from '../contracts/scorer.ts';
import type { ScoredAmounts, ScoredHandoff, ScoredSpan } from '../contracts/scored-trial.ts';
import { isObject, type JsonObject } from '../kernel/json.ts';
import { msOf } from '../kernel/clock.ts';
import type { Sample } from '../schema/scenario.ts';
import { EVENT, GEN_AI, HANDOFF_PREFIX, OWN } from '../telemetry/attribute-names.ts';
import type { AttributeValue, SpanRecord } from '../telemetry/span.ts';
import { agentOf, NOBODY, roleOf } from '../telemetry/span-role.ts';
import { type SpanTree, treeOf } from '../telemetry/span-tree.ts';
import type { TrialTotals } from '../telemetry/trial-totals.ts';

/** What scorers see of a trial, from its spans alone: a run and a second scoring of its spans go through here alike. */
export function scoredOf(sample: Sample, spans: readonly SpanRecord[], totals: TrialTotals): Scored {
  const tree = treeOf(spans);
  const output = tree.root.attributes[OWN.output];
  // Most scorers look at the output alone: what costs time is made for those that ask.
  const lazy = once(() => tree.spans.map((span) => spanOf(tree, span)));
  return {
    sample,
    output: typeof output === 'string' ? output : '',
    agents: totals.agentOrder,
    toolCalls: tree.spans.filter((span) => roleOf(span) === 'tool').map((span) => toolCallOf(tree, span)),
    routed: totals.routed,
    get spans() {
      return lazy();
    },
    get handoffs() {
      return handoffsOf(tree);
    },
    amounts: totals,
    get amountsByAgent() {
      return amountsByAgent(totals, lazy());
    },
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function spanOf(tree: SpanTree, span: SpanRecord): ScoredSpan {
  const { attributes, events } = span;
  const faults = [
    attributes[OWN.faultType],
    ...events.filter(({ name }) => name === EVENT.fault).map((one) => one.attributes[OWN.faultType] ?? 'fault'),
  ];
  return {
    path: span.path,
    parentPath: span.parentPath,
    name: span.name,
    role: roleOf(span),
    agent: agentOf(tree, span) ?? NOBODY,
    startMs: msOf(span.startUs),
    durationMs: msOf(span.endUs - span.startUs),
    error: span.error?.type ?? null,
    model: textOf(attributes[GEN_AI.requestModel]),
    tool: textOf(attributes[GEN_AI.toolName]),
    denied: attributes[OWN.toolDenied] === true,
    faults: faults.filter((fault) => fault !== undefined).map(String),
    eventNames: events.map(({ name }) => name),
  };
}

const textOf = (value: AttributeValue | undefined): string | null => (value === undefined ? null : String(value));

const toolCallOf = (tree: SpanTree, span: SpanRecord): Scored['toolCalls'][number] => ({
  agent: agentOf(tree, span) ?? NOBODY,
  name: String(span.attributes[GEN_AI.toolName] ?? ''),
  arguments: argumentsOf(span.attributes[GEN_AI.toolCallArguments]),
});

function argumentsOf(text: AttributeValue | undefined): JsonObject | null {
  if (typeof text !== 'string') return null;
  try {
    const value: unknown = JSON.parse(text.trim() || '{}');
    return isObject(value) ? (value as JsonObject) : null;
  } catch {
    return null;
  }
}

/** Where a pattern says who took over, that counts; else the calls of transfer tools that went well. */
function handoffsOf(tree: SpanTree): ScoredHandoff[] {
  const said = tree.spans
    .flatMap(({ events }) => events.filter(({ attributes }) => attributes[OWN.handoffTo] !== undefined))
    .toSorted((a, b) => a.atUs - b.atUs)
    .map(({ attributes }) => ({ from: String(attributes[OWN.handoffFrom] ?? NOBODY), to: String(attributes[OWN.handoffTo]) }));
  if (said.length > 0) return said;
  return tree.spans
    .filter((span) => roleOf(span) === 'handoff' && !span.error)
    .map((span) => ({
      from: agentOf(tree, span) ?? NOBODY,
      to: String(span.attributes[OWN.handoffTo] ?? String(span.attributes[GEN_AI.toolName]).slice(HANDOFF_PREFIX.length)),
    }));
}

function amountsByAgent(totals: TrialTotals, spans: readonly ScoredSpan[]): Record<string, ScoredAmounts> {
  const sumOf = (agent: string, role: ScoredSpan['role']) => spans.filter((span) => span.agent === agent && span.role === role);
  return Object.fromEntries(
    Object.entries(totals.agents).map(([agent, { calls, inputTokens, outputTokens, costUsd }]) => {
      const runs = sumOf(agent, 'agent');
      // Whoever has no run of its own (a coordinator) is as long as its calls.
      const timed = runs.length > 0 ? runs : sumOf(agent, 'llm');
      const latencyMs = timed.reduce((sum, { durationMs }) => sum + durationMs, 0);
      return [agent, { inputTokens, outputTokens, costUsd, latencyMs, llmCalls: calls, toolCalls: sumOf(agent, 'tool').length }];
    }),
  );
}
