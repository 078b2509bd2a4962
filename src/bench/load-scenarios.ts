import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf, PatternbenchError } from '../kernel/errors.ts';
import { isObject } from '../kernel/json.ts';
import { type Locator, placeOf, problemsOf, scenarioError } from '../schema/issues.ts';
import { type FindingSettings, type Scenario, scenarioSchema, type SchemaParts } from '../schema/scenario.ts';
import { parseYaml } from '../schema/yaml-source.ts';
import { loadSamples } from './load-samples.ts';
import { checkScenario } from './scenario-checks.ts';

/**
 * The scenario files of a folder, sorted: `*.yaml`, and `*.ts` whose name has no further dot (`search.tools.ts` belongs to a scenario).
 * Throws `not_found` when there is no such folder.
 */
export async function findScenarios(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new PatternbenchError('not_found', 'there is no folder of scenarios here', {
      place: { file: folder },
      cause,
      remedy: 'go to the folder of your project, the one that holds scenarios/',
    });
  });
  const names = entries
    .filter((entry) => !entry.isDirectory() && /^[^.]+\.ts$|^[^.].*\.yaml$/.test(entry.name))
    .map(({ name }) => name);
  return names.sort().map((name) => join(folder, name));
}

/**
 * Reads a scenario from a `.yaml` file, or from the default export of a `.ts` file, with its samples and all defaults filled in: agents
 * without a model get the coordinator's, scores their type as name, `primary` the first scorer. `patterns` holds what the file sets.
 * Throws `not_found`, or one `invalid_scenario` whose message lists every problem with file, line, column and path.
 */
export async function loadScenario(file: string, parts: SchemaParts): Promise<Scenario> {
  const { value, locator } = await readSource(file);
  const schema = scenarioSchema(parts);
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw scenarioError(problemsOf(parsed.error, schema, value, locator));
  const { samples, findings, ...rest } = parsed.data;
  const loaded = typeof samples === 'string' ? await loadSamples(samples, locator) : { samples, locator };
  const score = namedScores(rest.score);
  const scenario: Scenario = {
    ...rest,
    agents: rest.agents.map((agent) => ({ ...agent, model: agent.model ?? rest.coordinator.model })),
    samples: loaded.samples,
    score,
    primary: rest.primary ?? score[0]!.name,
    ...(findings ? { findings: findings as FindingSettings } : {}),
    file,
  };
  const problems = checkScenario(scenario, parts, (path, at) =>
    placeOf(path[0] === 'samples' ? loaded.locator : locator, path, at),
  );
  if (problems.length > 0) throw scenarioError(problems);
  return scenario;
}

/** Scores as a file has them, each with its name and with its options apart. */
export const namedScores = (
  score: readonly Readonly<Record<string, unknown>>[],
): { type: string; name: string; options: unknown }[] =>
  score.map(({ type, name, ...options }) => ({ type: String(type), name: String(name ?? type), options }));

interface Source {
  readonly value: unknown;
  readonly locator: Locator;
}

async function readSource(file: string): Promise<Source> {
  const found = await stat(file).catch((cause: unknown) => {
    throw new PatternbenchError('not_found', 'there is no such scenario file', {
      place: { file },
      cause,
      remedy: 'npm run patternbench -- list scenarios',
    });
  });
  if (!found.isFile()) throw new PatternbenchError('not_found', 'a scenario must be a regular file', { place: { file } });
  if (file.endsWith('.yaml')) {
    const { value, position } = parseYaml(await readFile(file, 'utf8'), file);
    return { value, locator: { file, position } };
  }
  if (file.endsWith('.ts') || file.endsWith('.js')) return { value: await importDefault(file), locator: { file } };
  throw new PatternbenchError('usage', 'a scenario file ends in .yaml or .ts', { place: { file } });
}

async function importDefault(file: string): Promise<unknown> {
  try {
    const module = (await import(pathToFileURL(await realpath(file)).href)) as { readonly default?: unknown };
    if (isObject(module.default)) return module.default;
  } catch (cause) {
    throw new PatternbenchError('invalid_scenario', `the module cannot be loaded: ${messageOf(cause)}`, {
      place: { file },
      cause,
    });
  }
  throw new PatternbenchError('invalid_scenario', 'the default export must be the scenario, as an object', {
    place: { file },
    remedy: `export default { name: '${basename(file, extname(file))}', … }`,
  });
}
