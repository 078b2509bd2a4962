import { readFile } from 'node:fs/promises';
import { messageOf, PatternbenchError } from '../kernel/errors.ts';
import { z } from '../schema/zod.ts';

/** What halving and doubling each declared error rate of the simulated model did to a scenario's gaps to its baseline. */
export const sensitivityFile = z.strictObject({
  scenario: z.string(),
  /** Trials of each sample behind every gap. */
  trials: z.int().min(1),
  /** Largest shift of any pattern's gap to the baseline, by rate, largest first; in points of quality, 0 to 1. */
  shifts: z.array(z.strictObject({ rate: z.string(), shift: z.number(), pattern: z.string() })).min(1),
  median: z.number(),
  /** Patterns that led under some variant, the usual leader first. */
  leaders: z.array(z.string()).min(1),
});

export type Sensitivity = z.infer<typeof sensitivityFile>;

/** The line that stands beside a simulated ranking, or nothing when the scenario's sensitivity was not measured. */
export async function readSensitivity(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return sentenceOf(sensitivityFile.parse(JSON.parse(text)));
  } catch (cause) {
    throw new PatternbenchError('invalid_record', `not a sensitivity file: ${messageOf(cause)}`, {
      place: { file },
      cause,
      remedy: 'npm run sensitivity',
    });
  }
}

function sentenceOf({ shifts, median, leaders }: Sensitivity): string {
  const points = (shift: number) => (shift * 100).toFixed(1);
  const largest = shifts.slice(0, 3).map(({ rate, shift, pattern }) => `${rate} ${points(shift)} (${pattern})`);
  const lead = leaders.length === 1 ? `${leaders[0]} leads in every variant` : `the lead passes between ${leaders.join(', ')}`;
  return `error rates of the simulated model halved and doubled: gaps to the baseline move by up to ${largest.join(', ')} points, median ${points(median)}; ${lead}`;
}
