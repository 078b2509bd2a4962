import type { SampleFlip } from '../../contracts/run-comparison.ts';
import type { TrialRecord } from '../../schema/trial-record.ts';
import { scoreOf } from '../../stats/trial-score.ts';

/** Below this many trials a side, a sample that went from all passed to none is a note: few trials agree by chance. */
export const TRIALS_OF_A_GATE = 5;

interface Side {
  readonly passed: ReadonlySet<number>;
  readonly trials: ReadonlySet<number>;
}

/** Passing needs an end of its own: a failure never passes, whatever it had said by then. */
const hasPassed = (trial: TrialRecord) => trial.outcome.status === 'completed' && trial.passed === true;

function sidesOf(trials: readonly TrialRecord[]): Map<string, Side> {
  const sides = new Map<string, { passed: Set<number>; trials: Set<number> }>();
  for (const trial of trials) {
    const side = sides.get(trial.sample) ?? { passed: new Set<number>(), trials: new Set<number>() };
    side.trials.add(trial.trial);
    if (hasPassed(trial)) side.passed.add(trial.trial);
    sides.set(trial.sample, side);
  }
  return sides;
}

const NOTHING: Side = { passed: new Set(), trials: new Set() };

/** The samples of which a trial changed between passing and not passing, in order of the samples before. A trial that is missing does not pass. */
export function sampleFlips(before: readonly TrialRecord[], after: readonly TrialRecord[]): SampleFlip[] {
  const later = sidesOf(after);
  return [...sidesOf(before)].flatMap(([sample, own]): SampleFlip[] => {
    const other = later.get(sample) ?? NOTHING;
    const lost = [...own.passed].filter((trial) => !other.passed.has(trial)).sort((a, b) => a - b);
    const won = [...other.passed].filter((trial) => own.trials.has(trial) && !own.passed.has(trial)).sort((a, b) => a - b);
    if (lost.length + won.length === 0) return [];
    return [{ sample, before: share(own), after: share(other), lost, won }];
  });
}

/** The trial whose score in a scorer fell most, the first of equals; null where none fell. */
export function worstTrial(
  before: readonly TrialRecord[],
  after: readonly TrialRecord[],
  scorer: string,
): { sample: string; trial: number } | null {
  let worst: { sample: string; trial: number; fell: number } | null = null;
  const later = new Map(after.map((trial) => [`${trial.sample}#${trial.trial}`, trial]));
  for (const own of before) {
    const other = later.get(`${own.sample}#${own.trial}`);
    const fell = (scoreOf(own, scorer) ?? 0) - ((other && scoreOf(other, scorer)) ?? 0);
    if (other && fell > (worst?.fell ?? 0)) worst = { sample: own.sample, trial: own.trial, fell };
  }
  return worst && { sample: worst.sample, trial: worst.trial };
}

/** Samples of which every trial passed before and none does now, with the fewer trials of both sides. */
export function collapsedSamples(
  before: readonly TrialRecord[],
  after: readonly TrialRecord[],
): { sample: string; trials: number }[] {
  const later = sidesOf(after);
  return [...sidesOf(before)].flatMap(([sample, own]) => {
    const other = later.get(sample);
    const hasCollapsed = other !== undefined && own.passed.size === own.trials.size && other.passed.size === 0;
    return hasCollapsed ? [{ sample, trials: Math.min(own.trials.size, other.trials.size) }] : [];
  });
}

const share = ({ passed, trials }: Side) => `${passed.size}/${trials.size}`;
