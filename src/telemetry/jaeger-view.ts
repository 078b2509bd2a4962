import { GEN_AI, OWN } from './attribute-names.ts';
import { EPOCH_MS, type OtlpTrace, SCOPE_NAME } from './otlp-json.ts';
import { saltedTraceId } from './span-ids.ts';
import type { Attributes, SpanRecord } from './span.ts';
import { agentOf } from './span-role.ts';
import { spreadTimes } from './spread-times.ts';
import { type SpanTree, treeOf } from './span-tree.ts';

export interface JaegerView {
  readonly traceId: string;
  readonly exportedId: string;
  /** In canonical order. */
  readonly spans: readonly JaegerSpan[];
}

export interface JaegerSpan {
  readonly span: SpanRecord;
  /** Microseconds of Unix time. */
  readonly startUs: number;
  readonly endUs: number;
  /** Nanoseconds that it ends after that: 0 or 1. */
  readonly endNs: number;
  readonly resource: Readonly<Attributes>;
  readonly attributes: Readonly<Attributes>;
}

/** When a trace is to end in Jaeger, with what makes its id another one; or nothing is changed. */
export type JaegerPlacing = 'exact' | { readonly endMs: number; readonly salt: string };

/** What people search by: Jaeger matches all tags on one span of the chosen service, so the root and every resource carry them. */
const SEARCH_TAGS = [OWN.scenarioId, OWN.patternName, OWN.sampleId, OWN.adapter, OWN.runId, OWN.runTrial] as const;

/**
 * A trace as Jaeger shows it best: one service for each agent (a colour, a filter and a count of its own), the harness's own steps under
 * `patternbench`; times moved so that the trace ends at `endMs` (a fixed epoch is invisible under "last hour"), with the gaps that the
 * critical path needs; the trace id salted, since Jaeger would merge the same trace at other times into one. The canonical trace stays as it is.
 * `exact` keeps times (to the microsecond) and ids as they stand in spans.jsonl, for those who compare the two.
 */
export function jaegerView(trace: OtlpTrace, placing: JaegerPlacing): JaegerView {
  const tree = treeOf(trace.spans);
  const placed = placing === 'exact' ? exactly(tree) : spread(tree, placing.endMs);
  const tags = searchTags(tree.root, trace.resource);
  const resourceOf = resourcesOf(trace.resource, tags);
  const spans = tree.spans.map((span) => ({
    span,
    ...placed(span),
    resource: resourceOf(agentOf(tree, span) ?? SCOPE_NAME),
    attributes: span === tree.root ? { ...tags, ...span.attributes } : span.attributes,
  }));
  const exportedId = placing === 'exact' ? trace.traceId : saltedTraceId(trace.traceId, placing.salt);
  return { traceId: trace.traceId, exportedId, spans };
}

export function searchTags(root: SpanRecord, resource: OtlpTrace['resource']): Attributes {
  const tags: Attributes = {};
  for (const name of SEARCH_TAGS) {
    const value = root.attributes[name] ?? resource[name];
    if (value !== undefined) tags[name] = value;
  }
  return tags;
}

/** The resource of each service of a trace; asked twice for one, it is the same object. */
export function resourcesOf(resource: OtlpTrace['resource'], tags: Attributes): (service: string) => Attributes {
  const resources = new Map<string, Attributes>();
  return (service) => {
    const known = resources.get(service) ?? { ...resource, ...tags, [GEN_AI.serviceName]: service };
    resources.set(service, known);
    return known;
  };
}

type Placed = (span: SpanRecord) => Pick<JaegerSpan, 'startUs' | 'endUs' | 'endNs'>;

/** With gaps of a microsecond between what happened one after the other at one instant, and so that the root ends at an instant. */
function spread(tree: SpanTree, endMs: number): Placed {
  const times = spreadTimes(tree);
  const byUs = Math.round(endMs * 1000) - times.get(tree.root)!.endUs;
  return (span) => {
    const { startUs, endUs } = times.get(span)!;
    return { startUs: startUs + byUs, endUs: endUs + byUs, endNs: 0 };
  };
}

/**
 * As they are, but for a nanosecond: Jaeger takes a span of no duration for a negative one, puts a warning on it, and does not recognise it
 * when it is sent again. What contains it and ends with it ends that much later too.
 */
function exactly(tree: SpanTree): Placed {
  const later = new Set<SpanRecord>();
  for (const span of tree.spans) {
    if (span.endUs !== span.startUs) continue;
    let at: SpanRecord | undefined = span;
    while (at && at.endUs === span.endUs && !later.has(at)) {
      later.add(at);
      at = at.parentPath === null ? undefined : tree.byPath.get(at.parentPath);
    }
  }
  const byUs = EPOCH_MS * 1000;
  return (span) => ({ startUs: span.startUs + byUs, endUs: span.endUs + byUs, endNs: later.has(span) ? 1 : 0 });
}
