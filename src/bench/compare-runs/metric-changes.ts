import type { Comparison } from '../../schema/run-record.ts';
import type { TrialRecord } from '../../schema/trial-record.ts';
import { sampleMeans } from '../../stats/cluster.ts';
import { holm } from '../../stats/holm.ts';
import { variance } from '../../stats/mean.ts';
import { minimumDetectableDifference, powerInputsOf } from '../../stats/mde.ts';
import { discordanceBound, pairedDifference } from '../../stats/paired.ts';
import { geometricRatio } from '../../stats/ratio.ts';
import { fixed } from '../fixed.ts';
import { type Paired, pairedAmounts, pairedScores } from '../paired-trials.ts';
import type { GateMetric, Tolerances } from './tolerances.ts';

const LEVEL = 0.05;
/** Differences of floating point are none. */
const EVEN = 1e-9;

const AMOUNTS = {
  tokens: (trial: TrialRecord) => trial.inputTokens + trial.outputTokens,
  costUsd: (trial: TrialRecord) => trial.costUsd,
  latencyMs: (trial: TrialRecord) => trial.latencyMs,
} as const;

/** Both sides of one pattern of one scenario. */
export interface ChangedCell {
  readonly scenario: string;
  readonly primary: string;
  /** What the sides are called in comparisons. */
  readonly a: string;
  readonly b: string;
  readonly before: readonly TrialRecord[];
  readonly after: readonly TrialRecord[];
  /** Metrics that cannot be compared between these runs, with the reason. */
  readonly voided: Readonly<Partial<Record<GateMetric, string>>>;
  readonly exact: boolean;
}

/** A change before the p-values of a gate are corrected together; `effect` is above 0 where it got better. */
export type MetricDraft = Omit<Comparison, 'verdict' | 'metric'> & {
  readonly metric: GateMetric;
  readonly effect: number;
  readonly exact: boolean;
};

/** Quality and, where they are known on both sides, tokens, cost and latency: after against before, paired by sample. */
export function metricDrafts(cell: ChangedCell): MetricDraft[] {
  const amounts = (Object.keys(AMOUNTS) as (keyof typeof AMOUNTS)[]).flatMap((metric) => ratioDraft(cell, metric) ?? []);
  return [qualityDraft(cell), ...amounts];
}

const nothing = (cell: ChangedCell, metric: GateMetric, reason: string): MetricDraft => ({
  scenario: cell.scenario,
  a: cell.a,
  b: cell.b,
  metric,
  low: metric === 'quality' ? -1 : 0,
  high: 1,
  p: null,
  n: 0,
  mde: null,
  method: 'not compared',
  reasons: [reason],
  effect: 0,
  exact: cell.exact,
});

function qualityDraft(cell: ChangedCell): MetricDraft {
  const pairs = pairedScores(cell.after, cell.before, cell.primary);
  const [a, b] = [sampleMeans(pairs.a), sampleMeans(pairs.b)];
  const found = pairedDifference(a, b);
  if (!found) return nothing(cell, 'quality', 'no sample is scored on both sides');
  const head = {
    scenario: cell.scenario,
    a: cell.a,
    b: cell.b,
    metric: 'quality' as const,
    n: found.n,
    effect: found.mean,
    exact: cell.exact,
  };
  const delta = fixed(found.mean);
  if (cell.exact)
    return { ...head, delta, low: delta, high: delta, p: null, mde: null, method: exactMethod(found.n), reasons: [] };
  const mde = found.n < 2 ? 0 : minimumDetectableDifference(powerInputsOf(pairs.a, pairs.b), found.n);
  const share = `${(100 * discordanceBound(found.n)).toFixed(1)}%`;
  return {
    ...head,
    delta,
    low: fixed(found.low),
    high: fixed(found.high),
    p: found.p,
    mde: mde > 0 ? fixed(Math.min(1, mde)) : null,
    method: found.kind === 't' ? `paired t on means of ${found.n} samples` : `exact sign-flip on ${found.n} equal differences`,
    reasons:
      found.kind === 't'
        ? []
        : [`all ${found.n} differences are equal; the share of samples that differ otherwise is below ${share} (95%)`],
  };
}

const exactMethod = (n: number) => `exact: both sides hear the same recorded answers; mean over ${n} samples`;

