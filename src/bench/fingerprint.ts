import { canonicalJson } from '../kernel/canonical-json.ts';
import { shortHash } from '../kernel/hash.ts';
import type { RunRecord } from '../schema/run-record.ts';
import type { Scenario } from '../schema/scenario.ts';
import type { AppliedScorer, RunPlan } from './plan.ts';

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
  const tests = plan.scenarios.map((scenario) => ({
    scenario,
    trials: [...(trials.get(scenario.name) ?? [])],
    scorers: plan.cells.find((cell) => cell.scenario === scenario)?.scorers ?? [],
  }));
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
      test: testFieldsOf(tests[i]!),
      treatment: digest({ version: BEHAVIOUR_VERSION, roster: rosters[i], patterns }),
      fixtures: fixtures[name] ?? '',
    },
  ]);
  return {
    test: testOf(tests),
    treatment: digest(treatment),
    fixtures: fixturesOf(fixtures),
    scenarios: Object.fromEntries(scenarios) as NonNullable<RunRecord['fingerprint']['scenarios']>,
  };
}

export const fixturesOf = (fixtures: FixtureHashes): string => digest(fixtures);

/** A scenario as a test: what is asked of whoever works on it, and how that is judged. */
export interface TestFacts {
  readonly scenario: Scenario;
  /** `sample#trial` */
  readonly trials: readonly string[];
  readonly scorers: readonly AppliedScorer[];
}

/** The identity of a test. */
export const testOf = (facts: readonly TestFacts[]): string => digest(facts.map(askedIn));

/** The same of one scenario, field by field, in the words in which a person would say what differs. */
export function testFieldsOf(facts: TestFacts): Record<string, string> {
  const { name: _name, score, primary, passThreshold, sources, ...rest } = askedIn(facts);
  const fields = { ...rest, scorers: { score, primary, passThreshold, sources } };
  return Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, digest(value)]));
}

/** What was asked and how it was judged. */
function askedIn({ scenario, trials, scorers }: TestFacts) {
  const { name, samples, score, tools, limits, approver, primary, passThreshold, baseline, seed } = scenario;
  const sources = Object.fromEntries(scorers.flatMap((one) => (one.source === undefined ? [] : [[one.name, one.source]])));
  return {
    name,
    samples,
    score,
    tools,
    limits,
    ...(approver ? { approver } : {}),
    ...(Object.keys(sources).length > 0 ? { sources } : {}),
    primary,
    passThreshold,
    baseline,
    seed,
    trials: trials.toSorted(),
  };
}

/** The identity of what is asked alone: a run may be judged anew as long as this is the same. What is expected is a matter of judging. */
export const questionsOf = (scenarios: readonly Scenario[]): string =>
  digest(
    scenarios.map(({ name, samples, tools, limits, approver, seed }) => ({
      name,
      samples: samples.map(({ id, input, turns, items }) => ({ id, input, turns, items })),
      tools,
      limits,
      approver,
      seed,
    })),
  );

/** Functions (in scenarios written in TypeScript) stand for themselves by their source text. */
const digest = (value: unknown): string =>
  shortHash(
    canonicalJson(
      JSON.parse(JSON.stringify(value, (_key, member: unknown) => (typeof member === 'function' ? String(member) : member))),
    ),
    12,
  );

/** The id of a replay: the same run again has the same id, and writes the same bytes to the same folder. */
export function replayRunId(
  plan: { readonly scenarios: readonly { readonly name: string }[] },
  { test, treatment, fixtures }: RunRecord['fingerprint'],
  seed: number,
): string {
  const [first, ...others] = plan.scenarios;
  const name = first && others.length === 0 ? first.name : 'all';
  return `${name}-${shortHash(canonicalJson({ test, treatment, fixtures, seed }), 8)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, 'x')}`;
}
