import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunPlan } from '../../../src/bench/plan.ts';
import { endpointTraffic } from '../../../src/bench/record-traffic.ts';
import { replayTraffic } from '../../../src/bench/replay-traffic.ts';
import type { Traffic } from '../../../src/bench/traffic.ts';
import { type FinishedTrial, runTrial } from '../../../src/bench/trial.ts';
import { defineProvider } from '../../../src/contracts/provider.ts';
import { realClock } from '../../../src/kernel/real-clock.ts';
import { startSimulatedServer } from '../../../src/simulation/server.ts';
import { worldOf } from '../../../src/simulation/world.ts';
import { priceTable } from '../../../src/telemetry/cost.ts';
import { loadClient } from '../../../src/transport/openai-port.ts';
import type { Goal, Row } from '../goal.ts';
import { spreadOf } from '../ratio.ts';
import { supportDesk } from '../workload/support-desk.ts';

/** A simulated model behind HTTP on loopback that really takes its time. */
const slowModel = defineProvider({
  name: 'slow',
  description: 'the simulated model, waiting as long as it says',
  open: async ({ scenario }) => {
    const server = await startSimulatedServer({
      world: worldOf(scenario),
      pace: { kind: 'real', clock: realClock() },
    });
    return {
      baseURL: server.baseURL,
      apiKey: 'none',
      provenance: 'simulated',
      timing: 'measured',
      profile: 'slow',
      billed: false,
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
});

/** What a trial took when it was recorded, by the clock on the wall, and what its replay says. */
export const replayFaithful: Goal = {
  id: 'replay-faithful',
  title: 'how far the virtual time of a replay is from the wall time of its recording',
  run: async ({ root }) => {
    const plan = await supportDesk({ root, patterns: ['sequential'], samples: 12, trials: 2 });
    const scenario = plan.scenarios[0]!;
    const folder = mkdtempSync(join(tmpdir(), 'patternbench-perf-'));
    try {
      const file = join(folder, 'slow.jsonl');
      const recording = await endpointTraffic({
        scenario,
        provider: slowModel,
        mode: 'record',
        profile: undefined,
        trials: 2,
        models: {},
        maxCalls: 10_000,
        env: {},
        fileOf: () => file,
        today: '2026-11-20',
      });
      // Loading the SDK takes longer than its first call; it belongs to the process, not to the trials that happen to be first.
      await loadClient();
      const measured = await latencies(plan, recording);
      await recording.close();
      const replay = await replayTraffic({ scenario, file, onMiss: (_plan, miss) => fail(miss.message), remedy: '' });
      const replayed = await latencies(plan, replay);
      await replay.close();
      return resultOf(measured, replayed);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

/** Milliseconds of each trial on its clock, all trials at once. */
async function latencies(plan: RunPlan, traffic: Traffic): Promise<number[]> {
  const prices = await priceTable({});
  const { signal } = new AbortController();
  const finished = await Promise.all(
    plan.trials.map((trial) =>
      runTrial(trial, {
        clock: traffic.clock,
        model: traffic.modelFor(trial),
        prices,
        seed: 7,
        fixtureSet: traffic.fixtureSet,
        signal,
      }),
    ),
  );
  return finished.map(latencyMs);
}

function latencyMs({ outcome, spans }: FinishedTrial): number {
  if (outcome.status !== 'completed') fail(`a trial did not complete: ${JSON.stringify(outcome)}`);
  return spans[0]!.endUs / 1000;
}

function fail(message: string): never {
  throw new Error(message);
}

function resultOf(measured: readonly number[], replayed: readonly number[]) {
  const differences = spreadOf(measured.map((ms, index) => Math.abs(replayed[index]! / ms - 1)));
  const signed = spreadOf(measured.map((ms, index) => replayed[index]! / ms - 1));
  const percent = (share: number) => `${(100 * share).toFixed(3)} %`;
  const rows: Row[] = [
    { what: 'trials', value: String(measured.length) },
    { what: 'recorded, median on the wall', value: `${Math.round(spreadOf(measured).median)} ms` },
    { what: 'replayed, median in virtual time', value: `${Math.round(spreadOf(replayed).median)} ms` },
    { what: 'virtual / wall - 1, median', value: percent(signed.median) },
    { what: 'the same without its sign', value: percent(differences.median) },
    { what: 'largest', value: percent(Math.max(...measured.map((ms, index) => Math.abs(replayed[index]! / ms - 1)))) },
  ];
  return {
    goal: 'replay-faithful',
    value: differences.median,
    limit: 0.005,
    pass: differences.median <= 0.005,
    aa: null,
    iqr: [differences.low, differences.high] as const,
    isVoid: false,
    rows,
    conditions:
      'pipelines of support-desk, all at once, over HTTP on loopback to the simulated model, which runs in this process and waits as long ' +
      'as it says; recorded with measured timing, replayed from the written file',
  };
}
