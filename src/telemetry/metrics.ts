import { canonicalJson } from '../kernel/canonical-json.ts';
import { GEN_AI } from './attribute-names.ts';
import type { SpanRecord } from './span.ts';
import { roleOf } from './span-role.ts';

/** Labels of a series: sorted by name when written. */
export type Labels = Readonly<Record<string, string>>;

/** Observations that fell into buckets; `counts` has one more than `bounds`, for what lies above all. */
export interface HistogramSeries {
  readonly labels: Labels;
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly counts: readonly number[];
}

export type Metric = { readonly name: string; readonly unit: string; readonly description: string } & (
  | { readonly kind: 'histogram'; readonly bounds: readonly number[]; readonly series: readonly HistogramSeries[] }
  | { readonly kind: 'counter' | 'maximum'; readonly series: readonly { readonly labels: Labels; readonly value: number }[] }
);

/** Bucket bounds of the semantic conventions v1.41: of calls in seconds, of tokens, of workflows in seconds. */
const CALL_SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const TOKENS = Array.from({ length: 14 }, (_, power) => 4 ** power);
const WORKFLOW_SECONDS = [1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200];

const HISTOGRAMS = {
  'gen_ai.client.operation.duration': {
    unit: 's',
    bounds: CALL_SECONDS,
    description: 'time of a call to a model, retries included',
  },
  'gen_ai.client.token.usage': { unit: '{token}', bounds: TOKENS, description: 'tokens of a call, by type' },
  'gen_ai.client.operation.time_to_first_chunk': { unit: 's', bounds: CALL_SECONDS, description: 'of streamed answers' },
  'gen_ai.workflow.duration': { unit: 's', bounds: WORKFLOW_SECONDS, description: 'time of a trial' },
  'orchestration.tasks.duration': { unit: 's', bounds: WORKFLOW_SECONDS, description: 'time of a run of an agent' },
} as const;

type HistogramName = keyof typeof HISTOGRAMS;

export interface MetricsCollector {
  /** Takes in the spans of one trial. */
  readonly add: (spans: readonly SpanRecord[]) => void;
  /** All metrics so far; equal trials give equal bytes, whatever their order. */
  readonly metrics: () => Metric[];
}

interface Histogram {
  readonly labels: Labels;
  readonly values: number[];
}

/**
 * Metrics of trials from their finished spans, with the names and buckets of the GenAI conventions; times are those of the trial's clock. A task
 * is a run of an agent: `orchestration.tasks.total` counts them by pattern and status, `orchestration.tasks.active` is the most that ran at a time
 * within one trial. Failed calls are in; their `error.type` is a label. A call without usage is in no token figure.
 */
export function metricsCollector(): MetricsCollector {
  const histograms = new Map<string, Map<string, Histogram>>();
  const totals = new Map<string, { labels: Labels; value: number }>();
  const active = new Map<string, { labels: Labels; value: number }>();
  const record = (name: HistogramName, value: unknown, labels: Labels) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) return;
    const series = histograms.get(name) ?? new Map<string, Histogram>();
    const key = canonicalJson(labels);
    const one = series.get(key) ?? { labels, values: [] };
    one.values.push(value);
    histograms.set(name, series.set(key, one));
  };
  const keep = (into: typeof totals, labels: Labels, join: (before: number) => number) => {
    const key = canonicalJson(labels);
    into.set(key, { labels, value: join(into.get(key)?.value ?? 0) });
  };
  return {
    add: (spans) => {
      const root = spans.find((span) => span.parentPath === null);
      const pattern = labelsOf(root, { 'patternbench.pattern.name': 'patternbench.pattern.name' });
      for (const span of spans) {
        const role = roleOf(span);
        if (role === 'llm') recordCall(span, record);
        if (span === root) record('gen_ai.workflow.duration', seconds(span), { ...labelsOf(span, WORKFLOW), ...errorOf(span) });
        if (role !== 'agent') continue;
        const labels = { ...pattern, ...labelsOf(span, AGENT), status: span.error ? 'failed' : 'completed' };
        keep(totals, labels, (before) => before + 1);
        record('orchestration.tasks.duration', seconds(span), labels);
      }
      const most = mostAtOnce(spans.filter((span) => roleOf(span) === 'agent'));
      if (root) keep(active, pattern, (before) => Math.max(before, most));
    },
    metrics: () => [
      ...Object.entries(HISTOGRAMS).flatMap(([name, { bounds, ...about }]) => {
        const series = [...(histograms.get(name) ?? [])].sort(byKey).map(([, one]) => summed(one, bounds));
        return series.length === 0 ? [] : [{ name, kind: 'histogram' as const, ...about, bounds, series }];
      }),
      ...plain('orchestration.tasks.total', { kind: 'counter', description: 'runs of agents, by how they ended' }, totals),
      ...plain(
        'orchestration.tasks.active',
        { kind: 'maximum', description: 'most runs of agents at a time in one trial' },
        active,
      ),
    ],
  };
}

