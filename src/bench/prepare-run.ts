import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Exhausted } from '../fixtures/ledger.ts';
import type { Provider } from '../contracts/provider.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import type { RunRecord } from '../schema/run-record.ts';
import { loadPatterns, loadProviders, loadScorers, partNamed } from './parts.ts';
import { planOf, type RunPlan } from './plan.ts';
import { recordCommands } from './record-commands.ts';
import { endpointTraffic } from './record-traffic.ts';
import type { MissPolicy } from './miss-policy.ts';
import { replayTraffic } from './replay-traffic.ts';
import type { SpendingCap } from './spending-cap.ts';
import type { MaxAge } from './staleness.ts';
import type { ReplayTransport } from '../transport/replay-transport.ts';
import { selectScenarios } from './select-scenarios.ts';
import type { OnMiss, Traffic } from './traffic.ts';

export interface RunChoice {
  /** The project: the folder with scenarios/, fixtures/ and reports/. */
  readonly root: string;
  readonly scenarios: readonly string[];
  readonly patterns: readonly string[];
  readonly mode: RunRecord['mode'];
  readonly provider: string;
  /** The recording set; the provider's own when absent. */
  readonly profile?: string | undefined;
  readonly trials?: number | undefined;
  readonly samples?: number | undefined;
  readonly models: Readonly<Record<string, string>>;
  readonly maxCalls: number;
  /** US dollars that a run may cost at listed prices; no limit when absent. */
  readonly maxCostUsd?: number | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** YYYY-MM-DD */
  readonly today: string;
  readonly onMiss: OnMiss;
  /** The way of recorded answers in a replay. */
  readonly transport?: ReplayTransport | undefined;
  /** Replay a scenario that has its recording, whatever the mode. */
  readonly once?: boolean;
  readonly missPolicy?: MissPolicy | undefined;
  readonly exhausted?: Exhausted | undefined;
  /** How old recordings may be, over what a scenario says. */
  readonly maxAge?: Omit<MaxAge, 'today'> | undefined;
  /** Scenarios of which something was recorded before this run was taken up again. */
  readonly continued?: ReadonlySet<string>;
}

/** The recordings that ship, and that a replay uses when no profile is named. */
const SHIPPED_PROFILE = 'simulated';

export const fixtureFile = (root: string, scenario: string, profile: string): string =>
  join(root, 'fixtures', scenario, `${profile}.jsonl`);

/** The plan of a run alone, without opening any traffic. */
export async function planRun(choice: RunChoice): Promise<RunPlan> {
  const [patterns, scorers] = await Promise.all([loadPatterns(), loadScorers()]);
  const scenarios = await selectScenarios({
    folder: join(choice.root, 'scenarios'),
    names: choice.scenarios,
    parts: { patterns, scorers },
  });
  const chosen = choice.patterns.length > 0 ? choice.patterns.map((name) => partNamed('pattern', patterns, name)) : patterns;
  return planOf({
    scenarios,
    patterns: chosen,
    library: patterns,
    scorers,
    ...(choice.trials === undefined ? {} : { trials: choice.trials }),
    ...(choice.samples === undefined ? {} : { samples: choice.samples }),
  });
}

/** The traffic of every scenario of a plan, opened. */
export async function openTraffic(choice: RunChoice, plan: RunPlan, cap?: SpendingCap): Promise<Map<string, Traffic>> {
  const traffic = new Map<string, Traffic>();
  const provider = choice.mode === 'replay' ? undefined : partNamed('provider', await loadProviders(), choice.provider);
  try {
    for (const scenario of plan.scenarios) traffic.set(scenario.name, await open(choice, plan, { scenario, provider, cap }));
  } catch (error) {
    for (const opened of traffic.values()) await opened.abandon();
    throw error;
  }
  return traffic;
}

interface Source {
  readonly scenario: RunPlan['scenarios'][number];
  readonly provider: Provider | undefined;
  readonly cap: SpendingCap | undefined;
}

async function open(choice: RunChoice, plan: RunPlan, { scenario, provider, cap }: Source): Promise<Traffic> {
  const fileOf = (profile: string) => fixtureFile(choice.root, scenario.name, profile);
  const file = fileOf(choice.profile ?? SHIPPED_PROFILE);
  if (choice.mode === 'replay' || !provider || (choice.once && existsSync(file))) {
    const remedy = recordCommands(scenario, choice);
    const { onMiss, transport, missPolicy, exhausted, today } = choice;
    const wanted = choice.maxAge ?? scenario.maxAge;
    const maxAge = wanted && { ...wanted, today };
    return replayTraffic({ scenario, file, onMiss, remedy, transport, missPolicy, exhausted, maxAge });
  }
  const trials = Math.max(0, ...plan.trials.filter(({ cell }) => cell.scenario === scenario).map(({ trial }) => trial)) + 1;
  const continued = choice.continued?.has(scenario.name) ?? false;
  return endpointTraffic({
    ...choice,
    mode: choice.mode,
    profile: choice.profile,
    cap,
    scenario,
    provider,
    fileOf,
    trials,
    continued,
  });
}

/** Throws `usage` when a model is mapped that no scenario of the plan names. */
export function checkModelMap(plan: RunPlan, models: Readonly<Record<string, string>>): void {
  const known = new Set(
    plan.scenarios.flatMap(({ agents, coordinator }) => [
      coordinator.model,
      coordinator.routerModel,
      ...agents.map(({ model }) => model),
    ]),
  );
  for (const model of Object.keys(models)) {
    if (known.has(model)) continue;
    throw new PatternbenchError('usage', `--model ${model}=…: no scenario of this run uses the model "${model}"`, {
      remedy: `map one of ${[...known]
        .filter((name) => name !== undefined)
        .sort()
        .join(', ')}`,
    });
  }
}

/**
 * Throws `usage` when a recording would take the place of one that holds more, since what it leaves out would be lost. One that is taken up
 * again was asked about when it began, and goes on with what it has left.
 */
export function checkReplacement(plan: RunPlan, choice: RunChoice): void {
  const { root, provider, profile, patterns, samples, trials, continued } = choice;
  for (const scenario of plan.scenarios) {
    const file = fixtureFile(root, scenario.name, profile ?? provider);
    const isPart =
      patterns.length > 0 || (samples ?? Infinity) < scenario.samples.length || (trials ?? Infinity) < scenario.trials;
    if (!isPart || choice.once || continued?.has(scenario.name) || !holdsAnswers(file)) continue;
    throw new PatternbenchError('usage', 'this recording would be replaced by one of fewer patterns, samples or trials', {
      place: { file },
      remedy: 'keep it and record what is missing with --mode auto, keep both with --profile <name>, or record all of it again',
    });
  }
}

/** A recording that was cut off before its first answer has nothing to lose. */
const holdsAnswers = (file: string): boolean => existsSync(file) && readFileSync(file, 'utf8').includes('\n{"t":"call"');
