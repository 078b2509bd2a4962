import { dirname, join } from 'node:path';
import type { Scorer } from '../contracts/scorer.ts';
import type { SchemaParts } from '../schema/scenario.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import { toolsOf } from './build-team-tools.ts';
import { findScenarios, loadScenario } from './load-scenarios.ts';
import type { LoadedScenario } from './plan.ts';
import { prepareScorers } from './prepare-scorers.ts';

export interface ScenarioChoice {
  /** The folder of scenario files. */
  readonly folder: string;
  /** Names of scenarios, or paths of scenario files; all but drafts when empty. */
  readonly names: readonly string[];
  readonly parts: Pick<SchemaParts, 'patterns' | 'detectors'> & { readonly scorers: readonly Scorer[] };
}

/** Loads the scenarios that a person named, with their tools. Throws `usage` for a name that is nobody's. */
export async function selectScenarios({ folder, names, parts }: ScenarioChoice): Promise<LoadedScenario[]> {
  const chosen = names.length > 0 ? await Promise.all(names.map((name) => fileOf(folder, name))) : await findScenarios(folder);
  const loaded: LoadedScenario[] = [];
  for (const file of new Set(chosen)) {
    const scenario = await loadScenario(file, parts);
    if (names.length === 0 && scenario.draft) continue;
    const prepared = await prepareScorers(scenario, parts.scorers);
    loaded.push({ scenario, tools: await toolsOf(scenario, dirname(file)), prepared });
  }
  if (loaded.length > 0) return loaded;
  throw new PatternbenchError('usage', 'there is no scenario to run', {
    place: { file: folder },
    remedy: 'copy scenarios/starter.yaml, or name one with -s',
  });
}

async function fileOf(folder: string, name: string): Promise<string> {
  if (/\.(yaml|ts)$/.test(name)) return name;
  const files = await findScenarios(folder);
  const wanted = [join(folder, `${name}.yaml`), join(folder, `${name}.ts`)];
  const file = files.find((candidate) => wanted.includes(candidate));
  if (file) return file;
  const known = files.map((candidate) => candidate.slice(folder.length + 1).replace(/\.(yaml|ts)$/, ''));
  throw new PatternbenchError('usage', `there is no scenario "${name}"`, {
    remedy: `name one of ${known.join(', ')}, or a file`,
  });
}
