import { fixed } from '../../src/bench/fixed.ts';
import type { TrialPlan } from '../../src/bench/plan.ts';
import type { Sensitivity } from '../../src/bench/sensitivity.ts';
import type { CountTokens } from '../../src/simulation/tokens.ts';
import { mean } from '../../src/stats/mean.ts';
import { quantile } from '../../src/stats/quantile.ts';
import { scoreOf } from '../../src/stats/trial-score.ts';
import { type Rate, RATES, withError } from './rate-variants.ts';
import type { AnswerBytes } from './simulated-port.ts';
import { plansOf, recordOf, type SimulatedScenario } from './simulated-trials.ts';
import { type UsualAnswers, usualAnswers } from './usual-answers.ts';

/** Trials 0, 1 and 2 of each sample, as a run has them by default. */
const TRIALS = 3;
const FACTORS = [0.5, 2] as const;

/** A trial as it went under the usual profiles. */
interface UsualTrial {
  readonly plan: TrialPlan;
  readonly score: number | null;
  /** What it sent, and what it heard. */
  readonly heard: ReadonlyMap<string, string>;
}

export interface SensitivityOptions {
  readonly countTokens: CountTokens;
  /** The rates that are looked at; default: all of them. */
  readonly rates?: readonly Rate[];
}

/**
 * Halves and doubles each error rate in all profiles at once, on all samples and trials, and tells how far each pattern's gap (its mean
 * primary score less the baseline's) moves from where it usually is. `median` is that of the shifts listed, the largest of each rate: the
 * many patterns that never draw on a rate would otherwise pull it to zero and make the ranking look firmer than it is.
 */
export async function sensitivityOf(
  simulated: SimulatedScenario,
  { countTokens, rates = RATES }: SensitivityOptions,
): Promise<Sensitivity> {
  const { scenario, world } = simulated;
  const answers = usualAnswers(world, countTokens);
  const trials = await Promise.all(plansOf(simulated, TRIALS).map((plan) => usualTrial(plan, answers)));
  const usual = meansOf(trials.map(({ plan, score }) => [plan, score]));
  const leaders = [leaderOf(usual)];
  const moved: Moved[] = [];
  for (const rate of rates) {
    for (const factor of FACTORS) {
      const answer = answers.adjusted(rate, withError(rate, factor));
      const means = meansOf(
        await Promise.all(trials.map(async (trial) => [trial.plan, await scoreUnder(trial, answer)] as const)),
      );
      leaders.push(leaderOf(means));
      moved.push(...shiftsOf(rate, { usual, means, baseline: scenario.baseline }));
    }
  }
  const shifts = largestByRate(moved);
  return {
    scenario: scenario.name,
    trials: TRIALS,
    shifts,
    median: medianOf(shifts),
    leaders: [...new Set(leaders)],
  };
}

/** Of the shifts of a file. */
export const medianOf = (shifts: Sensitivity['shifts']): number =>
  fixed(
    quantile(
      shifts.map(({ shift }) => shift),
      0.5,
    ),
    4,
  );

async function usualTrial(plan: TrialPlan, { usual }: UsualAnswers): Promise<UsualTrial> {
  const heard = new Map<string, string>();
  const record = await recordOf(plan, (bytes) => {
    const response = usual(bytes);
    heard.set(bytes, response.body);
    return response;
  });
  return { plan, heard, score: scoreOf(record, plan.cell.scenario.primary) };
}

/** A trial is a function of what it hears: as long as nothing it asks is answered otherwise, it goes as usual and need not be run. */
async function scoreUnder({ plan, heard, score }: UsualTrial, answer: AnswerBytes): Promise<number | null> {
  for (const [bytes, body] of heard) {
    if (answer(bytes).body !== body) return scoreOf(await recordOf(plan, answer), plan.cell.scenario.primary);
  }
  return score;
}

/** Pattern → mean score, in plan order. */
type Means = ReadonlyMap<string, number>;

function meansOf(scored: readonly (readonly [TrialPlan, number | null])[]): Means {
  const scores = Map.groupBy(scored, ([plan]) => plan.cell.pattern);
  return new Map([...scores].map(([pattern, own]) => [pattern, mean(own.flatMap(([, score]) => score ?? []))]));
}

/** The first of the best. */
const leaderOf = (means: Means): string => [...means].reduce((best, one) => (one[1] > best[1] ? one : best))[0];

interface Moved {
  readonly rate: Rate;
  readonly shift: number;
  readonly pattern: string;
}

interface Gaps {
  readonly usual: Means;
  readonly means: Means;
  readonly baseline: string;
}

/** How far each pattern's gap to the baseline moved. Rounded at once, so that the order of rows hangs on no last bit. */
const shiftsOf = (rate: Rate, { usual, means, baseline }: Gaps): Moved[] =>
  [...means.keys()]
    .filter((pattern) => pattern !== baseline)
    .map((pattern) => {
      const gap = (under: Means) => under.get(pattern)! - under.get(baseline)!;
      return { rate, pattern, shift: fixed(Math.abs(gap(means) - gap(usual)), 4) };
    });

function largestByRate(moved: readonly Moved[]): Moved[] {
  const largest = [...Map.groupBy(moved, ({ rate }) => rate).values()].map((own) =>
    own.reduce((most, one) => (one.shift > most.shift ? one : most)),
  );
  return largest.toSorted((a, b) => b.shift - a.shift);
}