const CALL = {
  'gen_ai.operation.name': GEN_AI.operationName,
  'gen_ai.provider.name': GEN_AI.providerName,
  'gen_ai.request.model': GEN_AI.requestModel,
  'gen_ai.response.model': GEN_AI.responseModel,
} as const;
const WORKFLOW = { 'gen_ai.workflow.name': GEN_AI.workflowName } as const;
const AGENT = { 'gen_ai.agent.name': GEN_AI.agentName } as const;

function recordCall(span: SpanRecord, record: (name: HistogramName, value: unknown, labels: Labels) => void): void {
  const labels = { ...labelsOf(span, CALL), ...errorOf(span) };
  record('gen_ai.client.operation.duration', seconds(span), labels);
  record('gen_ai.client.operation.time_to_first_chunk', span.attributes[GEN_AI.timeToFirstChunk], labels);
  record('gen_ai.client.token.usage', span.attributes[GEN_AI.inputTokens], { ...labels, 'gen_ai.token.type': 'input' });
  record('gen_ai.client.token.usage', span.attributes[GEN_AI.outputTokens], { ...labels, 'gen_ai.token.type': 'output' });
}

const seconds = ({ startUs, endUs }: SpanRecord): number => (endUs - startUs) / 1_000_000;

const errorOf = ({ error }: SpanRecord): Labels => (error ? { [GEN_AI.errorType]: error.type } : {});

function labelsOf(span: SpanRecord | undefined, names: Readonly<Record<string, string>>): Labels {
  const found = Object.entries(names).flatMap(([label, name]) => {
    const value = span?.attributes[name];
    return value === undefined ? [] : [[label, String(value)] as const];
  });
  return Object.fromEntries(found);
}

/** How many intervals overlap at most; one that starts where another ends does not overlap it. */
function mostAtOnce(spans: readonly SpanRecord[]): number {
  const changes = spans.flatMap(({ startUs, endUs }) =>
    endUs > startUs
      ? [
          { us: startUs, by: 1 },
          { us: endUs, by: -1 },
        ]
      : [],
  );
  let [now, most] = [0, 0];
  for (const { by } of changes.sort((a, b) => a.us - b.us || a.by - b.by)) most = Math.max(most, (now += by));
  return Math.max(most, Math.min(1, spans.length));
}

function summed({ labels, values }: Histogram, bounds: readonly number[]): HistogramSeries {
  // Sorted, so that the sum does not depend on the order in which trials were taken in.
  const sorted = values.toSorted((a, b) => a - b);
  const counts = Array.from({ length: bounds.length + 1 }, () => 0);
  for (const value of sorted) {
    // A bound belongs to the bucket below it, as OpenTelemetry has it.
    const bucket = bounds.findIndex((bound) => value <= bound);
    counts[bucket < 0 ? bounds.length : bucket]!++;
  }
  const sum = sorted.reduce((total, value) => total + value, 0);
  return { labels, count: sorted.length, sum: Number(sum.toFixed(9)), min: sorted[0]!, max: sorted.at(-1)!, counts };
}

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : a > b ? 1 : 0);

function plain(
  name: string,
  about: { readonly kind: 'counter' | 'maximum'; readonly description: string },
  series: ReadonlyMap<string, { readonly labels: Labels; readonly value: number }>,
): Metric[] {
  return series.size === 0 ? [] : [{ name, unit: '{task}', ...about, series: [...series].sort(byKey).map(([, one]) => one) }];
}
