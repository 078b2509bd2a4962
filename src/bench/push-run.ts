import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseOtlpLine } from '../telemetry/otlp-parse.ts';
import { pushSpans, type PushResult } from '../telemetry/otlp-push.ts';
import { TOOL_VERSION } from './version.ts';

export interface PushTarget {
  readonly url: string;
  /** Milliseconds of Unix time: the traces are moved to end now, so that a viewer's "last hour" shows them. */
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

/** Sends the trial traces of a saved run to a collector. Never throws for want of one: the result says what happened, in a line. */
export async function pushRun(folder: string, { url, nowMs, signal }: PushTarget): Promise<PushResult> {
  const lines = (await readFile(join(folder, 'spans.jsonl'), 'utf8')).split('\n').filter((line) => line !== '');
  // The first line is the plan; it is no trace that anybody would look for.
  const traces = lines.slice(1).map((line) => parseOtlpLine(line));
  return pushSpans({ url, traces, rebaseToEpochMs: nowMs, salt: String(nowMs), version: TOOL_VERSION, signal });
}
