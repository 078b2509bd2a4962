import { seededRandom } from '../kernel/random.ts';
import type { Comparison, ScenarioSummary } from '../schema/run-record.ts';
import { NATIVE, type TrialRecord } from '../schema/trial-record.ts';
import { sampleMeans } from '../stats/cluster.ts';
import { holm } from '../stats/holm.ts';
import { mcnemarP } from '../stats/mcnemar.ts';
import { minimumDetectableDifference, powerInputsOf } from '../stats/mde.ts';
import { discordanceBound, pairedDifference } from '../stats/paired.ts';
import { geometricRatio } from '../stats/ratio.ts';
import { simultaneousLevel } from '../stats/simultaneous.ts';
import { signFlipP } from '../stats/sign-flip.ts';
import { fixed } from './fixed.ts';
import { type Paired, pairedAmounts, pairedScores } from './paired-trials.ts';

const LEVEL = 0.05;
const EVEN = 1e-9;

/** Amounts that are compared as ratios; less is better. */
const AMOUNTS = {
  tokens: (trial: TrialRecord) => trial.inputTokens + trial.outputTokens,
  costUsd: (trial: TrialRecord) => trial.costUsd,
  latencyMs: (trial: TrialRecord) => trial.latencyMs,
} as const;

/** A comparison before the p-values of all patterns are corrected together. */
type Draft = Omit<Comparison, 'verdict'> & { readonly effect: number };

/**
 * Every pattern of one scenario against its baseline, paired by sample: `quality` as a difference of mean scores (0 to 1), `tokens`, `costUsd` and
 * `latencyMs` as geometric mean ratios. The verdict follows from p, Holm-corrected over the patterns of a metric, below 5 %; the interval beside it is the
 * plain 95 % one. Amounts that are unknown on either side (an unpriced model) have no comparison. Empty without trials of the baseline.
 */
export function comparisonsOf(trials: readonly TrialRecord[], scenario: ScenarioSummary): Comparison[] {
  const cells = new Map<string, TrialRecord[]>();
  for (const trial of trials) {
    if (trial.scenario !== scenario.name) continue;
    const name = cellName(trial);
    const own = cells.get(name);
    if (own) own.push(trial);
    else cells.set(name, [trial]);
  }
  const baseline = cells.get(scenario.baseline);
  if (!baseline) return [];
  const others = [...cells].filter(([name]) => name !== scenario.baseline);
  const quality = others.map(([name, own]) =>
    qualityDraft({ scenario, name, pairs: pairedScores(own, baseline, scenario.primary), patterns: others.length }),
  );
  const amounts = Object.entries(AMOUNTS).map(([metric, amount]) =>
    others.flatMap(([name, own]) => ratioDraft({ scenario, name, metric, pairs: pairedAmounts(own, baseline, amount) }) ?? []),
  );
  const decided = [quality, ...amounts].flatMap(decide);
  return others.flatMap(([name]) => decided.filter((comparison) => comparison.a === name));
}

/** What a cell is called where patterns stand beside each other: the pattern, with its adapter when that is not this program. */
export const cellName = ({ adapter, pattern }: { readonly adapter: string; readonly pattern: string }): string =>
  adapter === NATIVE ? pattern : `${adapter}/${pattern}`;

interface QualityInput {
  readonly scenario: ScenarioSummary;
  readonly name: string;
  /** Compared with the same baseline. */
  readonly patterns: number;
  readonly pairs: Paired;
}

