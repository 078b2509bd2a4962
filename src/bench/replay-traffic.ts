import { readFile } from 'node:fs/promises';
import { PatternbenchError } from '../kernel/errors.ts';
import { shortHash } from '../kernel/hash.ts';
import { VirtualClock } from '../kernel/virtual-clock.ts';
import { type FixtureSet, loadFixtureSet } from '../fixtures/fixture-set.ts';
import type { Scenario } from '../schema/scenario.ts';
import { openReplay, type ReplayTransport } from '../transport/replay-transport.ts';
import type { OnMiss, Traffic } from './traffic.ts';

export interface ReplayChoice {
  readonly scenario: Scenario;
  readonly file: string;
  readonly onMiss: OnMiss;
  /** The way that recorded answers take; none of them changes what a run says. */
  readonly transport?: ReplayTransport | undefined;
  /** What to paste when something is not recorded. */
  readonly remedy: string;
}

/** Recorded answers on the virtual clock. Throws `fixture_miss` when the scenario has no recording at all. */
export async function replayTraffic({ scenario, file, onMiss, remedy, transport = 'port' }: ReplayChoice): Promise<Traffic> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new PatternbenchError('fixture_miss', `nothing has been recorded for ${scenario.name}`, {
      place: { file },
      cause,
      remedy,
    });
  });
  const set: FixtureSet = loadFixtureSet(text, file);
  const replay = await openReplay(transport);
  return {
    modelFor: (plan) =>
      replay.portFor({
        set,
        trial: plan.trial,
        scenario: scenario.name,
        describeRecord: () => remedy,
        onMiss: (miss) => onMiss(plan, miss),
      }),
    clock: (seed) => new VirtualClock(seed),
    clockKind: 'virtual',
    fixtureSet: `${set.header.scenario}/${set.header.profile}`,
    fixtures: shortHash(text, 12),
    warnings: set.warnings,
    close: async () => {
      replay[Symbol.dispose]();
      return { recorded: 0, reused: 0, changed: false };
    },
    abandon: async () => replay[Symbol.dispose](),
  };
}
