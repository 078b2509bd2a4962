import type { Interaction } from '../../fixtures/interaction.ts';
import type { ImportedInteraction } from '../../fixtures/importing/import-interactions.ts';
import { answerOf, type SaidToolCall, tokensOf } from '../../fixtures/said.ts';
import { isObject } from '../../kernel/json.ts';
import { childPath } from '../../kernel/path.ts';
import { GEN_AI, OPERATION, OWN } from '../../telemetry/attribute-names.ts';
import type { PriceTable } from '../../telemetry/cost.ts';
import { type Attributes, type SpanRecord, TrialTrace } from '../../telemetry/span.ts';
import { callTimeline, type TimedCall } from './call-timeline.ts';

/** One turn of an agent: a call to a model with the calls of tools that it asked for. */
interface Turn {
  readonly at: number;
  readonly imported: ImportedInteraction;
  readonly timed: TimedCall;
}

/** An agent at work without a break: each of its calls goes on where the last one left off. */
interface Invocation {
  readonly agent: string;
  readonly path: string;
  readonly turns: Turn[];
}

/**
 * The spans of a recorded run without its root: one for each agent at work, in it its calls to models and the tools that it called. Tools take the time
 * between the calls around them where times were recorded, and none otherwise, since a recording of model traffic does not say.
 */
export function recordedTrace(imports: readonly ImportedInteraction[], prices: PriceTable): SpanRecord[] {
  const timeline = callTimeline(imports);
  const invocations = invocationsOf(imports, timeline);
  const trace = new TrialTrace();
  // Paths of the last spans of each call: the call itself, or the tools that it asked for.
  const lastPaths = new Map<number, string[]>();
  const turns = invocations.flatMap((invocation) => invocation.turns.map((turn, index) => ({ invocation, turn, index })));
  for (const invocation of invocations) openInvocation(trace, invocation);
  for (const { invocation, turn, index } of turns.toSorted((a, b) => a.turn.at - b.turn.at)) {
    const after = turn.timed.after.flatMap((place) => lastPaths.get(place) ?? []);
    const call = callSpan(trace, { invocation, turn, index, after, prices });
    lastPaths.set(turn.at, toolSpans(trace, { invocation, index, call }));
    if (index === 0) invocationAfter(trace, invocation, after);
  }
  return trace.spans.map((span) => span);
}

function invocationsOf(imports: readonly ImportedInteraction[], timeline: readonly TimedCall[]): Invocation[] {
  const invocations: Invocation[] = [];
  const ofCall = new Map<number, Invocation>();
  const counts = new Map<string, number>();
  for (const [at, imported] of imports.entries()) {
    const { agent } = imported.interaction.line;
    const before = imported.after.findLast((place) => ofCall.get(place)!.agent === agent);
    const turn: Turn = { at, imported, timed: timeline[at]! };
    let invocation = before === undefined ? undefined : ofCall.get(before);
    if (invocation && invocation.turns.at(-1)!.timed.endUs <= turn.timed.startUs) invocation.turns.push(turn);
    else {
      const count = counts.get(agent) ?? 0;
      counts.set(agent, count + 1);
      invocation = { agent, path: childPath('', 'agent', agent, count), turns: [turn] };
      invocations.push(invocation);
    }
    ofCall.set(at, invocation);
  }
  return invocations;
}

function openInvocation(trace: TrialTrace, { agent, path, turns }: Invocation): void {
  const span = trace.start({
    path,
    parentPath: '',
    name: `${OPERATION.invokeAgent} ${agent}`,
    startUs: turns[0]!.timed.startUs,
    attributes: { [GEN_AI.operationName]: OPERATION.invokeAgent, [GEN_AI.agentName]: agent, [OWN.agentTurns]: turns.length },
    after: [],
  });
  span.endUs = turns.at(-1)!.timed.endUs;
}

function invocationAfter(trace: TrialTrace, { path }: Invocation, after: readonly string[]): void {
  const place = trace.spans.findIndex((span) => span.path === path);
  trace.spans[place] = { ...trace.spans[place]!, after };
}

interface CallOf {
  readonly invocation: Invocation;
  readonly turn: Turn;
  readonly index: number;
  readonly after: readonly string[];
  readonly prices: PriceTable;
}

const OPERATIONS: Readonly<Record<string, string>> = { completions: 'text_completion', embeddings: 'embeddings' };

