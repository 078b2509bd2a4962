import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentTimes, slackOf } from '../../src/telemetry/agent-times.ts';
import { treeOf } from '../../src/telemetry/span-tree.ts';
import { randomTrace, sampleTrace, spanOf } from './random-trace.ts';

const call = (path: string, agent: string, [startUs, endUs]: readonly [number, number], after: string[] = []) =>
  spanOf({
    path,
    startUs,
    endUs,
    after,
    attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.agent.name': agent },
  });

describe('OBS1: the times of agents', () => {
  it('are busy, idle and without slack where one works after the other', () => {
    expect(agentTimes(sampleTrace())).toEqual([
      { agent: 'researcher', busyMs: 1500, idleShare: 1_200_000 / 2_700_000, slackMs: 0 },
      { agent: 'writer', busyMs: 1200, idleShare: 1_500_000 / 2_700_000, slackMs: 0 },
    ]);
  });

  it('have slack in the branch that nobody waited for, also for what caused it', () => {
    const spans = [
      spanOf({ path: '', startUs: 0, endUs: 10_000 }),
      call('slow', 'a', [0, 8_000]),
      call('quick', 'b', [0, 2_000]),
      call('then', 'b', [2_000, 5_000], ['quick']),
      call('last', 'c', [8_000, 10_000], ['slow', 'then']),
    ];
    expect(agentTimes(spans)).toEqual([
      { agent: 'b', busyMs: 5, idleShare: 0.5, slackMs: 3 },
      { agent: 'a', busyMs: 8, idleShare: 0.2, slackMs: 0 },
      { agent: 'c', busyMs: 2, idleShare: 0.8, slackMs: 0 },
    ]);
  });

  it('count calls at the same time once', () => {
    const spans = [
      spanOf({ path: '', startUs: 0, endUs: 10 }),
      call('a', 'x', [0, 4]),
      call('b', 'x', [2, 6]),
      call('c', 'x', [8, 9]),
    ];
    expect(agentTimes(spans)).toMatchObject([{ busyMs: 0.007 }]);
  });

  it('name as slack what a span can take without making the trial longer', () => {
    fc.assert(
      fc.property(randomTrace, fc.nat(), (spans, pick) => {
        const tree = treeOf(spans);
        const slack = slackOf(tree);
        const leaves = [...slack.keys()];
        const longer = leaves[pick % leaves.length]!;
        expect(slack.get(longer)).toBeGreaterThanOrEqual(0);
        // Everything again, each as long as it was, that one longer by its slack.
        const ends = new Map<string, number>();
        for (const span of leaves.toSorted((a, b) => a.startUs - b.startUs || a.endUs - b.endUs)) {
          const start = Math.max(span.startUs, ...span.after.map((path) => ends.get(path) ?? 0));
          ends.set(span.path, start + span.endUs - span.startUs + (span === longer ? slack.get(longer)! : 0));
        }
        expect(Math.max(...ends.values())).toBeLessThanOrEqual(tree.root.endUs);
      }),
      { numRuns: 500 },
    );
  });
});
