import { runTrial } from '../../../src/bench/trial.ts';
import type { Clock } from '../../../src/kernel/clock.ts';
import { VirtualClock } from '../../../src/kernel/virtual-clock.ts';
import { openaiPort } from '../../../src/transport/openai-port.ts';
import type { Goal } from '../goal.ts';
import { ratioResult } from '../ratio-result.ts';
import { compare } from '../slices.ts';
import { inMemoryFetch } from '../workload/bare-sdk.ts';
import { CALLS_AT_ONCE, ENDPOINT, environmentOf, recordWorkload } from '../workload/recorded.ts';

/** A clock on which every wait is over at once: the same code without any time. */
const noClock = (): Clock => ({
  kind: 'virtual',
  nowUs: () => 0,
  schedule: (delayUs) => ({ atUs: delayUs }),
  cancel: () => {},
  sleep: () => Promise.resolve(),
  hold: (work) => work(),
});

/** Virtual time under the openai SDK, against the same trials without any. */
export const clockTax: Goal = {
  id: 'clock-tax',
  title: 'CPU of a call through the SDK on the virtual clock over that without a clock',
  run: async (options) => {
    const workload = await recordWorkload();
    const port = openaiPort({ ...ENDPOINT, fetch: inMemoryFetch(workload.answers) });
    const trialsOn = (clock: () => Clock) => async () => {
      await Promise.all(workload.trials.map((plan) => runTrial(plan, environmentOf(workload, port, clock()))));
      return CALLS_AT_ONCE;
    };
    const compared = await compare(
      { name: 'through the SDK, no clock', batch: trialsOn(noClock) },
      [{ name: 'through the SDK, virtual clock', batch: trialsOn(() => new VirtualClock()) }],
      options,
    );
    return ratioResult(compared, {
      goal: 'clock-tax',
      limit: 1.1,
      variant: 'through the SDK, virtual clock',
      conditions: 'per call; 50 trials at once, as in replayed-call, through the openai SDK and a fetch in memory',
    });
  },
};
