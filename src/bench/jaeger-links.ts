import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GEN_AI, OWN } from '../telemetry/attribute-names.ts';
import { EPOCH_MS, type OtlpTrace, SCOPE_NAME } from '../telemetry/otlp-json.ts';
import type { PushResult } from '../telemetry/otlp-push.ts';
import { spanIdOf } from '../telemetry/span-ids.ts';
import { roleOf } from '../telemetry/span-role.ts';
import type { SpanRecord } from '../telemetry/span.ts';

export interface JaegerLink {
  /** scenario/pattern/sample/trial */
  readonly trial: string;
  /** As in spans.jsonl. */
  readonly traceId: string;
  /** As in Jaeger. */
  readonly exportedId: string;
  /** Opens the trace with its most expensive call marked. */
  readonly url: string;
}

export interface JaegerRow {
  readonly scenario: string;
  readonly pattern: string;
  /** Jaeger's search page, listing the trials behind this row of the report. */
  readonly search: string;
}

export interface JaegerLinks {
  /** Jaeger's search page, filled in so that it lists what was sent. */
  readonly search: string;
  /** One for each row of the report. */
  readonly rows: readonly JaegerRow[];
  readonly links: readonly JaegerLink[];
}

export interface LinkOptions {
  /** Address of Jaeger's user interface. */
  readonly ui: string;
  readonly runId: string;
  /** Traces stand at the fixed date of virtual time, which no "last hour" shows: the search names a time of its own. */
  readonly exact: boolean;
}

/** In the folder of a run that was sent. */
export const LINKS_FILE = 'jaeger-links.json';

/** What a push left beside a run; nothing where there was none, or where it cannot be read. */
export async function linksOf(folder: string): Promise<JaegerLinks | undefined> {
  try {
    const read = JSON.parse(await readFile(join(folder, LINKS_FILE), 'utf8')) as Partial<JaegerLinks> | null;
    return Array.isArray(read?.links) ? (read as JaegerLinks) : undefined;
  } catch {
    return undefined;
  }
}

/** Where to read in Jaeger what was sent: the search for the run, and for each trial its trace at the call to look at first. */
export function jaegerLinks(
  traces: readonly OtlpTrace[],
  sent: PushResult['traces'],
  { ui, runId, exact }: LinkOptions,
): JaegerLinks {
  const base = ui.replace(/\/+$/, '');
  const byId = new Map(traces.map((trace) => [trace.traceId, trace]));
  const links = sent.flatMap(({ traceId, exportedId }) => {
    const trace = byId.get(traceId);
    const root = trace?.spans.find((span) => span.parentPath === null);
    if (!trace || !root) return [];
    const marked = mostExpensive(trace.spans);
    const mark = marked ? `?uiFind=${spanIdOf(traceId, marked.path)}` : '';
    const [scenario, pattern] = [textOf(root, OWN.scenarioId), textOf(root, OWN.patternName)];
    return { scenario, pattern, trial: trialOf(root), traceId, exportedId, url: `${base}/trace/${exportedId}${mark}` };
  });
  const lastUs = Math.max(0, ...traces.map(({ spans }) => spans[0]?.endUs ?? 0));
  const time = exact
    ? { lookback: 'custom', start: String(EPOCH_MS * 1000 - 1), end: String(EPOCH_MS * 1000 + lastUs + 1) }
    : { lookback: '1h' };
  const search = (tags: object) => {
    const query = { service: SCOPE_NAME, tags: JSON.stringify({ [OWN.runId]: runId, ...tags }), limit: '1500', ...time };
    return `${base}/search?${new URLSearchParams(query).toString()}`;
  };
  const rows = [...new Map(links.map(({ scenario, pattern }) => [`${scenario}/${pattern}`, { scenario, pattern }])).values()];
  return {
    search: search({}),
    rows: rows.map((row) => ({
      ...row,
      search: search({ [OWN.scenarioId]: row.scenario, [OWN.patternName]: row.pattern }),
    })),
    links: links.map(({ scenario: _scenario, pattern: _pattern, ...link }) => link),
  };
}

const textOf = ({ attributes }: SpanRecord, name: string): string => {
  const value = attributes[name];
  return typeof value === 'object' ? value.join(',') : String(value ?? '');
};

const trialOf = (root: SpanRecord): string =>
  [OWN.scenarioId, OWN.patternName, OWN.sampleId, OWN.runTrial].map((name) => textOf(root, name)).join('/');

/** By cost; where nothing is priced by tokens, and then by time. */
function mostExpensive(spans: readonly SpanRecord[]): SpanRecord | undefined {
  const calls = spans.filter((span) => roleOf(span) === 'llm');
  const amount = (span: SpanRecord, ...names: string[]) =>
    names.reduce((sum, name) => sum + (typeof span.attributes[name] === 'number' ? span.attributes[name] : 0), 0);
  const weights = (span: SpanRecord) => [
    amount(span, OWN.costUsd),
    amount(span, GEN_AI.inputTokens, GEN_AI.outputTokens),
    span.endUs - span.startUs,
  ];
  return calls.toSorted((a, b) => {
    const [left, right] = [weights(a), weights(b)];
    const first = left.findIndex((weight, i) => weight !== right[i]);
    return first < 0 ? 0 : right[first]! - left[first]!;
  })[0];
}

/** Where Jaeger's user interface usually is, seen from where its collector is; undefined for an address that is none. */
export function usualUi(collector: string): string | undefined {
  if (!URL.canParse(collector)) return undefined;
  const { protocol, hostname } = new URL(collector);
  return `${protocol}//${hostname}:16686`;
}