function qualityDraft({ scenario, name, pairs, patterns }: QualityInput): Draft {
  const a = sampleMeans(pairs.a);
  const b = sampleMeans(pairs.b);
  const head = { scenario: scenario.name, a: name, b: scenario.baseline, metric: 'quality', n: a.length };
  const difference = pairedDifference(a, b);
  if (!difference) {
    const reasons = ['no sample is scored under both patterns'];
    return { ...head, low: -1, high: 1, p: null, mde: null, method: 'not compared', reasons, effect: 0 };
  }
  const differences = a.map((value, i) => value - (b[i] as number));
  const won = differences.filter((value) => value > EVEN).length;
  const lost = differences.filter((value) => value < -EVEN).length;
  const reasons = [`${won} samples won, ${a.length - won - lost} tied, ${lost} lost`];
  if (difference.kind === 'constant') reasons.push(constantReason(difference.mean, a.length));
  else reasons.push(`check: sign-flip p = ${signFlipP(differences, seededRandom(`${scenario.name}/${name}`)).toFixed(4)}`);
  if ([...pairs.a, ...pairs.b].every(isSinglePass)) reasons.push(`check: McNemar exact p = ${mcnemarP(won, lost).toFixed(4)}`);
  const mde = a.length < 2 ? 0 : minimumDetectableDifference(powerInputsOf(pairs.a, pairs.b), a.length);
  const test =
    difference.kind === 't' ? `paired t on means of ${a.length} samples` : `exact sign-flip on ${a.length} equal differences`;
  return {
    ...head,
    delta: fixed(difference.mean),
    low: fixed(difference.low),
    high: fixed(difference.high),
    p: difference.p,
    method: test,
    // Scores that never vary leave no variance to plan with: that is not a difference of 0 points.
    mde: mde > 0 ? fixed(Math.min(1, mde)) : null,
    simultaneous: simultaneousInterval(a, b, simultaneousLevel(patterns)),
    reasons,
    effect: difference.mean,
  };
}

function simultaneousInterval(a: readonly number[], b: readonly number[], level: number) {
  const { low, high } = pairedDifference(a, b, level)!;
  return { low: fixed(Math.max(-1, low)), high: fixed(Math.min(1, high)), level: fixed(level) };
}

const isSinglePass = (scores: readonly number[]) => scores.length === 1 && (scores[0] === 0 || scores[0] === 1);

function constantReason(difference: number, n: number): string {
  const share = `${(100 * discordanceBound(n)).toFixed(1)}%`;
  return difference === 0
    ? `no discordant sample among ${n}; the share of discordant samples is below ${share} (95%), which is what the interval says`
    : `all ${n} differences are equal; the share of samples that differ otherwise is below ${share} (95%), which is what the interval says`;
}

interface RatioInput {
  readonly scenario: ScenarioSummary;
  readonly name: string;
  readonly metric: string;
  readonly pairs: Paired | null;
}

function ratioDraft({ scenario, name, metric, pairs }: RatioInput): Draft | null {
  const ratio = pairs && geometricRatio(sampleMeans(pairs.a), sampleMeans(pairs.b));
  if (!ratio) return null;
  const reasons: string[] = [];
  if (ratio.leftOut > 0) reasons.push(`${ratio.leftOut} samples left out: an amount of 0 has no ratio`);
  if (ratio.kind === 'constant')
    reasons.push(`the ratio is the same in all ${ratio.n} samples: no interval could be estimated, both ends repeat the ratio`);
  return {
    scenario: scenario.name,
    a: name,
    b: scenario.baseline,
    metric,
    ratio: fixed(ratio.ratio),
    low: fixed(ratio.low),
    high: fixed(ratio.high),
    p: ratio.p,
    method: `geometric mean ratio, ${ratio.kind === 't' ? 't on log ratios' : 'exact sign-flip on equal ratios'} of ${ratio.n} samples`,
    n: ratio.n,
    mde: null,
    reasons,
    effect: 1 - ratio.ratio,
  };
}

/** Corrects the p-values of one metric together and gives each comparison its verdict. */
function decide(drafts: readonly Draft[]): Comparison[] {
  const tested = drafts.filter((draft) => draft.p !== null);
  const corrected = holm(tested.map((draft) => draft.p as number));
  return drafts.map(({ effect, ...draft }) => {
    const p = draft.p === null ? null : (corrected[tested.findIndex((other) => other.a === draft.a)] as number);
    const method =
      p === null ? draft.method : `${draft.method}; p Holm-corrected over ${tested.length}, verdict at 5%; interval plain 95%`;
    return {
      ...draft,
      p: p === null ? null : fixed(p, 9),
      method,
      verdict: verdictOf(draft, effect, p),
      reasons: [...draft.reasons],
    };
  });
}

function verdictOf(draft: Omit<Draft, 'effect'>, effect: number, p: number | null): Comparison['verdict'] {
  if (draft.n === 0) return 'incomparable';
  if (p === null || p >= LEVEL || effect === 0) return 'inconclusive';
  return effect > 0 ? 'improved' : 'regressed';
}
