import { existsSync } from 'node:fs';
import type { ModelPort } from '../contracts/model.ts';
import type { Provider } from '../contracts/provider.ts';
import { type FixtureWriter, openFixtureWriter } from '../fixtures/fixture-writer.ts';
import type { Interaction } from '../fixtures/interaction.ts';
import type { LedgerCounts } from '../fixtures/ledger.ts';
import { type Fetch, recorder } from '../fixtures/recorder.ts';
import { tokensOf } from '../fixtures/said.ts';
import { scrubOf } from '../fixtures/scrub.ts';
import { realClock } from '../kernel/real-clock.ts';
import { VirtualClock } from '../kernel/virtual-clock.ts';
import type { Scenario } from '../schema/scenario.ts';
import { type PriceTable, priceTable } from '../telemetry/cost.ts';
import { openaiPort } from '../transport/openai-port.ts';
import { renamingFetch } from '../transport/renaming-fetch.ts';
import { type SpendingCap, spendingCap } from './spending-cap.ts';
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
  /** Requests to the endpoint, where there is no `cap`. */
  readonly maxCalls: number;
  /** What the whole run may ask, when it has several scenarios. */
  readonly cap?: SpendingCap | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** YYYY-MM-DD */
  readonly today: string;
  /** Whether something was recorded before this run was taken up again: it is gone on with. */
  readonly continued?: boolean;
}

/** Answers of an endpoint over real HTTP, recorded on the way unless `live`. */
export async function endpointTraffic(choice: RecordChoice): Promise<Traffic> {
  const { scenario, today } = choice;
  const endpoint = await choice.provider.open({ env: choice.env, scenario });
  const spending: Spending = { cap: choice.cap ?? spendingCap(choice), prices: await priceTable(scenario.prices) };
  const upstream = renamingFetch(globalThis.fetch, choice.models);
  const profile = choice.profile ?? endpoint.profile;
  const recording = choice.mode === 'live' ? undefined : openRecording(choice, { upstream, profile, endpoint, spending });
  const { baseURL, apiKey, provenance } = endpoint;
  return {
    modelFor: ({ trial }) => {
      const fetch = recording?.recorder.fetchFor(trial) ?? upstream;
      const port = openaiPort({ baseURL, apiKey, provenance, pricedOn: today, fetch, identify: recording !== undefined });
      return recording ? { ...port, remembers: true } : paidPort(port, spending);
    },
    // An endpoint that models its latency answers at once: its traffic runs on virtual time, as its replay will.
    clock: (seed) => (endpoint.timing === 'modelled' ? new VirtualClock(seed) : realClock()),
    clockKind: endpoint.timing === 'modelled' ? 'virtual' : 'real',
    fixtureSet: recording ? `${scenario.name}/${profile}` : null,
    fixtures: `${choice.mode}:${profile}`,
    warnings: [],
    ledger: () => recording?.ledger() ?? NOTHING_KEPT,
    models: {},
    close: async () => {
      // A call that its caller gave up is stored when its end has come through; then the file may be closed.
      await recording?.recorder.settled();
      await endpoint[Symbol.asyncDispose]();
      if (!recording) return { recorded: 0, reused: 0, changed: false };
      const { changed } = recording.writer.finish();
      return { file: recording.file, recorded: recording.recorder.recorded(), reused: recording.recorder.reused(), changed };
    },
    abandon: async () => {
      // What is on its way has been paid for.
      await recording?.recorder.settled();
      recording?.writer[Symbol.dispose]();
      await endpoint[Symbol.asyncDispose]();
    },
  };
}

const NOTHING_KEPT: LedgerCounts = { hit: 0, recorded: 0, reused: 0, miss: 0, exhausted: 0, unused: 0 };

interface Spending {
  readonly cap: SpendingCap;
  readonly prices: PriceTable;
}

interface Upstream {
  readonly upstream: Fetch;
  readonly profile: string;
  readonly endpoint: Awaited<ReturnType<Provider['open']>>;
  readonly spending: Spending;
}

function openRecording(choice: RecordChoice, { upstream, profile, endpoint, spending }: Upstream) {
  const { scenario, mode, fileOf, today, trials, continued = false } = choice;
  const file = fileOf(profile);
  const { provenance, timing } = endpoint;
  const { scrub } = scenario;
  const writer = openFixtureWriter({
    file,
    // A first recording grows in its place, so that one that is interrupted can be continued with --mode auto.
    fresh: mode === 'record' && (continued ? existsSync(`${file}.recording`) : existsSync(file)),
    continued,
    header: {
      scenario: scenario.name,
      profile,
      provenance,
      timing,
      trials,
      recordedOn: today,
      tool: `patternbench ${TOOL_VERSION}`,
      ...(scrub?.length ? { scrub } : {}),
    },
  });
  const asked = askedOf(writer);
  const kept = recorder({
    writer: asked.writer,
    upstream: cappedFetch(upstream, spending),
    timing,
    clock: realClock(),
    maxCalls: Infinity,
    scrub: scrubOf(scrub),
    onRecorded: (interaction) => pay(interaction, spending),
  });
  const ledger = (): LedgerCounts => ({
    ...NOTHING_KEPT,
    recorded: kept.recorded(),
    reused: kept.reused(),
    unused: asked.unused(),
  });
  return { file, writer, recorder: kept, ledger };
}

/** A writer, and how many of the interactions that its file had before nobody has asked for. */
function askedOf(writer: FixtureWriter): { readonly writer: FixtureWriter; readonly unused: () => number } {
  const touched = new Set<string>();
  const watched: FixtureWriter = {
    ...writer,
    find: (key, trial, occurrence) => {
      const found = writer.find(key, trial, occurrence);
      if (found) touched.add(found.address);
      return found;
    },
    append: (call) => {
      const stored = writer.append(call);
      touched.add(stored.address);
      return stored;
    },
  };
  return { writer: watched, unused: () => Math.max(0, writer.calls() - touched.size) };
}

/** Counts requests before they are sent. One that is refused or lost is over at once; an answered one when it is stored. */
const cappedFetch =
  (upstream: Fetch, { cap }: Spending): Fetch =>
  async (input, init) => {
    cap.before();
    try {
      const response = await upstream(input, init);
      if (response.status >= 400) cap.after();
      return response;
    } catch (error) {
      cap.after();
      throw error;
    }
  };

function pay(interaction: Interaction, { cap, prices }: Spending): void {
  const { line } = interaction;
  if (line.status >= 400) return;
  const tokens = tokensOf(interaction);
  const usage = tokens && {
    inputTokens: tokens.input,
    outputTokens: tokens.output,
    cachedInputTokens: tokens.cached,
    reasoningTokens: 0,
  };
  cap.after({ requested: line.model, served: line.served ?? line.model, usage, prices });
}

/** A port whose calls are counted and paid for where nothing is recorded. */
const paidPort = (port: ModelPort, { cap, prices }: Spending): ModelPort => ({
  call: async (request, info) => {
    cap.before();
    try {
      const reply = await port.call(request, info);
      cap.after({ requested: request.model, served: reply.servedModel, usage: reply.usage, prices });
      return reply;
    } catch (error) {
      cap.after();
      throw error;
    }
  },
});