function ratioDraft(cell: ChangedCell, metric: keyof typeof AMOUNTS): MetricDraft | null {
  const voided = cell.voided[metric];
  if (voided !== undefined) return nothing(cell, metric, voided);
  const pairs = pairedAmounts(cell.after, cell.before, AMOUNTS[metric]);
  const found = pairs && geometricRatio(sampleMeans(pairs.a), sampleMeans(pairs.b));
  if (!found) return pairs === null ? nothing(cell, metric, 'unknown for a trial of one side: unpriced') : null;
  const ratio = fixed(found.ratio);
  const reasons = found.leftOut > 0 ? [`${found.leftOut} samples left out: an amount of 0 has no ratio`] : [];
  const head = {
    scenario: cell.scenario,
    a: cell.a,
    b: cell.b,
    metric,
    n: found.n,
    ratio,
    effect: 1 - found.ratio,
    exact: cell.exact,
  };
  if (cell.exact) return { ...head, low: ratio, high: ratio, p: null, mde: null, method: exactMethod(found.n), reasons };
  if (found.kind === 'constant') reasons.push('the ratio is the same in all samples: no interval could be estimated');
  return {
    ...head,
    low: fixed(found.low),
    high: fixed(found.high),
    p: found.p,
    mde: ratioMde(pairs, found.n),
    method: `geometric mean ratio, ${found.kind === 't' ? 't on log ratios' : 'exact sign-flip on equal ratios'} of ${found.n} samples`,
    reasons,
  };
}

/** The smallest change of a ratio that could have been seen at 80 % power: the formula of scores, on logarithms. */
function ratioMde(pairs: Paired, n: number): number | null {
  const b = sampleMeans(pairs.b);
  const logs = sampleMeans(pairs.a).flatMap((value, i) => (value > 0 && b[i]! > 0 ? [Math.log(value / b[i]!)] : []));
  const between = variance(logs);
  if (n < 2 || !(between > EVEN)) return null;
  return fixed(Math.exp(minimumDetectableDifference({ between, within: 0 }, n)) - 1);
}

/**
 * Gives every change its verdict. Of an exact group: what moved by more than its tolerance did get better or worse. Otherwise that also needs p below 5 % after
 * Holm's correction over all patterns of the gate, once for quality and once for the three amounts together, so that a gate without any true change
 * turns red in at most 5 % of runs. What moved by no more than its tolerance is no material change, whatever p.
 */
export function decided(drafts: readonly MetricDraft[], tolerances: Tolerances): Comparison[] {
  const corrected = new Map<MetricDraft, number>();
  for (const family of [drafts.filter(isQuality), drafts.filter((draft) => !isQuality(draft))]) {
    const tested = family.filter(({ p }) => p !== null);
    const ps = holm(tested.map(({ p }) => p as number));
    tested.forEach((draft, i) => corrected.set(draft, ps[i]!));
  }
  return drafts.map((draft) => {
    const { effect: _effect, exact, ...rest } = draft;
    const p = corrected.get(draft) ?? null;
    const tolerance = tolerances[draft.metric];
    const verdict = verdictOf({ draft, p, tolerance });
    const reasons = [...rest.reasons];
    if (verdict === 'no-material-change' && !exact && reachesBeyond(draft, tolerance))
      reasons.push(`within the tolerance of ${tolerance}, but the interval reaches beyond it`);
    const method = p === null ? rest.method : `${rest.method}; p Holm-corrected over the gate, verdict at 5%; interval plain 95%`;
    return { ...rest, p: p === null ? null : fixed(p, 9), method, verdict, reasons };
  });
}

const isQuality = ({ metric }: MetricDraft) => metric === 'quality';

interface Deciding {
  readonly draft: MetricDraft;
  readonly p: number | null;
  readonly tolerance: number;
}

function verdictOf({ draft, p, tolerance }: Deciding): Comparison['verdict'] {
  if (draft.n === 0) return 'incomparable';
  if (Math.abs(draft.effect) <= tolerance + EVEN) return 'no-material-change';
  if (!draft.exact && (p === null || p >= LEVEL)) return 'inconclusive';
  return draft.effect > 0 ? 'improved' : 'regressed';
}

function reachesBeyond({ low, high, metric }: MetricDraft, tolerance: number): boolean {
  const centre = metric === 'quality' ? 0 : 1;
  return low < centre - tolerance || high > centre + tolerance;
}
