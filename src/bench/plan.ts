import type { Agent } from '../contracts/agent.ts';
import type { ContextPolicy, Pattern } from '../contracts/pattern.ts';
import type { Scorer } from '../contracts/scorer.ts';
import type { Tool } from '../contracts/tool.ts';
import { teamOf } from '../agent/team.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { shortHash } from '../kernel/hash.ts';
import type { Sample, Scenario } from '../schema/scenario.ts';
import { partNamed } from './parts.ts';
import type { PreparedScorers } from './prepare-scorers.ts';

/** A scenario with what it needs to run. */
export interface LoadedScenario {
  readonly scenario: Scenario;
  readonly tools: ReadonlyMap<string, Tool>;
  /** What its scores have loaded; none where they name no files. */
  readonly prepared?: PreparedScorers;
}

/** A scenario under a pattern, or the reason why that makes no sense. */
export interface Cell {
  readonly scenario: Scenario;
  readonly pattern: string;
  /** Of the pattern's options as they were applied; part of the identity of a trace. */
  readonly settings: string;
  readonly agent: Agent | undefined;
  readonly notApplicable: string | undefined;
  /** What its agents see of what happened before them. */
  readonly context: ContextPolicy;
  readonly scorers: readonly AppliedScorer[];
}

export interface AppliedScorer {
  readonly name: string;
  readonly scorer: Scorer;
  readonly options: unknown;
  /** Stands for the code behind its options. */
  readonly source?: string;
}

/** One trial to be run: a cell, a sample, an epoch. */
export interface TrialPlan {
  readonly cell: Cell;
  readonly sample: Sample;
  readonly trial: number;
}

export interface RunPlan {
  readonly scenarios: readonly Scenario[];
  readonly cells: readonly Cell[];
  /** In plan order: scenario, pattern, sample, trial. */
  readonly trials: readonly TrialPlan[];
}

export interface PlanRequest {
  readonly scenarios: readonly LoadedScenario[];
  readonly patterns: readonly Pattern[];
  readonly scorers: readonly Scorer[];
  /** All patterns that there are: one may be made of others that are not run themselves. Default: `patterns`. */
  readonly library?: readonly Pattern[];
  /** Trials of each sample, instead of what the scenario says. */
  readonly trials?: number;
  /** Only the first so many samples of each scenario. */
  readonly samples?: number;
  /** Only these samples. */
  readonly sampleIds?: ReadonlySet<string>;
}

/** Every pattern on every sample of every scenario, as often as there are trials. */
export function planOf(request: PlanRequest): RunPlan {
  const cells = request.scenarios.flatMap((loaded) =>
    baselineFirst(request.patterns, loaded.scenario.baseline).map((pattern) => cellOf(loaded, pattern, request)),
  );
  const trials = cells.flatMap((cell) => {
    if (!cell.agent) return [];
    const named = cell.scenario.samples.filter(({ id }) => request.sampleIds?.has(id) ?? true);
    const samples = named.slice(0, request.samples ?? named.length);
    const count = request.trials ?? cell.scenario.trials;
    return samples.flatMap((sample) => Array.from({ length: count }, (_, trial) => ({ cell, sample, trial })));
  });
  return { scenarios: request.scenarios.map(({ scenario }) => scenario), cells, trials };
}

/** Its recordings are made first, and what other patterns ask alike is then answered alike. */
const baselineFirst = (patterns: readonly Pattern[], baseline: string): Pattern[] =>
  patterns.toSorted((a, b) => Number(b.name === baseline) - Number(a.name === baseline));

function cellOf(
  { scenario, tools, prepared }: LoadedScenario,
  pattern: Pattern,
  { scorers, patterns, library = patterns }: PlanRequest,
): Cell {
  const options = scenario.patterns[pattern.name] ?? pattern.options.parse({});
  const team = teamOf(scenario, tools, library);
  const notApplicable = scenario.omit?.[pattern.name] ?? pattern.notApplicable(team, options);
  return {
    scenario,
    pattern: pattern.name,
    settings: shortHash(canonicalJson(withoutFunctions(options)), 12),
    agent: notApplicable === undefined ? pattern.build(team, options) : undefined,
    notApplicable,
    context: pattern.context(options),
    scorers: appliedScorers(scenario, scorers, prepared),
  };
}

/** The scorers of a scenario with the options that they are called with. */
export const appliedScorers = (
  { score }: Pick<Scenario, 'score'>,
  scorers: readonly Scorer[],
  prepared?: PreparedScorers,
): AppliedScorer[] =>
  score.map(({ type, name, options }) => ({ name, scorer: partNamed('scorer', scorers, type), options, ...prepared?.get(name) }));

/** Functions in options (of TypeScript scenarios) stand for themselves by their source text. */
const withoutFunctions = (options: unknown): unknown =>
  JSON.parse(JSON.stringify(options, (_key, value: unknown) => (typeof value === 'function' ? String(value) : value)));
