import { GEN_AI, OWN } from '../telemetry/attribute-names.ts';
import type { SpanRecord } from '../telemetry/span.ts';
import { roleOf } from '../telemetry/span-role.ts';
import type { SpanTree } from '../telemetry/span-tree.ts';
import type { Moment } from './moment.ts';

/** One request over the wire: a call to a model, or one of its attempts where it needed several. */
export interface ModelRequest {
  /** The span of this request. */
  readonly span: SpanRecord;
  /** The call that it belongs to: usage and names of models stand there. */
  readonly call: SpanRecord;
  /** Whether it is the one that was answered. */
  readonly isAnswered: boolean;
  /** Every name that its model goes by: as requested, as served, and what it is swapped for. */
  readonly models: ReadonlySet<string>;
  /** What it counts for in a limit of tokens: input and output; 0 where nobody told. */
  readonly tokens: number;
  readonly start: Moment;
  readonly end: Moment;
  /** When something stopped it, where something did. */
  readonly cut: Moment | undefined;
  /** When it could have started, had there been no limit. */
  askedUs: number;
}

/** The requests among the spans of a trial, with the call that each belongs to. */
export function requestSpans(tree: SpanTree): { readonly span: SpanRecord; readonly call: SpanRecord }[] {
  return tree.spans.filter(isModelCall(tree)).flatMap((call) => {
    const children = tree.children.get(call.path) ?? [];
    const attempts = children.filter((child) => child.attributes[GEN_AI.httpRequestMethod] !== undefined);
    if (attempts.length > 0) return attempts.map((span) => ({ span, call }));
    return children.length === 0 ? [{ span: call, call }] : [];
  });
}

/** The innermost calls to models: a call that contains another is only its wrapper. */
const isModelCall = (tree: SpanTree) => (span: SpanRecord) =>
  roleOf(span) === 'llm' && !(tree.children.get(span.path) ?? []).some((child) => roleOf(child) === 'llm');

/** The names under which a call asked for a model and was answered by one. */
export const recordedModels = ({ attributes }: SpanRecord): string[] => [
  ...new Set([attributes[GEN_AI.requestModel], attributes[GEN_AI.responseModel]].filter((name) => typeof name === 'string')),
];

/** What a call used, as its endpoint reported it; undefined where it reported nothing. */
export function usageOf({ attributes }: SpanRecord) {
  const count = (name: string) => {
    const value = attributes[name];
    return typeof value === 'number' ? value : undefined;
  };
  const inputTokens = count(GEN_AI.inputTokens);
  const outputTokens = count(GEN_AI.outputTokens);
  if (attributes[OWN.usageMissing] === true || (inputTokens === undefined && outputTokens === undefined)) return undefined;
  return {
    inputTokens: inputTokens ?? 0,
    outputTokens: outputTokens ?? 0,
    cachedInputTokens: count(GEN_AI.cacheReadInputTokens) ?? 0,
    reasoningTokens: count(GEN_AI.reasoningOutputTokens) ?? 0,
  };
}
