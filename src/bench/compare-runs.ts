import { findingTotalsOf } from '../contracts/finding-totals.ts';
import type { Gate, GroupComparison, RunComparison } from '../contracts/run-comparison.ts';
import type { Comparison, Group, RunRecord } from '../schema/run-record.ts';
import type { TrialRecord } from '../schema/trial-record.ts';
import { scoresBySample } from '../stats/trial-score.ts';
import { cellName } from './comparisons.ts';
import { type ComparedRun, differingFields, hasSameScenarios } from './compare-runs/differing-fields.ts';
import { gateOf, type GroupGate, trialKey } from './compare-runs/gate-of.ts';
import { decided, metricDrafts } from './compare-runs/metric-changes.ts';
import { newFindings } from './compare-runs/new-findings.ts';
import { collapsedSamples, sampleFlips, worstTrial, TRIALS_OF_A_GATE } from './compare-runs/sample-flips.ts';
import { figuresOf } from './compare-runs/group-figures.ts';
import { heldAgainst, type Threshold } from './compare-runs/thresholds.ts';
import { GATE_METRICS, type GateMetric, type Tolerances, USUAL_TOLERANCES } from './compare-runs/tolerances.ts';
import { trialsOfCell } from './paired-trials.ts';

export interface CompareOptions {
  readonly tolerances?: Tolerances;
  readonly thresholds?: readonly Threshold[];
  /** Metrics that can make a run worse; the others are shown. */
  readonly gateOn?: readonly GateMetric[];
  /** Take a regression on purpose. */
  readonly accept?: boolean;
  /** What a person chose to run again, by name; null for all. The rest of `before` is not missing then. */
  readonly only?: { readonly scenarios: readonly string[] | null; readonly patterns: readonly string[] | null };
  /** What the earlier run is called where it is a baseline. */
  readonly baseline?: string | undefined;
  /** Compare although trials of `after` broke down for reasons outside the patterns; they count as failures. */
  readonly tolerateErrors?: boolean;
}

/**
 * What `after` says against `before`: every pattern of every scenario, paired by sample. Where both sides of a group hear the same recorded answers
 * the gate is exact: any trial that passed and no longer does is a regression. Otherwise a change needs statistics, or a sample that went from all passed
 * to none over five trials a side, or a trial that was lost on the same answers. What `before` has and `after` has not is a regression. Runs of another test identity are incomparable, and the differing fields are named.
 */
export function compareRuns(whole: ComparedRun, after: ComparedRun, options: CompareOptions = {}): RunComparison {
  const before = chosenOf(whole, options.only);
  const { tolerances = USUAL_TOLERANCES, thresholds = [], gateOn = GATE_METRICS, accept = false } = options;
  const found = differingFields(whole, after, options);
  const groups = found.length > 0 ? [] : groupComparisons({ before, after, tolerances, gateOn });
  // A gate that measured nothing must not be green.
  const isBlind = groups.every(({ verdict, comparisons }) => verdict !== 'regressed' && comparisons.every(isUnscored));
  const differing = found.length === 0 && isBlind ? [NO_SCORES] : found;
  const verdict = differing.length > 0 ? 'incomparable' : overall(groups.map((group) => group.verdict));
  return {
    before: before.run.runId,
    after: after.run.runId,
    baseline: options.baseline ?? null,
    partial: options.only !== undefined,
    gate: overallGate(groups),
    verdict,
    accepted: accept && verdict === 'regressed',
    differing,
    groups,
    thresholds: thresholds.flatMap((threshold) => heldAgainst(after.run.groups, threshold)),
    notes: differing.length > 0 ? [] : notesOf(whole.run, after.run),
  };
}

