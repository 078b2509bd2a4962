import { canonicalJson } from '../kernel/canonical-json.ts';
import { shortHash } from '../kernel/hash.ts';
import type { RunRecord } from '../schema/run-record.ts';
import type { Scenario } from '../schema/scenario.ts';
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
  const tests = plan.scenarios.map((scenario) => testOf(scenario, [...(trials.get(scenario.name) ?? [])].sort()));
  const rosters = plan.scenarios.map(({ name, agents, coordinator }) => ({ name, agents, coordinator }));
  const treatment = {
    version: BEHAVIOUR_VERSION,
    rosters,
    cells: plan.cells.map(({ scenario, pattern, settings, notApplicable }) => ({
      scenario: scenario.name,
      pattern,
      settings,
      notApplicable,
    })),
  };
  const scenarios = plan.scenarios.map(({ name, patterns }, i) => [
    name,
    {
      test: Object.fromEntries(Object.entries(fieldsOf(tests[i]!)).map(([field, value]) => [field, digest(value)])),
      treatment: digest({ version: BEHAVIOUR_VERSION, roster: rosters[i], patterns }),
      fixtures: fixtures[name] ?? '',
    },
  ]);
  return {
    test: digest(tests),
    treatment: digest(treatment),
    fixtures: digest(fixtures),
    scenarios: Object.fromEntries(scenarios) as NonNullable<RunRecord['fingerprint']['scenarios']>,
  };
}

/** What was asked and how it was judged. */
function testOf(scenario: Scenario, trials: readonly string[]) {
  const { name, samples, score, tools, limits, approver, primary, passThreshold, baseline, seed } = scenario;
  const approved = approver ? { approver } : {};
  return { name, samples, score, tools, limits, ...approved, primary, passThreshold, baseline, seed, trials };
}

/** The same by the words in which a person would say what differs. */
function fieldsOf({ name: _name, score, primary, passThreshold, ...rest }: ReturnType<typeof testOf>): Record<string, unknown> {
  return { ...rest, scorers: { score, primary, passThreshold } };
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
export function replayRunId(plan: RunPlan, { test, treatment, fixtures }: RunRecord['fingerprint'], seed: number): string {
  const [first, ...others] = plan.scenarios;
  const name = first && others.length === 0 ? first.name : 'all';
  return `${name}-${shortHash(canonicalJson({ test, treatment, fixtures, seed }), 8)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, 'x')}`;
}