function callSpan(trace: TrialTrace, { invocation, turn, index, after, prices }: CallOf): SpanRecord {
  const { imported, timed } = turn;
  const { line } = imported.interaction;
  const operation = OPERATIONS[line.api] ?? OPERATION.chat;
  const span = trace.start({
    path: childPath(invocation.path, 'model', operation, index),
    parentPath: invocation.path,
    name: `${operation} ${line.model}`,
    kind: 'client',
    startUs: timed.startUs,
    attributes: {
      [GEN_AI.operationName]: operation,
      [GEN_AI.providerName]: 'openai',
      [GEN_AI.requestModel]: line.model,
      [GEN_AI.agentName]: invocation.agent,
      [GEN_AI.openaiApiType]: line.api === 'chat.completions' ? 'chat_completions' : line.api,
      [OWN.provenance]: 'imported',
      [OWN.timing]: imported.timing,
      ...(line.from === undefined ? {} : { [OWN.importedFrom]: line.from }),
      ...answerAttributes(imported, prices),
    },
    after,
  });
  span.endUs = timed.endUs;
  const answer = answerOf(imported.interaction);
  if (answer.failed) span.error = { type: 'model_error', message: `${answer.end}: ${answer.text}`.slice(0, 500) };
  return span;
}

function answerAttributes({ interaction, pricedOn }: ImportedInteraction, prices: PriceTable): Attributes {
  const { line } = interaction;
  const answer = answerOf(interaction);
  const facts: Attributes = {
    ...(line.served === undefined ? {} : { [GEN_AI.responseModel]: line.served }),
    ...(answer.failed ? {} : { [GEN_AI.responseFinishReasons]: [answer.end] }),
    ...(line.sse && line.ttfb !== undefined
      ? { [GEN_AI.timeToFirstChunk]: line.ttfb / 1000, [OWN.chunks]: line.sse.d.length }
      : {}),
  };
  const tokens = tokensOf(interaction);
  if (!tokens) return { ...facts, ...(answer.failed ? {} : { [OWN.usageMissing]: true }) };
  const usage = {
    inputTokens: tokens.input,
    outputTokens: tokens.output,
    cachedInputTokens: tokens.cached,
    reasoningTokens: reasoningTokensOf(interaction),
  };
  const cost = prices.costOf(line.served ?? line.model, usage, pricedOn) ?? prices.costOf(line.model, usage, pricedOn);
  return {
    ...facts,
    [GEN_AI.inputTokens]: usage.inputTokens,
    [GEN_AI.outputTokens]: usage.outputTokens,
    [GEN_AI.cacheReadInputTokens]: usage.cachedInputTokens,
    [GEN_AI.reasoningOutputTokens]: usage.reasoningTokens,
    [OWN.pricedOn]: pricedOn,
    ...(cost ? { [OWN.costUsd]: cost.usd, [OWN.priceVersion]: prices.version } : {}),
  };
}

function reasoningTokensOf({ line: { usage } }: Interaction): number {
  const details = usage?.['completion_tokens_details'] ?? usage?.['output_tokens_details'];
  const tokens = isObject(details) ? details['reasoning_tokens'] : undefined;
  return typeof tokens === 'number' ? tokens : 0;
}

interface ToolsOf {
  readonly invocation: Invocation;
  readonly index: number;
  readonly call: SpanRecord;
}

/** Spans of the tools that a call asked for; gives the paths that the next call comes after. */
function toolSpans(trace: TrialTrace, { invocation, index, call }: ToolsOf): string[] {
  const { imported } = invocation.turns[index]!;
  const next = invocation.turns[index + 1];
  const asked = answerOf(imported.interaction).toolCalls;
  const isTold = next !== undefined && next.imported.startedMs !== undefined && imported.startedMs !== undefined;
  const endUs = isTold ? Math.max(call.endUs, next.timed.startUs) : call.endUs;
  const paths = asked.map(({ name }: SaidToolCall) => {
    const count = trace.spans.filter(
      (span) => span.parentPath === invocation.path && span.attributes[GEN_AI.toolName] === name,
    ).length;
    const span = trace.start({
      path: childPath(invocation.path, 'tool', name, count),
      parentPath: invocation.path,
      name: `${OPERATION.executeTool} ${name}`,
      startUs: call.endUs,
      attributes: {
        [GEN_AI.operationName]: OPERATION.executeTool,
        [GEN_AI.toolName]: name,
        [GEN_AI.agentName]: invocation.agent,
      },
      after: [call.path],
    });
    span.endUs = endUs;
    return span.path;
  });
  // A tool's span may end with the call after it, which then did not wait for it to the microsecond.
  return [call.path, ...paths];
}
