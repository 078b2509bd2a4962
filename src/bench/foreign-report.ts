import { canonicalJson } from '../kernel/canonical-json.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import { shortHash } from '../kernel/hash.ts';
import type { Json } from '../kernel/json.ts';
import type { PlanFacts } from '../schema/plan-facts.ts';
import type { Finding, RunRecord } from '../schema/run-record.ts';
import type { Outcome, TrialRecord } from '../schema/trial-record.ts';
import { GEN_AI, type KnownAttributes } from '../telemetry/attribute-names.ts';
import { priceTable, type PriceTable } from '../telemetry/cost.ts';
import { normaliseForeign } from '../telemetry/foreign-names.ts';
import { SCOPE_NAME } from '../telemetry/otlp-json.ts';
import { type ForeignTrace, parseForeignTraces } from '../telemetry/otlp-parse.ts';
import type { SpanRecord } from '../telemetry/span.ts';
import { composeRecord } from './compose-record.ts';
import { cellName } from './comparisons.ts';
import { inspectorFor, withKinds } from './inspector.ts';
import { rounded } from './record-text.ts';
import { trialRecordOf } from './trial-record-of.ts';
import { TOOL_VERSION } from './version.ts';

export interface SpanReport {
  readonly run: RunRecord;
  readonly trials: readonly TrialRecord[];
  /** All of them; the run's own are the heaviest. */
  readonly findings: readonly Finding[];
  /** What a reader of the numbers must know of the spans: what is missing, what is odd. */
  readonly notes: readonly string[];
  /** Whether these are traces of other frameworks, which nobody has scored. */
  readonly foreign: boolean;
}

interface ForeignFile {
  readonly file: string;
  readonly onTrial?: ((spans: readonly SpanRecord[]) => void) | undefined;
  readonly settings?: Readonly<Record<string, Json>> | undefined;
}

/**
 * What traces of another framework cost and took: one trial a trace, with the framework as its adapter, the workflow as its pattern, the
 * service as its scenario. Nobody has judged them, so nothing is scored. Throws `invalid_record`, also for trials of ours without a plan.
 */
export async function foreignReport(text: string, { file, onTrial, settings }: ForeignFile): Promise<SpanReport> {
  const traces = parseForeignTraces(text, { file });
  if (traces.length === 0) throw new PatternbenchError('invalid_record', 'this file holds no spans', { place: { file } });
  if (traces.some(({ scopes, resource }) => scopes.includes(SCOPE_NAME) && resource[GEN_AI.serviceName] === SCOPE_NAME)) {
    throw new PatternbenchError('invalid_record', 'these are spans of a run, but their first line is not its plan', {
      place: { file, line: 1 },
      remedy: 'report the whole spans.jsonl of the run',
    });
  }
  const prices = await priceTable({});
  const read = traces.map((trace) => foreignTrial(trace, prices));
  for (const { spans } of read) onTrial?.(spans);
  const inspect = await inspectorFor({}, settings);
  const found = read.map(({ record, spans }) => inspect(record, spans));
  const trials = read.map(({ record }, i) => withKinds(record, found[i]!));
  const findings = rounded(found.flat());
  const run = rounded(composeRecord(planOf(trials, prices), trials, findings));
  const notes = read.flatMap(({ record, notes: own }) => own.map((note) => `trace ${record.traceId.slice(0, 8)}: ${note}`));
  return { run, trials, findings, notes, foreign: true };
}

interface ForeignTrial {
  readonly record: TrialRecord;
  readonly spans: readonly SpanRecord[];
  readonly notes: readonly string[];
}

function foreignTrial(trace: ForeignTrace, prices: PriceTable): ForeignTrial {
  const day = new Date(trace.startedAtMs).toISOString().slice(0, 10);
  const { framework, spans, notes } = normaliseForeign(trace.spans, {
    scopes: trace.scopes,
    costOf: (model, usage) => prices.costOf(model, { ...usage, reasoningTokens: 0 }, day)?.usd ?? null,
  });
  const root = spans.find((span) => span.parentPath === null)!;
  const failed: Outcome | undefined = root.error && { status: 'failed', code: root.error.type, message: root.error.message };
  Object.assign(root.attributes, {
    'patternbench.scenario.id': String(trace.resource[GEN_AI.serviceName] ?? 'imported'),
    'patternbench.adapter': framework,
    'patternbench.pattern.name': String(root.attributes[GEN_AI.workflowName]),
    'patternbench.sample.id': trace.traceId.slice(0, 12),
    'patternbench.run.trial': 0,
    'patternbench.stop': failed ? 'failed' : 'completed',
    'patternbench.outcome': canonicalJson(failed ?? { status: 'completed' }),
    'patternbench.scores': '{}',
    'patternbench.why': '{}',
  } satisfies KnownAttributes);
  return { record: rounded(trialRecordOf({ traceId: trace.traceId, spans })), spans, notes };
}

/** What must have been planned, told by what there is. */
function planOf(trials: readonly TrialRecord[], prices: PriceTable): PlanFacts {
  const cells = new Map<string, PlanFacts['cells'][number]>();
  for (const { scenario, adapter, pattern } of trials) {
    const key = canonicalJson([scenario, adapter, pattern]);
    const known = cells.get(key);
    cells.set(key, { scenario, adapter, pattern, settings: 'imported', trials: (known?.trials ?? 0) + 1 });
  }
  const names = [...new Set(trials.map(({ scenario }) => scenario))];
  const identity = shortHash(canonicalJson(trials.map(({ traceId }) => traceId)), 12);
  return {
    version: 1,
    tool: `patternbench ${TOOL_VERSION}`,
    runId: `imported-${identity.slice(0, 8).toLowerCase()}`,
    mode: 'live',
    clock: 'real',
    seed: 0,
    fingerprint: { test: identity, treatment: identity, fixtures: 'imported' },
    priceTable: prices.version,
    scenarios: names.map((name) => {
      const own = trials.filter(({ scenario }) => scenario === name);
      return {
        name,
        description: 'traces of another framework, unscored',
        baseline: cellName(own[0]!),
        primary: 'unscored',
        passThreshold: 1,
        trials: 1,
        samples: own.length,
        labels: {},
        sensitivity: null,
      };
    }),
    cells: [...cells.values()],
  };
}
