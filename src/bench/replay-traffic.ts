import { readFile } from 'node:fs/promises';
import { PatternbenchError } from '../kernel/errors.ts';
import { shortHash } from '../kernel/hash.ts';
import { VirtualClock } from '../kernel/virtual-clock.ts';
import { type FixtureSet, loadFixtureSet } from '../fixtures/fixture-set.ts';
import { replayPort } from '../fixtures/replay-port.ts';
import type { Scenario } from '../schema/scenario.ts';
import type { OnMiss, Traffic } from './traffic.ts';

export interface ReplayChoice {
  readonly scenario: Scenario;
  readonly file: string;
  readonly onMiss: OnMiss;
  /** What to paste when something is not recorded. */
  readonly remedy: string;
}

/** Recorded answers on the virtual clock. Throws `fixture_miss` when the scenario has no recording at all. */
export async function replayTraffic({ scenario, file, onMiss, remedy }: ReplayChoice): Promise<Traffic> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new PatternbenchError('fixture_miss', `nothing has been recorded for ${scenario.name}`, {
      place: { file },
      cause,
      remedy,
    });
  });
  const set: FixtureSet = loadFixtureSet(text, file);
  return {
    modelFor: (plan) =>
      replayPort({
        set,
        trial: plan.trial,
        scenario: scenario.name,
        describeRecord: () => remedy,
        onMiss: (miss) => onMiss(plan, miss),
      }),
    clock: () => new VirtualClock(),
    clockKind: 'virtual',
    fixtureSet: `${set.header.scenario}/${set.header.profile}`,
    fixtures: shortHash(text, 12),
    warnings: set.warnings,
    close: () => Promise.resolve({ recorded: 0, reused: 0, changed: false }),
    abandon: () => Promise.resolve(),
  };
}