function chosenOf({ run, trials }: ComparedRun, only: CompareOptions['only']): ComparedRun {
  if (!only) return { run, trials };
  const isChosen = ({ scenario, pattern }: Pick<Group, 'scenario' | 'pattern'>) =>
    (only.scenarios?.includes(scenario) ?? true) && (only.patterns?.includes(pattern) ?? true);
  const scenarios = run.scenarios.filter(({ name }) => only.scenarios?.includes(name) ?? true);
  return { run: { ...run, scenarios, groups: run.groups.filter(isChosen) }, trials: trials.filter(isChosen) };
}

const NO_SCORES = { field: 'scores', before: 'no sample is scored on both sides', after: 'the same' };

const isUnscored = ({ metric, n }: Comparison) => metric !== 'quality' || n === 0;

function overallGate(groups: readonly GroupComparison[]): Gate {
  const exact = groups.filter(({ gate }) => gate === 'exact').length;
  if (exact === 0) return 'statistical';
  return exact === groups.length ? 'exact' : 'mixed';
}

interface Sides {
  readonly before: ComparedRun;
  readonly after: ComparedRun;
  readonly tolerances: Tolerances;
  readonly gateOn: readonly GateMetric[];
}

const hasRun = (group: Group) => group.notApplicable === undefined && group.trials > 0;

const isSameCell = (a: Group, b: Group) => a.scenario === b.scenario && a.adapter === b.adapter && a.pattern === b.pattern;

function groupComparisons({ before, after, tolerances, gateOn }: Sides): GroupComparison[] {
  const voided = voidedMetrics(before.run, after.run);
  const cells = before.run.groups.filter(hasRun).map((group) => {
    const other = after.run.groups.find((candidate) => isSameCell(candidate, group) && hasRun(candidate));
    const sides = { before: trialsOfCell(before.trials, group), after: other ? trialsOfCell(after.trials, group) : [] };
    const primary = before.run.scenarios.find(({ name }) => name === group.scenario)?.primary ?? '';
    const name = cellName(group);
    const gated = gateOf([before.run, after.run], { scenario: group.scenario, ...sides });
    const names = { scenario: group.scenario, primary, a: name, b: `${name} in ${before.run.runId}` };
    const cell = { ...names, ...sides, voided, exact: gated.gate === 'exact' };
    return { group, other, cell, gated, drafts: other ? metricDrafts(cell) : [] };
  });
  const comparisons = decided(
    cells.flatMap(({ drafts }) => drafts),
    tolerances,
  );
  return cells.map(({ group, other, cell, gated }): GroupComparison => {
    const own = comparisons.filter(({ scenario, b }) => scenario === group.scenario && b === cell.b);
    const worst = worstTrial(cell.before, cell.after, cell.primary);
    const figures = { before: figuresOf(group), after: other ? figuresOf(other) : null };
    const head = {
      scenario: group.scenario,
      adapter: group.adapter,
      pattern: group.pattern,
      gate: gated.gate,
      comparisons: own,
      figures,
      worst,
    };
    if (!other) return { ...head, verdict: 'regressed', flips: [], reasons: [absence(group, after.run)], notes: [] };
    const { reasons, notes } = sampleReasons(cell, gated);
    const seen = newFindings(findingTotalsOf(before.run), findingTotalsOf(after.run), group);
    const gating = own.filter(({ metric }) => gateOn.includes(metric as GateMetric)).map((one) => one.verdict);
    const verdict = reasons.length > 0 && gateOn.includes('quality') ? 'regressed' : groupVerdict(gating);
    return { ...head, verdict, flips: sampleFlips(cell.before, cell.after), reasons, notes: [...notes, ...seen] };
  });
}

/** Metrics that other circumstances have made incomparable, while the rest is not. */
function voidedMetrics(before: RunRecord, after: RunRecord): Partial<Record<GateMetric, string>> {
  return {
    ...(before.priceTable === after.priceTable
      ? {}
      : { costUsd: `prices differ: ${before.priceTable} before, ${after.priceTable} now` }),
    ...(before.clock === after.clock ? {} : { latencyMs: `clocks differ: ${before.clock} before, ${after.clock} now` }),
  };
}

