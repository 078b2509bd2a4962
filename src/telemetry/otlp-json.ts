import { PatternbenchError } from '../kernel/errors.ts';
import { GEN_AI, OWN } from './attribute-names.ts';
import type { AttributeValue, Attributes, SpanRecord } from './span.ts';
import { spanIdOf } from './span-ids.ts';
import { type SpanTree, structuralProblems, treeOf } from './span-tree.ts';

/** The spans of one trial with what they belong to. */
export interface OtlpTrace {
  readonly traceId: string;
  readonly resource: Readonly<Attributes>;
  readonly spans: readonly SpanRecord[];
  /** Id of the span of another program under which the root stands, where its trace was joined. */
  readonly parentSpanId?: string | undefined;
}

export interface OtlpOptions {
  /** Version of the tool, written as the version of the instrumentation scope. */
  readonly version: string;
  /** The instant, in milliseconds of Unix time, at which the trial's clock stood at 0. Default: EPOCH_MS. */
  readonly epochMs?: number;
}

export const SCOPE_NAME = 'patternbench';

/** 2026-01-01T00:00:00Z: virtual time has no date, so every trace starts on the same one. */
export const EPOCH_MS = 1_767_225_600_000;

/** These are doubles in the conventions; JavaScript cannot tell 1.0 from 1. */
const DOUBLES: ReadonlySet<string> = new Set<string>([
  GEN_AI.requestTemperature,
  GEN_AI.timeToFirstChunk,
  GEN_AI.evaluationScore,
  OWN.costUsd,
  OWN.costInputUsd,
  OWN.costOutputUsd,
]);

const LINK_ATTRIBUTES = `[${attribute(OWN.linkType, 'fan_in')}]`;

/**
 * One line of OTLP JSON (an OTLP `TracesData`, without the line feed), as the file exporter of OpenTelemetry specifies it. Equal traces have
 * equal bytes: spans are sorted by (start, path), attributes by name. `after` becomes the attribute `patternbench.after` (span ids).
 * Throws `broken_invariant` for an open span, an orphan, or a child outside its parent.
 */
export function writeOtlpLine(trace: OtlpTrace, options: OtlpOptions): string {
  const tree = treeOf(trace.spans);
  const broken = structuralProblems(tree)[0];
  if (broken) throw new PatternbenchError('broken_invariant', `span "${broken.path}" ${broken.problem}`);
  const write = spanWriter(trace, tree, (options.epochMs ?? EPOCH_MS) * 1000);
  const scope = `{"name":"${SCOPE_NAME}","version":${JSON.stringify(options.version)}}`;
  const resource = `{"attributes":[${attributeList(trace.resource).join(',')}]}`;
  return `{"resourceSpans":[{"resource":${resource},"scopeSpans":[{"scope":${scope},"spans":[${tree.spans.map(write).join(',')}]}]}]}`;
}

function spanWriter({ traceId, parentSpanId }: OtlpTrace, tree: SpanTree, epochUs: number): (span: SpanRecord) => string {
  const ids = new Map<string, string>();
  for (const span of tree.spans) ids.set(span.path, spanIdOf(traceId, span.path));
  const idsOf = (paths: readonly string[]) => paths.map((path) => ids.get(path)!);
  // Whole microseconds of Unix time stay below 2^53 until the year 2255, so plain numbers are exact.
  const nanos = (us: number) => `"${epochUs + us}000"`;

  return (span) => {
    const attributes = attributeList(span.attributes);
    if (span.error && span.attributes[GEN_AI.errorType] === undefined)
      attributes.push(attribute(GEN_AI.errorType, span.error.type));
    if (span.after.length > 0) attributes.push(attribute(OWN.after, idsOf(span.after)));
    attributes.push(attribute(OWN.path, span.path));
    let text = `{"traceId":"${traceId}","spanId":"${ids.get(span.path)!}"`;
    const parentId = span.parentPath === null ? parentSpanId : ids.get(span.parentPath)!;
    if (parentId !== undefined) text += `,"parentSpanId":"${parentId}"`;
    text += `,"name":${JSON.stringify(span.name)},"kind":${span.kind === 'client' ? 3 : 1}`;
    text += `,"startTimeUnixNano":${nanos(span.startUs)},"endTimeUnixNano":${nanos(span.endUs)},"attributes":[${attributes.join(',')}]`;
    if (span.events.length > 0) {
      const events = span.events.map(
        (event) =>
          `{"timeUnixNano":${nanos(event.atUs)},"name":${JSON.stringify(event.name)},"attributes":[${attributeList(event.attributes).join(',')}]}`,
      );
      text += `,"events":[${events.join(',')}]`;
    }
    if (span.links.length > 0) {
      const links = idsOf(span.links).map((id) => `{"traceId":"${traceId}","spanId":"${id}","attributes":${LINK_ATTRIBUTES}}`);
      text += `,"links":[${links.join(',')}]`;
    }
    // The conventions leave the status unset on success.
    if (span.error) text += `,"status":{"code":2,"message":${JSON.stringify(span.error.message)}}`;
    return `${text}}`;
  };
}

const attributeList = (attributes: Readonly<Attributes>): string[] =>
  Object.keys(attributes)
    .sort()
    .filter((key) => attributes[key] !== undefined)
    .map((key) => attribute(key, attributes[key]!));

function attribute(key: string, value: AttributeValue): string {
  return `{"key":${JSON.stringify(key)},"value":${valueJson(value, DOUBLES.has(key))}}`;
}

function valueJson(value: AttributeValue, isDouble: boolean): string {
  if (typeof value === 'string') return `{"stringValue":${JSON.stringify(value)}}`;
  if (typeof value === 'boolean') return `{"boolValue":${value}}`;
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value) && !isDouble) return `{"intValue":"${value}"}`;
    // What JSON has no number for, its protobuf mapping spells as text ("NaN", "Infinity").
    return `{"doubleValue":${Number.isFinite(value) ? JSON.stringify(value) : `"${value}"`}}`;
  }
  return `{"arrayValue":{"values":[${value.map((item) => `{"stringValue":${JSON.stringify(item)}}`).join(',')}]}}`;
}
