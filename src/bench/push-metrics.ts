import { basename } from 'node:path';
import { metricsCollector } from '../telemetry/metrics.ts';
import { type MetricsPushed, pushMetrics } from '../telemetry/otlp-metrics.ts';
import { type PushTarget, tracesOf } from './push-run.ts';
import { TOOL_VERSION } from './version.ts';

/** Sends the metrics of a saved run, computed from its spans, to a collector. Never throws for want of one: the result says what happened. */
export async function pushRunMetrics(
  folder: string,
  { url, nowMs, signal }: Pick<PushTarget, 'url' | 'nowMs' | 'signal'>,
): Promise<MetricsPushed> {
  const collector = metricsCollector();
  for (const { spans } of await tracesOf(folder)) collector.add(spans);
  const metrics = collector.metrics();
  return pushMetrics({ url, metrics, runId: basename(folder), atMs: nowMs, version: TOOL_VERSION, signal });
}
