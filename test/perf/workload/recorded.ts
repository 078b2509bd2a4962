import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FinishedTrial, TrialEnvironment } from '../../../src/bench/trial.ts';
import { runTrial } from '../../../src/bench/trial.ts';
import type { TrialPlan } from '../../../src/bench/plan.ts';
import type { ModelPort } from '../../../src/contracts/model.ts';
import { type FixtureSet, loadFixtureSet } from '../../../src/fixtures/fixture-set.ts';
import { openFixtureWriter } from '../../../src/fixtures/fixture-writer.ts';
import { recorder } from '../../../src/fixtures/recorder.ts';
import { replayPort } from '../../../src/fixtures/replay-port.ts';
import type { Clock } from '../../../src/kernel/clock.ts';
import { hash53 } from '../../../src/kernel/random.ts';
import { realClock } from '../../../src/kernel/real-clock.ts';
import { VirtualClock } from '../../../src/kernel/virtual-clock.ts';
import { type PriceTable, priceTable } from '../../../src/telemetry/cost.ts';
import { openaiPort } from '../../../src/transport/openai-port.ts';
import { CALLS, sevenCallTrials } from './seven-calls.ts';

/** The seven calls as they were recorded. */
export interface Workload {
  readonly trials: readonly TrialPlan[];
  readonly set: FixtureSet;
  readonly prices: PriceTable;
  /** Bodies of one trial: three of the pipeline in turn, three of the fan-out, its aggregator. */
  readonly bodies: readonly Readonly<Record<string, unknown>>[];
  /** The bodies of their answers, as text. */
  readonly answers: readonly string[];
}

/** Records the workload once, through the recorder and the openai SDK, from an endpoint in memory; the recording is read back and kept. */
export async function recordWorkload(): Promise<Workload> {
  const trials = sevenCallTrials();
  const prices = await priceTable({});
  const folder = mkdtempSync(join(tmpdir(), 'patternbench-perf-'));
  try {
    const file = join(folder, 'simulated.jsonl');
    const bodies: Workload['bodies'][number][] = [];
    const header = { scenario: 'seven-calls', profile: 'simulated', provenance: 'simulated', timing: 'modelled' } as const;
    using writer = openFixtureWriter({
      file,
      fresh: false,
      header: { ...header, trials: 5, recordedOn: '2026-11-20', tool: 'perf' },
    });
    const recording = recorder({ writer, upstream: endpoint, timing: 'modelled', clock: realClock(), maxCalls: 1000 });
    for (const plan of trials) {
      const fetch = recording.fetchFor(plan.trial);
      const port = openaiPort({ ...ENDPOINT, fetch, identify: true });
      const model: ModelPort = {
        call: (request, info) => {
          if (plan.trial === 0 && plan.sample.id === 's1') bodies.push({ ...request });
          return port.call(request, info);
        },
      };
      done(await runTrial(plan, environmentOf({ prices }, model, new VirtualClock())));
    }
    writer.finish();
    const answers = bodies.map((body) => JSON.stringify(completion(JSON.stringify(body))));
    return { trials, prices, set: loadFixtureSet(readFileSync(file, 'utf8'), file), bodies, answers };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Nothing of it is ever reached: requests end in an injected `fetch`. */
export const ENDPOINT = {
  baseURL: 'http://127.0.0.1:9/v1',
  apiKey: 'none',
  provenance: 'simulated',
  pricedOn: '2026-11-20',
} as const;

export const environmentOf = ({ prices }: Pick<Workload, 'prices'>, model: ModelPort, clock: Clock): TrialEnvironment => ({
  clock: () => clock,
  model,
  prices,
  seed: 7,
  fixtureSet: 'seven-calls/simulated',
  signal: RUN.signal,
});

/** One for all trials, as a run has it. */
const RUN = new AbortController();

/** What a replay hands to a trial: recorded answers, a virtual clock of its own. */
export const replayEnvironment = (workload: Workload, plan: TrialPlan): TrialEnvironment =>
  environmentOf(workload, replayPort({ set: workload.set, trial: plan.trial, scenario: 'seven-calls' }), new VirtualClock());

/** All trials at once, as a run drives them: each is handed on when it has finished, and let go. */
export async function replayAll(
  workload: Workload,
  onTrial: (trial: FinishedTrial) => void | Promise<void> = () => {},
): Promise<number> {
  const run = async (plan: TrialPlan) => {
    const finished = await runTrial(plan, replayEnvironment(workload, plan));
    done(finished);
    await onTrial(finished);
  };
  await Promise.all(workload.trials.map(run));
  return CALLS_AT_ONCE;
}

/** Model calls in one go at all trials. */
export const CALLS_AT_ONCE = (sevenCallTrials().length / 2) * CALLS;

/** A trial that failed early would be cheap. */
function done({ outcome, plan }: FinishedTrial): void {
  if (outcome.status === 'completed') return;
  throw new Error(`a trial of ${plan.cell.pattern} did not complete: ${JSON.stringify(outcome)}`);
}

const endpoint: typeof fetch = (_url, init) => {
  const text = init?.body as string;
  const headers = { 'content-type': 'application/json', 'openai-processing-ms': String(400 + (hash53(text) % 1_200)) };
  return Promise.resolve(new Response(JSON.stringify(completion(text)), { headers }));
};

const completion = (request: string) => ({
  id: `chatcmpl-${hash53(request)}`,
  object: 'chat.completion',
  created: 1_790_000_000,
  model: 'gpt-4o-mini-2024-07-18',
  choices: [
    {
      index: 0,
      logprobs: null,
      finish_reason: 'stop',
      message: { role: 'assistant', content: `Answer ${hash53(request) % 1000}. ${ANSWER}`, refusal: null, annotations: [] },
    },
  ],
  usage: {
    prompt_tokens: Math.round(request.length / 4),
    completion_tokens: 84,
    total_tokens: Math.round(request.length / 4) + 84,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  },
  service_tier: 'default',
  system_fingerprint: 'fp_perf',
});

const ANSWER =
  'The first tickets stay valid for thirty days, since the boat at 07:40 left full. The second crossing, 18.50 each, is paid back at pier 4 ' +
  'when both slips are shown there. For the boat at 09:10 nothing more is due. Bicycles travel free on Sundays before noon.';
