import type { Comparison, Group, Recommendation, RunRecord, ScenarioSummary } from '../schema/run-record.ts';
import type { TrialRecord } from '../schema/trial-record.ts';
import { sampleMeans } from '../stats/cluster.ts';
import { holm } from '../stats/holm.ts';
import { percentChange, pInWords, signedPoints } from '../stats/in-words.ts';
import { pairedDifference } from '../stats/paired.ts';
import { cellName } from './comparisons.ts';
import { frontsOf } from './fronts.ts';
import { guideAdvice } from './guide-advice.ts';
import { pairedScores, trialsOfCell } from './paired-trials.ts';

const LEVEL = 0.05;

type ScoredGroup = Group & { readonly quality: NonNullable<Group['quality']> };

/** The leader by quality, and whoever this run cannot tell from it; best first. */
export interface BestSet {
  readonly leader: ScoredGroup;
  readonly members: readonly ScoredGroup[];
  readonly behind: readonly ScoredGroup[];
}

/**
 * A recommendation for each scenario that has scores: the cheapest pattern of the best set, by USD per task or, where a price is missing, by tokens. All of it
 * follows from the figures of the run record and the scores of its trials.
 */
export function recommend(
  run: Pick<RunRecord, 'scenarios' | 'groups' | 'comparisons'>,
  trials: readonly TrialRecord[],
): Recommendation[] {
  return run.scenarios.flatMap((scenario) => {
    const groups = run.groups.filter((group) => group.scenario === scenario.name);
    const best = bestSetOf(trials, scenario, groups);
    if (!best) return [];
    const chosen = cheapest(best.members);
    const comparisons = run.comparisons.filter((one) => one.scenario === scenario.name && one.a === cellName(chosen));
    return {
      scenario: scenario.name,
      pattern: cellName(chosen),
      bestSet: best.members.map(cellName),
      sentence: sentenceOf(scenario, best, chosen),
      sure: sureness(best),
      evidence: [
        ...againstBaseline(scenario, { best, chosen }, comparisons),
        ...againstLeader(best, chosen),
        ...failures(chosen),
      ],
      fronts: frontsOf(trials, scenario, groups),
      guide: guideAdvice(scenario, {
        recommended: cellName(chosen),
        bestSet: best.members.map(cellName),
        scored: [...best.members, ...best.behind].map(cellName),
      }),
    };
  });
}

/**
 * The patterns of a scenario that are not significantly worse than the one with the highest mean: one-sided paired t on sample means, Holm-corrected over
 * the others, 5 %. Without two common samples nothing can be told apart, so a pattern stays in. Null when nothing is scored.
 */
export function bestSetOf(trials: readonly TrialRecord[], scenario: ScenarioSummary, groups: readonly Group[]): BestSet | null {
  const scored = groups.filter((group): group is ScoredGroup => group.quality !== null);
  const ranked = scored.toSorted((a, b) => b.quality.mean - a.quality.mean || byExpense(scored)(a, b));
  const [leader, ...others] = ranked;
  if (!leader) return null;
  const best = trialsOfCell(trials, leader);
  const ps = others.map((other) => {
    const pairs = pairedScores(trialsOfCell(trials, other), best, scenario.primary);
    return pairedDifference(sampleMeans(pairs.a), sampleMeans(pairs.b))?.pBelow ?? 1;
  });
  const corrected = holm(ps);
  const stays = (_: ScoredGroup, i: number) => (corrected[i] as number) >= LEVEL;
  return { leader, members: [leader, ...others.filter(stays)], behind: others.filter((other, i) => !stays(other, i)) };
}

/** What was never tried is not cheap. */
const tokensPerTrial = (group: Group) =>
  group.trials === 0 ? Number.POSITIVE_INFINITY : (group.inputTokens + group.outputTokens) / group.trials;

const allPriced = (groups: readonly Group[]) => groups.every((group) => group.costUsdPer1kTasks !== null);

/** Cheaper first, in one unit for all: USD where every group has a price, tokens otherwise. */
function byExpense(groups: readonly Group[]) {
  const expense = allPriced(groups) ? (group: Group) => group.costUsdPer1kTasks as number : tokensPerTrial;
  return (a: Group, b: Group) => expense(a) - expense(b);
}

/** Sorting is stable and members come best first, so equal expense goes to the better one. */
const cheapest = (members: readonly ScoredGroup[]) => members.toSorted(byExpense(members))[0] as ScoredGroup;

