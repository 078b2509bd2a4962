import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { OtlpTrace } from '../telemetry/otlp-json.ts';
import { parseOtlpLine } from '../telemetry/otlp-parse.ts';
import { pushSpans, type PushResult } from '../telemetry/otlp-push.ts';
import { jaegerLinks, type JaegerLinks, LINKS_FILE, usualUi } from './jaeger-links.ts';
import { TOOL_VERSION } from './version.ts';

export interface PushTarget {
  readonly url: string;
  /** Milliseconds of Unix time: the traces are moved to end now, so that a viewer's "last hour" shows them. */
  readonly nowMs: number;
  readonly signal: AbortSignal;
  /** Keep times and ids as they stand in spans.jsonl. */
  readonly exact?: boolean;
  /** Address of Jaeger's user interface, for links; the collector's host at port 16686 when absent. */
  readonly ui?: string | undefined;
}

export interface PushedRun extends PushResult {
  /** Where to read in Jaeger what arrived; absent when nothing did. */
  readonly jaeger?: JaegerLinks;
}

/**
 * Sends the trial traces of a saved run to a collector, and writes jaeger-links.json beside them. Never throws for want of a collector: the
 * result says what happened, in a line. Invariant: every span of the run is either exported or rejected.
 */
export async function pushRun(folder: string, { url, nowMs, signal, exact = false, ui }: PushTarget): Promise<PushedRun> {
  const traces = await tracesOf(folder);
  const result = await pushSpans({
    url,
    traces,
    rebaseToEpochMs: nowMs,
    salt: String(nowMs),
    exact,
    version: TOOL_VERSION,
    signal,
  });
  return withLinks(folder, { traces, result }, { url, ui, exact });
}

interface Sent {
  readonly traces: readonly OtlpTrace[];
  readonly result: PushResult;
}

/** What was sent, with links to it, which are written beside the run. */
export async function withLinks(
  folder: string,
  { traces, result }: Sent,
  { url, ui, exact = false }: Pick<PushTarget, 'url' | 'ui' | 'exact'>,
): Promise<PushedRun> {
  const at = ui ?? usualUi(url);
  if (result.traces.length === 0 || at === undefined) return result;
  const jaeger = jaegerLinks(traces, result.traces, { ui: at, runId: basename(folder), exact });
  await writeFile(join(folder, LINKS_FILE), `${JSON.stringify(jaeger, null, 1)}\n`);
  return { ...result, jaeger };
}

/** The first line is the plan; it is no trace that anybody would look for. */
export async function tracesOf(folder: string): Promise<OtlpTrace[]> {
  const lines = (await readFile(join(folder, 'spans.jsonl'), 'utf8')).split('\n').filter((line) => line !== '');
  return lines.slice(1).map((line) => parseOtlpLine(line));
}
