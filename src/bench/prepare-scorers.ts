import { dirname } from 'node:path';
import type { PreparedOptions, Scorer } from '../contracts/scorer.ts';
import { messageOf, PatternbenchError } from '../kernel/errors.ts';
import type { Scenario } from '../schema/scenario.ts';
import { exportOf } from './export-of.ts';

/** By name of the score: what its scorer has loaded for it. */
export type PreparedScorers = ReadonlyMap<string, PreparedOptions<unknown>>;

/** Loads what the scores of a scenario name in its folder. Throws `invalid_scenario` with file and path. */
export async function prepareScorers(
  scenario: Pick<Scenario, 'score' | 'file'>,
  scorers: readonly Scorer[],
): Promise<PreparedScorers> {
  const prepared = new Map<string, PreparedOptions<unknown>>();
  for (const [index, { type, name, options }] of scenario.score.entries()) {
    const scorer = scorers.find((candidate) => candidate.name === type);
    if (!scorer?.prepare) continue;
    const refuse = (problem: string, cause?: unknown): never => {
      throw new PatternbenchError('invalid_scenario', problem, {
        place: { file: scenario.file, path: `score[${index}]` },
        remedy: 'Name a function that a file in the folder of the scenario exports, as file.ts#export.',
        ...(cause === undefined ? {} : { cause }),
      });
    };
    const load = async (reference: string) => {
      const found = await exportOf(reference, dirname(scenario.file));
      return found.ok ? found : refuse(`the score ${reference}: ${found.problem}`, found.cause);
    };
    try {
      prepared.set(name, await scorer.prepare(options, { load }));
    } catch (error) {
      if (error instanceof PatternbenchError && error.place?.file !== undefined) throw error;
      refuse(messageOf(error), error);
    }
  }
  return prepared;
}
