import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { Provenance, Timing } from '../contracts/model.ts';
import type { Api } from '../fixtures/api.ts';
import { readFixtureLines } from '../fixtures/fixture-lines.ts';
import { type FixtureSet, loadFixtureSet } from '../fixtures/fixture-set.ts';
import { type FixtureWriter, openFixtureWriter } from '../fixtures/fixture-writer.ts';
import type { Interaction } from '../fixtures/interaction.ts';
import { type Fetch, type Recorder, recorder } from '../fixtures/recorder.ts';
import { type Scrub, scrubOf } from '../fixtures/scrub.ts';
import type { Clock } from '../kernel/clock.ts';
import { PatternbenchError } from '../kernel/errors.ts';
import { isObject } from '../kernel/json.ts';
import type { ScrubRule } from '../schema/scrub-rule.ts';
import { fixtureFetch } from '../transport/fixture-fetch.ts';
import type { ProxyMode } from './modes.ts';

/** An endpoint that is asked for what is not recorded. */
export interface Upstream extends AsyncDisposable {
  /** Up to and including `/v1`. */
  readonly baseURL: string;
  readonly apiKey: string;
  readonly fetch: Fetch;
  readonly provenance: Provenance;
  readonly timing: Timing;
  /** The routes that it has; undefined when it is not known to lack any. */
  readonly apis?: readonly Api[];
}

export interface TrafficOptions {
  readonly scenario: string;
  readonly file: string;
  readonly profile: string;
  /** Opens the endpoint: the one of the flags, or for `simulate` the simulated model. Throws `usage` when there is none. */
  readonly openUpstream: (scenario: string, mode: ProxyMode) => Promise<Upstream>;
  /** Throws `limit_exceeded` when no more may be asked. */
  readonly spend: () => void;
  readonly clock: Clock;
  /** How many trials a recording has. */
  readonly trials: number;
  /** YYYY-MM-DD */
  readonly today: string;
  readonly tool: string;
  /** The scrub rules of the scenario, for a recording that does not exist yet; one that does tells its own. */
  readonly scrubRules?: (scenario: string) => Promise<readonly ScrubRule[] | undefined>;
  /** Whether `record` may take the place of a file that exists. */
  readonly replace: boolean;
  /** What to do about a miss. */
  readonly describeRecord: (scenario: string) => string;
}

/** How the requests of one run of one trial are answered. */
export interface RunTraffic {
  readonly fetch: Fetch;
  /** undefined: answers come from recordings alone. */
  readonly upstream: Upstream | undefined;
  readonly records: boolean;
  /** What does not count in the keys of this recording. */
  readonly scrub: Scrub | undefined;
  readonly find: (key: string, trial: number, occurrence: number) => Interaction | undefined;
}

export interface RunAsked {
  readonly mode: ProxyMode;
  readonly trial: number;
  readonly onMiss: (miss: PatternbenchError) => void;
}

export interface TrafficClosed {
  readonly scenario: string;
  readonly file: string;
  readonly recorded: number;
  readonly reused: number;
  readonly changed: boolean;
}

/** The traffic of one scenario: its recordings, its recorder, its endpoints; each opened when it is first needed. */
export interface ScenarioTraffic {
  /** Throws `fixture_miss` where nothing is recorded, `usage` where nothing can be. */
  readonly forRun: (asked: RunAsked) => Promise<RunTraffic>;
  /** Names of the models of which there are recordings, or that the endpoint lists. Throws as `forRun` does. */
  readonly models: (mode: ProxyMode) => Promise<string[]>;
  /** Brings the file into its order; undefined when nothing was recorded into it. */
  readonly close: () => Promise<TrafficClosed | undefined>;
}

interface Recording {
  readonly mode: 'auto' | 'record';
  readonly writer: FixtureWriter;
  readonly recorder: Recorder;
  readonly upstream: Upstream;
  readonly scrub: Scrub | undefined;
}

