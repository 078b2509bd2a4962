import type { Detector, Sighting } from '../findings/seen/detector.ts';
import { TrialView, type WindowOf } from '../findings/seen/trial-view.ts';
import { isObject, type Json, type JsonObject } from '../kernel/json.ts';
import type { PlanFacts } from '../schema/plan-facts.ts';
import type { Finding } from '../schema/run-record.ts';
import type { TrialRecord } from '../schema/trial-record.ts';
import { contextWindows } from '../telemetry/context-window.ts';
import { spanIdOf } from '../telemetry/span-ids.ts';
import type { SpanRecord } from '../telemetry/span.ts';
import { GEN_AI, OWN } from '../telemetry/attribute-names.ts';
import { msOf } from '../kernel/clock.ts';
import { loadDetectors } from './parts.ts';

/** Looks at a trial: its findings, the worst first. */
export type Inspector = (record: TrialRecord, spans: readonly SpanRecord[]) => Finding[];

/** By kind: the settings that somebody has set, or false for a kind that is left out. */
type SettingsByKind = Readonly<Record<string, Json>>;

/** Evidence that a finding names; a person looks at the first few, and run.json stays readable. */
const MOST_SPANS = 8;

/** What looks at the trials of a run with the thresholds that its plan carries; `own` are set over them, by kind. */
export async function inspectorFor(plan: Pick<PlanFacts, 'findings'>, own: SettingsByKind = {}): Promise<Inspector> {
  const [detectors, windowOf] = await Promise.all([loadDetectors(), contextWindows()]);
  const byScenario = new Map<string, readonly Looker[]>();
  return (record, spans) => {
    let lookers = byScenario.get(record.scenario);
    if (!lookers) {
      const set = (plan.findings?.[record.scenario] ?? {}) as SettingsByKind;
      byScenario.set(record.scenario, (lookers = lookersOf(detectors, set, own)));
    }
    return inspect(lookers, { record, spans, windowOf });
  };
}

/** A trial's record with the kinds of what was found in it. */
export const withKinds = (record: TrialRecord, found: readonly Finding[]): TrialRecord => ({
  ...record,
  findings: [...new Set(found.map(({ kind }) => kind))],
});

interface Looker {
  readonly detector: Detector;
  readonly settings: unknown;
}

const lookersOf = (detectors: readonly Detector[], set: SettingsByKind, own: SettingsByKind): Looker[] =>
  detectors.flatMap((detector) => {
    const [scenario, over] = [set[detector.name], own[detector.name]];
    if (over === false || (scenario === false && over === undefined)) return [];
    return { detector, settings: detector.settings.parse({ ...membersOf(scenario), ...membersOf(over) }) };
  });

const membersOf = (settings: Json | undefined): JsonObject => (isObject(settings) ? settings : {});

interface Inspected {
  readonly record: TrialRecord;
  readonly spans: readonly SpanRecord[];
  readonly windowOf: WindowOf;
}

function inspect(lookers: readonly Looker[], { record, spans, windowOf }: Inspected): Finding[] {
  const view = new TrialView(record, spans, windowOf);
  const found = lookers.flatMap(({ detector, settings }) =>
    detector.detect(view, settings).map((sighting) => findingOf(detector, sighting, record)),
  );
  return found.sort((a, b) => RANK[a.severity] - RANK[b.severity]);
}

const RANK = { error: 0, warning: 1, info: 2 } as const;

function findingOf(detector: Detector, sighting: Sighting, { scenario, pattern, sample, trial, traceId }: TrialRecord): Finding {
  const { agent, spans, why, wasted = [], wastedTokens, wastedMs, severity = detector.severity } = sighting;
  const known = wastedTokens === undefined;
  return {
    kind: detector.name,
    severity,
    scenario,
    pattern,
    sample,
    trial,
    agent,
    spanIds: spans.slice(0, MOST_SPANS).map(({ path }) => spanIdOf(traceId, path)),
    wastedTokens: wastedTokens ?? sum(wasted, tokensOf),
    wastedUsd: known ? usdOf(wasted) : wastedTokens === 0 ? 0 : null,
    wastedMs: wastedMs ?? msOf(sum(wasted, ({ startUs, endUs }) => endUs - startUs)),
    why: spans.length > MOST_SPANS ? `${why} (${spans.length} spans, the first ${MOST_SPANS} are named)` : why,
    ...(detector.mast === undefined ? {} : { mast: detector.mast }),
    advice: detector.advice,
  };
}

const sum = (spans: readonly SpanRecord[], of: (span: SpanRecord) => number): number =>
  spans.reduce((total, span) => total + of(span), 0);

const amount = ({ attributes }: SpanRecord, name: string): number => Number(attributes[name] ?? 0);

const tokensOf = (span: SpanRecord): number => amount(span, GEN_AI.inputTokens) + amount(span, GEN_AI.outputTokens);

/** null when a wasted call with tokens has no price: never taken for nothing. */
const usdOf = (wasted: readonly SpanRecord[]): number | null =>
  wasted.some((span) => tokensOf(span) > 0 && span.attributes[OWN.costUsd] === undefined)
    ? null
    : sum(wasted, (span) => amount(span, OWN.costUsd));