function sentenceOf(scenario: ScenarioSummary, { leader, members, behind }: BestSet, chosen: ScoredGroup): string {
  const use = `Use ${cellName(chosen)} for ${scenario.name}`;
  if (members.length + behind.length === 1) return `${use}: no other pattern has scores to compare with.`;
  if (members.length === 1) return `${use}: it scores highest, and every other pattern is behind it by a one-sided test.`;
  const unit = allPriced(members) ? 'cheapest' : 'one with the fewest tokens';
  const set = `the ${members.length} patterns that this run cannot tell from the best`;
  return chosen === leader
    ? `${use}: it scores highest, and is the ${unit} of ${set}.`
    : `${use}: it is the ${unit} of ${set} (${cellName(leader)}).`;
}

const AXES = { costUsd: 'cost', tokens: 'tokens', latencyMs: 'latency' } as const;

function againstBaseline(
  scenario: ScenarioSummary,
  { best, chosen }: { readonly best: BestSet; readonly chosen: ScoredGroup },
  comparisons: readonly Comparison[],
): string[] {
  const baseline = scenario.baseline;
  if (cellName(chosen) === baseline) return ['It is the baseline: another pattern would have to earn its cost.'];
  const evidence: string[] = [];
  const quality = comparisons.find((one) => one.metric === 'quality');
  if (quality?.delta !== undefined) {
    const size = `${signedPoints(quality.delta)} points [${signedPoints(quality.low)}, ${signedPoints(quality.high)}]`;
    const p = quality.p === null ? '' : `, Holm ${pInWords(quality.p)}`;
    const words = { improved: 'Better than', regressed: 'Worse than' } as Readonly<Record<string, string>>;
    // The best set asks whether others are behind, this whether the two differ at all: the second needs more, and both are said.
    const isBehind = chosen === best.leader && best.behind.some((group) => cellName(group) === baseline);
    const unsure = isBehind ? 'By the stricter two-sided test of the table not told apart from' : 'Not told apart from';
    evidence.push(`${words[quality.verdict] ?? unsure} ${baseline}: ${size}${p}.`);
  }
  const amounts = Object.entries(AXES).flatMap(([metric, axis]) => {
    const one = comparisons.find((candidate) => candidate.metric === metric);
    if (one?.ratio === undefined) return [];
    const interval = one.low === one.high ? '' : ` [${percentChange(one.low)}, ${percentChange(one.high)}]`;
    return { axis, text: `${axis} ${percentChange(one.ratio)}${interval}`, verdict: one.verdict };
  });
  if (amounts.length > 0) evidence.push(`Per task against ${baseline}: ${amounts.map(({ text }) => text).join(', ')}.`);
  const worse = amounts.filter(({ verdict }) => verdict === 'regressed').map(({ axis }) => axis);
  if (worse.length > 0) evidence.push(`Got worse: ${worse.join(', ')}.`);
  return evidence;
}

function againstLeader({ leader }: BestSet, chosen: ScoredGroup): string[] {
  if (chosen === leader) return [];
  const more = `${cellName(leader)} scores ${((leader.quality.mean - chosen.quality.mean) * 100).toFixed(1)} points more`;
  const priced = leader.costUsdPer1kTasks !== null && chosen.costUsdPer1kTasks !== null;
  const ratio = priced
    ? (leader.costUsdPer1kTasks as number) / (chosen.costUsdPer1kTasks as number)
    : tokensPerTrial(leader) / tokensPerTrial(chosen);
  const expense = Number.isFinite(ratio) ? ` for ${percentChange(ratio)} ${priced ? 'cost' : 'tokens'}` : '';
  return [`${more}${expense}; this run cannot tell the scores apart.`];
}

function sureness({ leader, members, behind }: BestSet): string {
  const test = 'one-sided paired t against the leader, Holm, 5%';
  const alike = members.filter((member) => member !== leader).map(cellName);
  const told = behind.length === 0 ? '' : ` Behind it by that test: ${behind.map(cellName).join(', ')}.`;
  if (alike.length + behind.length === 0) return 'Nothing to compare with: one pattern has scores.';
  if (alike.length === 0) return `${cellName(leader)} leads alone (${test}).${told}`;
  return `Not told apart from ${cellName(leader)}: ${alike.join(', ')} (${test}).${told}`;
}

function failures(chosen: ScoredGroup): string[] {
  const bad = chosen.errors + chosen.limits;
  return bad === 0 ? [] : [`${bad} of its ${chosen.trials} trials failed or hit a limit.`];
}
