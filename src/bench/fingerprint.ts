import { canonicalJson } from '../kernel/canonical-json.ts';
import { shortHash } from '../kernel/hash.ts';
import type { RunRecord } from '../schema/run-record.ts';
import type { RunPlan } from './plan.ts';

/** Raised when the same scenario, under the same settings, would run differently: it is part of the treatment. */
const BEHAVIOUR_VERSION = 1;

/** What was recorded, as far as a run hangs on it: one hash per scenario. */
export type FixtureHashes = Readonly<Record<string, string>>;

/**
 * What a run is: `test` says what was asked and how it was judged (samples, scorers, tools, trials, limits), `treatment` who answered and
 * how they worked together (roster, prompts, models, patterns, code), `fixtures` which recordings stood in for the models.
 * Two runs with another `test` cannot be compared; another `treatment` is what a comparison is for.
 */
export function fingerprintOf(plan: RunPlan, fixtures: FixtureHashes): RunRecord['fingerprint'] {
  const trials = new Map<string, Set<string>>();
  for (const { cell, sample, trial } of plan.trials) {
    const name = cell.scenario.name;
    trials.set(name, (trials.get(name) ?? new Set()).add(`${sample.id}#${trial}`));
  }
  const test = plan.scenarios.map(
    ({ name, samples, score, tools, limits, approver, primary, passThreshold, baseline, seed }) => ({
      name,
      samples,
      score,
      tools,
      limits,
      ...(approver ? { approver } : {}),
      primary,
      passThreshold,
      baseline,
      seed,
      trials: [...(trials.get(name) ?? [])].sort(),
    }),
  );
  const treatment = {
    version: BEHAVIOUR_VERSION,
    rosters: plan.scenarios.map(({ name, agents, coordinator }) => ({ name, agents, coordinator })),
    cells: plan.cells.map(({ scenario, pattern, settings, notApplicable }) => ({
      scenario: scenario.name,
      pattern,
      settings,
      notApplicable,
    })),
  };
  return { test: digest(test), treatment: digest(treatment), fixtures: digest(fixtures) };
}

/** Functions (in scenarios written in TypeScript) stand for themselves by their source text. */
const digest = (value: unknown): string =>
  shortHash(
    canonicalJson(
      JSON.parse(JSON.stringify(value, (_key, member: unknown) => (typeof member === 'function' ? String(member) : member))),
    ),
    12,
  );

/** The id of a replay: the same run again has the same id, and writes the same bytes to the same folder. */
export function replayRunId(plan: RunPlan, fingerprint: RunRecord['fingerprint'], seed: number): string {
  const [first, ...others] = plan.scenarios;
  const name = first && others.length === 0 ? first.name : 'all';
  return `${name}-${shortHash(canonicalJson({ ...fingerprint, seed }), 8)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, 'x')}`;
}
