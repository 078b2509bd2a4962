import { existsSync } from 'node:fs';
import type { Provider } from '../contracts/provider.ts';
import { openFixtureWriter } from '../fixtures/fixture-writer.ts';
import { type Fetch, recorder } from '../fixtures/recorder.ts';
import { realClock } from '../kernel/real-clock.ts';
import { VirtualClock } from '../kernel/virtual-clock.ts';
import type { Scenario } from '../schema/scenario.ts';
import { openaiPort } from '../transport/openai-port.ts';
import { renamingFetch } from '../transport/renaming-fetch.ts';
import type { Traffic } from './traffic.ts';
import { TOOL_VERSION } from './version.ts';

export interface RecordChoice {
  readonly scenario: Scenario;
  readonly provider: Provider;
  /** `record` asks everything again, `auto` only what is missing, `live` stores nothing. */
  readonly mode: 'record' | 'auto' | 'live';
  readonly fileOf: (profile: string) => string;
  readonly profile: string | undefined;
  readonly trials: number;
  /** Name in the scenario → name at the endpoint. */
  readonly models: Readonly<Record<string, string>>;
  /** Requests to the endpoint over the whole run. */
  readonly maxCalls: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** YYYY-MM-DD */
  readonly today: string;
}

/** Answers of an endpoint over real HTTP, recorded on the way unless `live`. */
export async function endpointTraffic(choice: RecordChoice): Promise<Traffic> {
  const { scenario, today } = choice;
  const endpoint = await choice.provider.open({ env: choice.env, scenario });
  const upstream = renamingFetch(globalThis.fetch, choice.models);
  const profile = choice.profile ?? endpoint.profile;
  const recording = choice.mode === 'live' ? undefined : openRecording(choice, { upstream, profile, endpoint });
  const { baseURL, apiKey, provenance } = endpoint;
  return {
    modelFor: ({ trial }) =>
      openaiPort({
        baseURL,
        apiKey,
        provenance,
        pricedOn: today,
        fetch: recording?.recorder.fetchFor(trial) ?? upstream,
        identify: recording !== undefined,
      }),
    // An endpoint that models its latency answers at once: its traffic runs on virtual time, as its replay will.
    clock: (seed) => (endpoint.timing === 'modelled' ? new VirtualClock(seed) : realClock()),
    clockKind: endpoint.timing === 'modelled' ? 'virtual' : 'real',
    fixtureSet: recording ? `${scenario.name}/${profile}` : null,
    fixtures: `${choice.mode}:${profile}`,
    warnings: [],
    close: async () => {
      // A call that its caller gave up is stored when its end has come through; then the file may be closed.
      await recording?.recorder.settled();
      await endpoint[Symbol.asyncDispose]();
      if (!recording) return { recorded: 0, reused: 0, changed: false };
      const { changed } = recording.writer.finish();
      return { file: recording.file, recorded: recording.recorder.recorded(), reused: recording.recorder.reused(), changed };
    },
    abandon: async () => {
      recording?.writer[Symbol.dispose]();
      await endpoint[Symbol.asyncDispose]();
    },
  };
}

interface Upstream {
  readonly upstream: Fetch;
  readonly profile: string;
  readonly endpoint: Awaited<ReturnType<Provider['open']>>;
}

function openRecording({ scenario, mode, fileOf, today, trials, maxCalls }: RecordChoice, { upstream, profile, endpoint }: Upstream) {
  const file = fileOf(profile);
  const { provenance, timing } = endpoint;
  const writer = openFixtureWriter({
    file,
    // A first recording grows in its place, so that one that is interrupted can be continued with --mode auto.
    fresh: mode === 'record' && existsSync(file),
    header: { scenario: scenario.name, profile, provenance, timing, trials, recordedOn: today, tool: `patternbench ${TOOL_VERSION}` },
  });
  return { file, writer, recorder: recorder({ writer, upstream, timing, clock: realClock(), maxCalls }) };
}
