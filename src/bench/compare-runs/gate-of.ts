import type { Gate } from '../../contracts/run-comparison.ts';
import type { RunRecord } from '../../schema/run-record.ts';
import type { TrialRecord } from '../../schema/trial-record.ts';

/** Both sides of one pattern of one scenario. */
export interface GatedCell {
  readonly scenario: string;
  readonly before: readonly TrialRecord[];
  readonly after: readonly TrialRecord[];
}

/** How a group is judged, and in which of its trials chance has no part either way. */
export interface GroupGate {
  readonly gate: Exclude<Gate, 'mixed'>;
  /** Trials that were given the same recorded answers on both sides (`sample#trial`): what changed there is the program's doing. */
  readonly alike: ReadonlySet<string>;
}

export const trialKey = ({ sample, trial }: Pick<TrialRecord, 'sample' | 'trial'>): string => `${sample}#${trial}`;

/**
 * The exact gate is for a group whose two sides hear the same: either the scenario has the same recordings and the same prompts, models and settings on
 * both sides, so that only code differs; or every trial was given the same recorded answers, whatever else was recorded beside them. Anything else has
 * drawn new answers of a model, and needs statistics.
 */
export function gateOf(runs: readonly [RunRecord, RunRecord], cell: GatedCell): GroupGate {
  if (!runs.every(isReplay)) return { gate: 'statistical', alike: new Set() };
  const earlier = new Map(cell.before.map((trial) => [trialKey(trial), trial.answers]));
  const paired = cell.after.filter((trial) => earlier.has(trialKey(trial)));
  const same = paired.filter(({ answers, ...trial }) => typeof answers === 'string' && answers === earlier.get(trialKey(trial)));
  const alike = new Set(same.map(trialKey));
  const isExact = onlyCodeDiffers(runs, cell.scenario) || (paired.length > 0 && same.length === paired.length);
  return { gate: isExact ? 'exact' : 'statistical', alike };
}

const isReplay = ({ mode, clock, imported }: RunRecord): boolean =>
  mode === 'replay' && clock === 'virtual' && imported === undefined;

function onlyCodeDiffers([a, b]: readonly [RunRecord, RunRecord], scenario: string): boolean {
  const of = ({ fingerprint }: RunRecord) => fingerprint.scenarios?.[scenario] ?? fingerprint;
  return of(a).fixtures === of(b).fixtures && of(a).treatment === of(b).treatment;
}