export function scenarioTraffic(options: TrafficOptions): ScenarioTraffic {
  const upstreams = new Map<string, Promise<Upstream>>();
  let recording: Promise<Recording> | undefined;
  const replays = replaySets(options);
  const upstreamFor = (mode: ProxyMode): Promise<Upstream> => {
    const kind = mode === 'simulate' ? 'simulated' : 'chosen';
    const open = upstreams.get(kind) ?? options.openUpstream(options.scenario, mode);
    upstreams.set(kind, open);
    open.catch(() => upstreams.delete(kind));
    return open;
  };
  const recordingFor = async (mode: 'auto' | 'record'): Promise<Recording> => {
    recording ??= upstreamFor(mode).then(async (upstream) =>
      openRecording(options, mode, { upstream, rules: await rulesOf(options) }),
    );
    recording.catch(() => (recording = undefined));
    const open = await recording;
    if (open.mode === mode) return open;
    throw conflict(`${options.scenario} is being recorded with mode ${open.mode}`, `ask with x-fixture-mode: ${open.mode}`);
  };
  return {
    forRun: async ({ mode, trial, onMiss }) => {
      if (mode === 'replay') {
        const set = await replays();
        const { scenario, describeRecord } = options;
        const scrub = scrubOf(set.header.scrub);
        const fetch = fixtureFetch({ set, trial, scenario, scrub, onMiss, describeRecord });
        return { fetch, upstream: undefined, records: false, scrub, find: set.find };
      }
      if (mode === 'live' || mode === 'simulate') {
        const upstream = await upstreamFor(mode);
        const fetch = spending(upstream.fetch, options.spend);
        return { fetch, upstream, records: false, scrub: undefined, find: () => undefined };
      }
      if (trial >= options.trials) {
        throw conflict(
          `trial ${trial} is not recorded: the recording has ${options.trials}, counted from 0`,
          'start with a higher --trials',
        );
      }
      const { writer, recorder: recorderOf, upstream, scrub } = await recordingFor(mode);
      return { fetch: recorderOf.fetchFor(trial), upstream, records: true, scrub, find: writer.find };
    },
    models: async (mode) => {
      if (mode === 'replay') return (await replays()).interactions.map(({ line }) => line.model);
      options.spend();
      return listedModels(await upstreamFor(mode));
    },
    close: async () => {
      const open = await recording?.catch(() => undefined);
      // A call that its caller gave up is stored when its end has come through; then the file may be closed.
      await open?.recorder.settled();
      for (const each of upstreams.values())
        await each.then(
          (upstream) => upstream[Symbol.asyncDispose](),
          () => {},
        );
      if (!open) return undefined;
      const { changed } = open.writer.finish();
      const { scenario, file } = options;
      return { scenario, file, recorded: open.recorder.recorded(), reused: open.recorder.reused(), changed };
    },
  };
}

async function listedModels({ fetch: ask, baseURL, apiKey }: Upstream): Promise<string[]> {
  const response = await ask(`${baseURL}/models`, { method: 'GET', headers: { authorization: `Bearer ${apiKey}` } });
  const list: unknown = response.ok ? await response.json() : await response.body?.cancel();
  const data = isObject(list) && Array.isArray(list['data']) ? (list['data'] as readonly unknown[]) : [];
  return data.flatMap((model) => (isObject(model) && typeof model['id'] === 'string' ? [model['id']] : []));
}

const spending =
  (upstream: Fetch, spend: () => void): Fetch =>
  async (input, init) => {
    spend();
    return upstream(input, init);
  };

/** The rules by which the keys of the recording are made: its own, so that what is added to it fits in, and the scenario's for a new one. */
async function rulesOf({ file, scenario, scrubRules }: TrafficOptions): Promise<readonly ScrubRule[] | undefined> {
  if (!existsSync(file)) return scrubRules?.(scenario);
  const text = await readFile(file, 'utf8');
  return text === '' ? scrubRules?.(scenario) : readFixtureLines(text, file).header.scrub;
}

interface RecordingParts {
  readonly upstream: Upstream;
  readonly rules: readonly ScrubRule[] | undefined;
}

function openRecording(options: TrafficOptions, mode: 'auto' | 'record', { upstream, rules }: RecordingParts): Recording {
  const { file, scenario, profile, trials, today, tool, clock, spend } = options;
  const exists = existsSync(file);
  // Whatever the client leaves out of a new recording would be lost.
  if (mode === 'record' && exists && !options.replace) {
    throw conflict(
      `${scenario}/${profile} is recorded already`,
      'record what is missing with --mode auto, keep both with --profile <name>, or start with --replace',
    );
  }
  const { provenance, timing } = upstream;
  const writer = openFixtureWriter({
    file,
    fresh: mode === 'record' && exists,
    header: {
      scenario,
      profile,
      provenance,
      timing,
      trials,
      recordedOn: today,
      tool,
      ...(rules?.length ? { scrub: [...rules] } : {}),
    },
  });
  const scrub = scrubOf(rules);
  const asked = spending(upstream.fetch, spend);
  const open = recorder({ writer, upstream: asked, timing, clock, scrub, maxCalls: Number.MAX_SAFE_INTEGER });
  return { mode, writer, recorder: open, upstream, scrub };
}

const conflict = (message: string, remedy: string): PatternbenchError =>
  new PatternbenchError('usage', message, { remedy, facts: { status: 409 } });

/** The set as the file has it; read again when a run begins after the file has changed. */
function replaySets({ file, scenario, profile, describeRecord }: TrafficOptions): () => Promise<FixtureSet> {
  let known: { readonly version: string; readonly set: Promise<FixtureSet> } | undefined;
  return async () => {
    const found = await stat(file).catch(() => undefined);
    if (!found) {
      throw new PatternbenchError('fixture_miss', `nothing has been recorded for ${scenario}/${profile}`, {
        remedy: describeRecord(scenario),
        facts: { retryable: false },
      });
    }
    const version = `${found.mtimeMs} ${found.size}`;
    if (known?.version !== version) {
      const set = readFile(file, 'utf8').then((text) => loadFixtureSet(text, `${scenario}/${profile}.jsonl`));
      set.catch(() => (known = undefined));
      known = { version, set };
    }
    return known.set;
  };
}
