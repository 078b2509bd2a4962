import { msOf } from '../../kernel/clock.ts';
import type { TrialRecord } from '../../schema/trial-record.ts';
import type { AttributeValue, SpanRecord } from '../../telemetry/span.ts';
import { GEN_AI } from '../../telemetry/attribute-names.ts';
import { agentOf, NOBODY, roleOf, type SpanRole } from '../../telemetry/span-role.ts';
import { type SpanTree, treeOf } from '../../telemetry/span-tree.ts';

/** Tokens that a model takes at most, or null where that is not known. */
export type WindowOf = (model: string) => number | null;

/** One trial as detectors look at it: its spans, indexed once for all of them. */
export class TrialView {
  readonly record: TrialRecord;
  readonly tree: SpanTree;
  readonly windowOf: WindowOf;
  /** Calls to models that contain no other, in the order of their start. */
  readonly calls: readonly SpanRecord[];
  /** Calls of tools; those that hand over are apart. */
  readonly tools: readonly SpanRecord[];
  readonly handoffs: readonly SpanRecord[];
  /** Runs of agents. */
  readonly runs: readonly SpanRecord[];
  readonly #roles = new Map<SpanRecord, SpanRole>();
  readonly #agents = new Map<SpanRecord, string>();

  constructor(record: TrialRecord, spans: readonly SpanRecord[], windowOf: WindowOf) {
    this.record = record;
    this.windowOf = windowOf;
    this.tree = treeOf(spans);
    for (const span of this.tree.spans) this.#roles.set(span, roleOf(span));
    const ofRole = (role: SpanRole) => this.tree.spans.filter((span) => this.roleOf(span) === role);
    this.calls = ofRole('llm').filter((span) => !this.childrenOf(span).some((child) => this.roleOf(child) === 'llm'));
    this.tools = ofRole('tool');
    this.handoffs = ofRole('handoff');
    this.runs = ofRole('agent');
  }

  roleOf(span: SpanRecord): SpanRole {
    return this.#roles.get(span)!;
  }

  agentOf(span: SpanRecord): string {
    let agent = this.#agents.get(span);
    if (agent === undefined) this.#agents.set(span, (agent = agentOf(this.tree, span) ?? NOBODY));
    return agent;
  }

  childrenOf(span: SpanRecord): readonly SpanRecord[] {
    return this.tree.children.get(span.path) ?? [];
  }

  /** The nearest run of an agent around a span; the root where there is none. */
  runOf(span: SpanRecord): SpanRecord {
    let at = span;
    // Spans of a broken file may be their own ancestors.
    for (let hops = 0; at.parentPath !== null && hops <= this.tree.spans.length; hops++) {
      at = this.tree.byPath.get(at.parentPath) ?? this.tree.root;
      if (this.roleOf(at) === 'agent') return at;
    }
    return this.tree.root;
  }

  /** The call to a model that asked for a tool: the last one of the same run that had ended by then. */
  askerOf(tool: SpanRecord): SpanRecord | undefined {
    const run = this.runOf(tool);
    return this.calls.findLast((call) => call.endUs <= tool.startUs && this.runOf(call) === run);
  }

  /** Spans of a list by the agent whose they are, in the order of the first of each. */
  byAgent(spans: readonly SpanRecord[]): Map<string, SpanRecord[]> {
    return Map.groupBy(spans, (span) => this.agentOf(span));
  }

  /** Everything below a span, in the order of its start. */
  within(span: SpanRecord): readonly SpanRecord[] {
    // A set grows while it is gone through, and takes each span once: in a broken file a span may be its own ancestor.
    const found = new Set(this.childrenOf(span));
    for (const one of found) for (const child of this.childrenOf(one)) found.add(child);
    return [...found];
  }
}

export const tokensOf = ({ attributes }: SpanRecord): number =>
  (numberOf(attributes[GEN_AI.inputTokens]) ?? 0) + (numberOf(attributes[GEN_AI.outputTokens]) ?? 0);

export const inputTokensOf = ({ attributes }: SpanRecord): number => numberOf(attributes[GEN_AI.inputTokens]) ?? 0;

export const numberOf = (value: AttributeValue | undefined): number | undefined =>
  typeof value === 'number' ? value : undefined;

export const textsOf = (value: AttributeValue | undefined): readonly string[] => (typeof value === 'object' ? value : []);

export const msLong = ({ startUs, endUs }: SpanRecord): number => msOf(endUs - startUs);

/** A share of 1 as a text, such as `83%`. */
export const percent = (share: number): string => `${Math.round(share * 100)}%`;

/** How often, with the right word. */
export const times = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
