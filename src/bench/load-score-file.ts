import { readFile } from 'node:fs/promises';
import { PatternbenchError } from '../kernel/errors.ts';
import { placeOf, problemsOf, scenarioError, unknownName } from '../schema/issues.ts';
import { type Scenario, scenarioSchema, type SchemaParts } from '../schema/scenario.ts';
import { parseYaml } from '../schema/yaml-source.ts';
import { z } from '../schema/zod.ts';
import { namedScores } from './load-scenarios.ts';

/** By what a scenario is judged. */
export type ScoreFacts = Pick<Scenario, 'score' | 'primary' | 'passThreshold'>;

/**
 * Reads scores that stand in for those of scenarios: a YAML file with `score`, and with `primary` and `passThreshold` where these are to differ. The
 * primary of a scenario stays where the file has a score of that name, else the first one takes its place. Throws `not_found`, or one
 * `invalid_scenario` that lists every problem with its place.
 */
export async function loadScoreFile(file: string, parts: SchemaParts): Promise<(scenario: Scenario) => ScoreFacts> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new PatternbenchError('not_found', 'there is no such file of scores', { place: { file }, cause });
  });
  const { value, position } = parseYaml(text, file);
  const { score, primary, passThreshold } = scenarioSchema(parts).shape;
  const schema = z.strictObject({ score, primary, passThreshold: passThreshold.unwrap().optional() });
  const parsed = schema.safeParse(value);
  const locator = { file, position };
  if (!parsed.success) throw scenarioError(problemsOf(parsed.error, schema, value, locator));
  const scores = namedScores(parsed.data.score);
  const names = scores.map(({ name }) => name);
  const problems = names.flatMap((name, index) =>
    names.indexOf(name) < index ? [{ place: placeOf(locator, ['score', index]), what: `the score "${name}" occurs twice` }] : [],
  );
  const first = parsed.data.primary;
  if (first !== undefined && !names.includes(first))
    problems.push({ place: placeOf(locator, ['primary']), what: unknownName('score', first, names) });
  if (problems.length > 0) throw scenarioError(problems);
  return (scenario) => ({
    score: scores,
    primary: first ?? (names.includes(scenario.primary) ? scenario.primary : names[0]!),
    passThreshold: parsed.data.passThreshold ?? scenario.passThreshold,
  });
}
