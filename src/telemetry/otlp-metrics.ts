import { messageOf } from '../kernel/errors.ts';
import { safeLine } from '../kernel/terminal-text.ts';
import type { Labels, Metric } from './metrics.ts';
import { SCOPE_NAME } from './otlp-json.ts';
import { collectorUrl, originOf, probe } from './otlp-push.ts';

export interface MetricsPush {
  /** The collector, `http://localhost:4318` or the full address of its metrics endpoint. */
  readonly url: string;
  readonly metrics: readonly Metric[];
  readonly runId: string;
  /** Unix milliseconds that the data points carry: durations are those of the trials' clock, which has no date. */
  readonly atMs: number;
  /** Version of the tool. */
  readonly version: string;
  readonly signal?: AbortSignal;
}

export interface MetricsPushed {
  /** Data points that the collector took; all of them, or none. */
  readonly sent: number;
  /** One line for a person, when they were not sent. */
  readonly notice?: string;
}

const POST_MS = 1_600;
/** Longest wait that a busy collector may ask for, once. */
const AGAIN_MS = 1_000;
const BUSY = new Set([429, 502, 503, 504]);

/** Temporality of what counts from the beginning: a run is measured once, and whole. */
const CUMULATIVE = 2;

/**
 * Sends metrics to an OTLP/HTTP collector, as JSON. Never throws: without a collector it costs at most 0.2 s, with one that does not answer
 * 1.6 s; one that is busy is asked once more.
 */
export async function pushMetrics(push: MetricsPush): Promise<MetricsPushed> {
  const points = push.metrics.reduce((sum, { series }) => sum + series.length, 0);
  try {
    const url = collectorUrl(push.url, 'metrics');
    await probe(url, push.signal);
    await post(url, otlpMetrics(push), push.signal);
    return { sent: points };
  } catch (error) {
    const notice = `metrics were not sent to ${originOf(push.url)} (${messageOf(error)})`;
    return { sent: 0, notice: safeLine(notice) };
  }
}

async function post(url: URL, body: string, signal: AbortSignal | undefined): Promise<void> {
  const limit = AbortSignal.timeout(POST_MS);
  const stop = signal ? AbortSignal.any([signal, limit]) : limit;
  const send = () =>
    fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body, redirect: 'error', signal: stop });
  try {
    let response = await send();
    const waitMs = Number(response.headers.get('retry-after') ?? 0.1) * 1000;
    if (BUSY.has(response.status) && waitMs <= AGAIN_MS) {
      await response.body?.cancel();
      await pause(waitMs, stop);
      response = await send();
    }
    await response.body?.cancel();
    if (!response.ok) throw new Error(`it answered ${response.status}`);
  } catch (error) {
    throw limit.aborted ? new Error(`no answer within ${POST_MS} ms`) : error;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  AbortSignal.timeout(ms).addEventListener('abort', () => resolve(), { once: true });
  signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  return promise;
}

/** The body of an OTLP metrics export (`ExportMetricsServiceRequest`) in OTLP's JSON: 64-bit whole numbers are text. Equal metrics, equal bytes. */
export function otlpMetrics({
  metrics,
  runId,
  atMs,
  version,
}: Pick<MetricsPush, 'metrics' | 'runId' | 'atMs' | 'version'>): string {
  const timeUnixNano = `${Math.round(atMs)}000000`;
  // A start that equals the time says, in OTLP, that the start is not known.
  const time = { startTimeUnixNano: timeUnixNano, timeUnixNano };
  const resource = { attributes: attributesOf({ 'patternbench.run.id': runId, 'service.name': SCOPE_NAME }) };
  const scopeMetrics = [{ scope: { name: SCOPE_NAME, version }, metrics: metrics.map((metric) => metricJson(metric, time)) }];
  return JSON.stringify({ resourceMetrics: [{ resource, scopeMetrics }] });
}

interface Time {
  readonly startTimeUnixNano: string;
  readonly timeUnixNano: string;
}

function metricJson(metric: Metric, time: Time): object {
  const { name, unit, description } = metric;
  if (metric.kind === 'histogram') {
    const dataPoints = metric.series.map(({ labels, count, sum, min, max, counts }) => ({
      attributes: attributesOf(labels),
      ...time,
      count: String(count),
      sum,
      bucketCounts: counts.map(String),
      explicitBounds: metric.bounds,
      min,
      max,
    }));
    return { name, unit, description, histogram: { aggregationTemporality: CUMULATIVE, dataPoints } };
  }
  const dataPoints = metric.series.map(({ labels, value }) => ({
    attributes: attributesOf(labels),
    ...time,
    asInt: String(value),
  }));
  return metric.kind === 'counter'
    ? { name, unit, description, sum: { aggregationTemporality: CUMULATIVE, isMonotonic: true, dataPoints } }
    : { name, unit, description, gauge: { dataPoints } };
}

const attributesOf = (labels: Labels) =>
  Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, stringValue]) => ({ key, value: { stringValue } }));
