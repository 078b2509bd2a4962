import { join } from 'node:path';
import { Bench } from 'tinybench';
import type { TrialPlan } from '../../../src/bench/plan.ts';
import { replayTraffic } from '../../../src/bench/replay-traffic.ts';
import { runTrial } from '../../../src/bench/trial.ts';
import { priceTable } from '../../../src/telemetry/cost.ts';
import type { Goal, Row } from '../goal.ts';
import { processCpuUs } from '../slices.ts';
import { supportDesk } from '../workload/support-desk.ts';

/** What a task of tinybench yields: the virtual time is the sample, the real time is what its budget counts. */
interface Sample {
  readonly overriddenDuration: number;
  readonly overriddenIterationCost: number;
}

/** The shipped recordings of support-desk as a benchmark in virtual time: each iteration of tinybench is one trial. */
export const modelledLatency: Goal = {
  id: 'modelled-latency',
  title: 'modelled latency per pattern, by tinybench, with what a trial really costs',
  run: async ({ root }) => {
    const plan = await supportDesk({ root });
    const scenario = plan.scenarios[0]!;
    const file = join(root, 'fixtures', scenario.name, 'simulated.jsonl');
    const missing = new Set<string>();
    const traffic = await replayTraffic({ scenario, file, onMiss: ({ cell }) => void missing.add(cell.pattern), remedy: '' });
    const prices = await priceTable({});
    const { signal } = new AbortController();
    const trial = async (planned: TrialPlan): Promise<Sample> => {
      const beganUs = processCpuUs();
      const environment = {
        clock: traffic.clock,
        model: traffic.modelFor(planned),
        prices,
        seed: 7,
        fixtureSet: traffic.fixtureSet,
        signal,
      };
      const { spans } = await runTrial(planned, environment);
      return { overriddenDuration: spans[0]!.endUs / 1000, overriddenIterationCost: (processCpuUs() - beganUs) / 1000 };
    };
    const patterns = [...new Set(plan.trials.map(({ cell }) => cell.pattern))];
    const rows: Row[] = [{ what: 'pattern', value: '    p50        p99      trials   CPU/trial' }];
    let modelledMs = 0;
    let cpuMs = 0;
    for (const pattern of patterns) {
      const trials = plan.trials.filter(({ cell }) => cell.pattern === pattern);
      for (const planned of trials) await trial(planned);
      if (missing.has(pattern)) {
        rows.push({ what: pattern, value: 'not recorded' });
        continue;
      }
      const bench = new Bench({ time: 0, iterations: trials.length, warmup: false });
      let next = 0;
      let ownMs = 0;
      bench.add(pattern, async () => {
        const sample = await trial(trials[next++ % trials.length]!);
        ownMs += sample.overriddenIterationCost;
        modelledMs += sample.overriddenDuration;
        return sample;
      });
      const [task] = await bench.run();
      const result = task!.result;
      if (result.state !== 'completed') throw new Error(`the benchmark of ${pattern} ended as ${result.state}`);
      cpuMs += ownMs;
      const { p50, p99, samplesCount } = result.latency;
      const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`.padStart(9);
      rows.push({
        what: pattern,
        value: `${seconds(p50)}${seconds(p99).padStart(11)}${String(samplesCount).padStart(9)}${`${(ownMs / samplesCount).toFixed(2)} ms`.padStart(12)}`,
      });
    }
    await traffic.close();
    return {
      goal: 'modelled-latency',
      value: modelledMs / cpuMs,
      limit: null,
      pass: null,
      aa: null,
      iqr: null,
      isVoid: false,
      rows,
      conditions: 'shipped recordings of support-desk, one trial at a time; the value is modelled seconds per CPU second',
    };
  },
};
