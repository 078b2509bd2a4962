import { readFile } from 'node:fs/promises';
import type { ModelPort } from '../contracts/model.ts';
import { STAND_IN } from '../fixtures/explain-miss.ts';
import { loadFixtureSet } from '../fixtures/fixture-set.ts';
import { type Exhausted, replayLedger } from '../fixtures/ledger.ts';
import type { MissCause } from '../fixtures/miss-difference.ts';
import { rekeyFixtures } from '../fixtures/rekey-fixtures.ts';
import { scrubName, scrubOf } from '../fixtures/scrub.ts';
import { aliasDrift, servedModels } from '../fixtures/served-models.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import { shortHash } from '../kernel/hash.ts';
import { VirtualClock } from '../kernel/virtual-clock.ts';
import type { Scenario } from '../schema/scenario.ts';
import { openReplay, type ReplayTransport } from '../transport/replay-transport.ts';
import type { MissPolicy } from './miss-policy.ts';
import { type MaxAge, staleness } from './staleness.ts';
import type { OnMiss, Traffic } from './traffic.ts';

export interface ReplayChoice {
  readonly scenario: Scenario;
  readonly file: string;
  readonly onMiss: OnMiss;
  /** The way that recorded answers take; none of them changes what a run says. */
  readonly transport?: ReplayTransport | undefined;
  /** What to paste when something is not recorded. */
  readonly remedy: string;
  /** Default: fail. A run with a miss is void either way. */
  readonly missPolicy?: MissPolicy | undefined;
  /** Default: error. */
  readonly exhausted?: Exhausted | undefined;
  /** How old the recording may be; nothing is checked without it. */
  readonly maxAge?: MaxAge | undefined;
}

/** Recorded answers on the virtual clock. Throws `fixture_miss` when the scenario has no recording at all, or one that is too old. */
export async function replayTraffic(choice: ReplayChoice): Promise<Traffic> {
  const { scenario, file, onMiss, remedy, exhausted = 'error', transport = 'port' } = choice;
  const { text, otherRules } = rekeyFixtures(await textOf(choice), file, scenario.scrub);
  const loaded = loadFixtureSet(text, file);
  const stale = staleness(loaded, { maxAge: choice.maxAge, remedy });
  const ledger = replayLedger(loaded, exhausted);
  const { set } = ledger;
  const replay = await openReplay(transport);
  return {
    modelFor: (plan) => {
      const port = replay.portFor({
        set,
        trial: plan.trial,
        scenario: scenario.name,
        scrub: scrubOf(scenario.scrub),
        describeRecord: () => remedy,
        onMiss: (miss) => {
          ledger.missed(miss.facts['cause'] as MissCause | undefined);
          onMiss(plan, miss);
        },
      });
      return choice.missPolicy === 'collect' ? goingOn(port, set.header.recordedOn) : port;
    },
    clock: (seed) => new VirtualClock(seed),
    clockKind: 'virtual',
    fixtureSet: `${set.header.scenario}/${set.header.profile}`,
    fixtures: exhausted === 'error' ? shortHash(text, 12) : `${shortHash(text, 12)}:${exhausted}`,
    warnings: [...set.warnings, ...otherKeys(choice, otherRules), ...aliasDrift(set), ...stale],
    ledger: ledger.counts,
    models: Object.fromEntries(servedModels(set)),
    close: async () => {
      replay[Symbol.dispose]();
      return { recorded: 0, reused: 0, changed: false };
    },
    abandon: async () => replay[Symbol.dispose](),
  };
}

const textOf = ({ scenario, file, remedy }: ReplayChoice): Promise<string> =>
  readFile(file, 'utf8').catch((cause: unknown) => {
    throw new PatternbenchError('fixture_miss', `nothing has been recorded for ${scenario.name}`, {
      place: { file },
      cause,
      remedy,
    });
  });

const otherKeys = ({ scenario, file }: ReplayChoice, otherRules: string | undefined): string[] =>
  otherRules === undefined
    ? []
    : [
        `${file} was recorded with other scrub rules (${otherRules}) than the scenario's (${scrubName(scenario.scrub)}); ` +
          'its keys were computed anew for this run, record --mode auto writes them down',
      ];

/** A port that answers what is not recorded with a stand-in. The miss has been told; it voids the run. */
const goingOn = (port: ModelPort, pricedOn: string): ModelPort => ({
  call: async (request, info) => {
    try {
      return await port.call(request, info);
    } catch (error) {
      if (!(error instanceof PatternbenchError) || error.code !== 'fixture_miss') throw error;
      return {
        message: { role: 'assistant', content: STAND_IN },
        finishReason: 'stop',
        usage: null,
        responseId: '',
        servedModel: request.model,
        systemFingerprint: null,
        provenance: 'scripted',
        fixture: null,
        pricedOn,
        firstChunkMs: null,
        chunks: null,
      };
    }
  },
});
