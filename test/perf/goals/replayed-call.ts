import { scoreTrial } from '../../../src/bench/score-trial.ts';
import { trialLine } from '../../../src/bench/span-lines.ts';
import type { FinishedTrial } from '../../../src/bench/trial.ts';
import type { Goal } from '../goal.ts';
import { ratioResult } from '../ratio-result.ts';
import { compare } from '../slices.ts';
import { bareSdk } from '../workload/bare-sdk.ts';
import { recordWorkload, replayAll } from '../workload/recorded.ts';

const REPLAYED = 'replayed, traced, costed';

/** A recorded call through agents, limits, spans and prices on the virtual clock, against nothing but the SDK. */
export const replayedCall: Goal = {
  id: 'replayed-call',
  title: 'CPU of a replayed call over that of a bare openai-SDK call',
  run: async (options) => {
    const workload = await recordWorkload();
    const score = async (trial: FinishedTrial) => void (await scoreTrial(trial));
    const write = async (trial: FinishedTrial) => {
      await scoreTrial(trial);
      trialLine('perf', trial);
    };
    const compared = await compare(
      bareSdk(workload),
      [
        { name: REPLAYED, batch: () => replayAll(workload) },
        { name: 'and scored, with totals', batch: () => replayAll(workload, score) },
        { name: 'and written as OTLP JSON', batch: () => replayAll(workload, write) },
      ],
      options,
    );
    return ratioResult(compared, {
      goal: 'replayed-call',
      limit: 0.25,
      variant: REPLAYED,
      conditions:
        'per call; 50 trials at once on 5 inputs: 25 pipelines of 3 agents, 25 fan-outs of 3 with aggregator; bodies of 0.9 to 1.6 KB; ' +
        'the bare SDK sends the same bodies to a fetch in memory',
    });
  },
};