function absence({ scenario, pattern, adapter }: Group, after: RunRecord): string {
  const planned = after.groups.find(
    (group) => group.scenario === scenario && group.pattern === pattern && group.adapter === adapter,
  );
  if (planned?.notApplicable !== undefined) return `no longer runs: ${planned.notApplicable}`;
  const isWhole = after.scenarios.some(({ name }) => name === scenario);
  return isWhole ? 'this pattern is missing from the run' : 'this scenario is missing from the run';
}

interface CellSides {
  readonly primary: string;
  readonly before: readonly TrialRecord[];
  readonly after: readonly TrialRecord[];
}

/** What single samples say: reasons for a regression, and notes where there are too few trials for one. */
function sampleReasons(
  { primary, before, after }: CellSides,
  { gate, alike }: GroupGate,
): { reasons: string[]; notes: string[] } {
  const reasons: string[] = [];
  const notes: string[] = [];
  const later = scoresBySample(after, primary);
  const unscored = [...scoresBySample(before, primary).keys()].filter((sample) => !later.has(sample));
  if (unscored.length > 0) reasons.push(`scored before and not now: ${unscored.join(', ')}`);
  const lost = sampleFlips(before, after).flatMap(({ sample, lost: trials }) =>
    trials.map((trial) => trialKey({ sample, trial })),
  );
  if (gate === 'exact') {
    if (lost.length > 0) reasons.push(`${trialsInWords(lost.length)} turned from pass to fail`);
    return { reasons, notes };
  }
  const own = lost.filter((key) => alike.has(key)).length;
  if (own > 0) reasons.push(`${trialsInWords(own)} turned from pass to fail on the very answers that passed before`);
  for (const { sample, trials } of collapsedSamples(before, after)) {
    const sentence = `${sample} passed in every trial before and in none now`;
    if (trials >= TRIALS_OF_A_GATE) reasons.push(sentence);
    else notes.push(`${sentence}; with ${trials} a side that is a hint, no verdict`);
  }
  return { reasons, notes };
}

const trialsInWords = (count: number) => `${count} ${count === 1 ? 'trial' : 'trials'}`;

/** One metric of a group that is worse makes the group worse; what is unknown decides nothing beside what is known. */
function groupVerdict(verdicts: readonly Comparison['verdict'][]): Comparison['verdict'] {
  const known = verdicts.filter((verdict) => verdict !== 'incomparable');
  return known.length === 0 ? 'incomparable' : overall(known);
}

const ORDER: readonly Comparison['verdict'][] = ['regressed', 'incomparable', 'improved', 'inconclusive', 'no-material-change'];

const overall = (verdicts: readonly Comparison['verdict'][]): Comparison['verdict'] =>
  ORDER.find((verdict) => verdicts.includes(verdict)) ?? 'incomparable';

function notesOf(before: RunRecord, after: RunRecord): string[] {
  const notes: string[] = [];
  if (!hasSameScenarios(before, after) && !(before.fingerprint.scenarios && after.fingerprint.scenarios))
    notes.push('The runs hold different scenarios, so tools, limits and sample texts could not be checked by fingerprint.');
  const fresh = after.groups.filter(
    (group) => hasRun(group) && !before.groups.some((own) => isSameCell(own, group) && hasRun(own)),
  );
  if (fresh.length > 0)
    notes.push(`New, not compared: ${fresh.map((group) => `${group.scenario}/${cellName(group)}`).join(', ')}.`);
  if (before.seed !== after.seed) notes.push(`Seeds differ: ${before.seed} before, ${after.seed} now.`);
  if (before.priceTable !== after.priceTable) notes.push('The price tables differ, so costs are not compared.');
  if (before.tool !== after.tool) notes.push(`Another version ran: ${before.tool} before, ${after.tool} now.`);
  return notes;
}
