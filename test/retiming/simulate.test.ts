import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usOf } from '../../src/kernel/clock.ts';
import type { NewLatencies } from '../../src/retiming/new-latency.ts';
import { applyLatencies } from '../../src/retiming/new-latency.ts';
import { retimedSpans } from '../../src/retiming/retimed-spans.ts';
import { simulate } from '../../src/retiming/simulate.ts';
import { timeRaces } from '../../src/retiming/time-races.ts';
import { trialGraph } from '../../src/retiming/trial-graph.ts';
import type { SpanRecord } from '../../src/telemetry/span.ts';
import { inCanonicalOrder } from '../../src/telemetry/span-tree.ts';
import { randomTrace } from '../telemetry/random-trace.ts';
import { programs, runProgram, type Step } from './programs.ts';

const NONE: NewLatencies = new Map();

function simulated(spans: readonly SpanRecord[], latencies: NewLatencies = NONE) {
  const graph = trialGraph(spans);
  applyLatencies(graph, latencies, 'seed');
  simulate([{ graph, atUs: 0 }], []);
  return { spans: retimedSpans(graph), races: timeRaces(graph, latencies) };
}

/** Times alone, in an order that does not hang on them. */
const timesOf = (spans: readonly SpanRecord[]) => spans.map((span) => `${span.path || '-'} ${span.startUs} ${span.endUs}`).sort();

const asRun = (_model: string, ms: number) => ms;
const slowed = (factor: number) => (model: string, ms: number) => (model === 'm1' ? Math.round(usOf(ms) * factor) / 1000 : ms);

describe('a simulated trial', () => {
  it('happens again exactly as it did when nothing is changed, whatever its spans look like', () => {
    fc.assert(
      fc.property(randomTrace, (spans) => {
        expect(simulated(spans).spans).toEqual(inCanonicalOrder(spans));
        expect(simulated(spans).races).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('ends also for traces whose spans name causes that lie, lead nowhere or go in circles', () => {
    fc.assert(
      fc.property(randomTrace, fc.array(fc.nat(), { minLength: 20, maxLength: 20 }), (spans, picks) => {
        const lying = spans.map((span, i) => ({ ...span, after: ['nowhere', spans[picks[i % 20]! % spans.length]!.path] }));
        expect(simulated(lying).spans).toEqual(inCanonicalOrder(lying));
      }),
      { numRuns: 200 },
    );
  });

  it('happens again exactly as it did for programs with races, deadlines, retries and bounded branches', async () => {
    await fc.assert(
      fc.asyncProperty(programs({ timed: true, ties: true }), async (program) => {
        const { spans } = await runProgram(program, asRun);
        const again = simulated(spans);
        expect(timesOf(again.spans)).toEqual(timesOf(spans));
        expect(again.races).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('takes the very times that it takes when it is run again with the other latencies', async () => {
    await fc.assert(
      fc.asyncProperty(programs({ timed: false, ties: true }), fc.constantFrom(0, 0.25, 0.5, 2, 7), async (program, factor) => {
        const { spans } = await runProgram(program, asRun);
        const latencies: NewLatencies = new Map([['m1', { kind: 'factor', factor }]]);
        const again = simulated(spans, latencies);
        const rerun = await runProgram(program, slowed(factor));
        expect(timesOf(again.spans)).toEqual(timesOf(rerun.spans));
        expect(again.races).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('says so wherever a race or a deadline might have ended otherwise: where it says nothing, a run takes those times', async () => {
    const count = { silent: 0, said: 0 };
    await fc.assert(
      fc.asyncProperty(programs({ timed: true, ties: false }), fc.constantFrom(0.25, 0.5, 2, 7), async (program, factor) => {
        const { spans } = await runProgram(program, asRun);
        const again = simulated(spans, new Map([['m1', { kind: 'factor', factor }]]));
        const rerun = await runProgram(program, slowed(factor));
        if (again.races.length > 0) {
          count.said++;
          return;
        }
        if (spans.some((span) => span.error)) count.silent++;
        expect(timesOf(again.spans)).toEqual(timesOf(rerun.spans));
      }),
      { numRuns: 500 },
    );
    expect(Math.min(count.silent, count.said)).toBeGreaterThan(20);
  });

  it('says so of a branch that lost a race by the order of events alone', async () => {
    const model = (name: 'm1' | 'm2', ms: number): Step => ({ kind: 'model', model: name, ms, failures: 0 });
    const branches = [[model('m2', 10), model('m2', 1)], [model('m1', 10)], [model('m1', 0)]];
    const { spans } = await runProgram([{ kind: 'all', branches, concurrency: undefined, first: 2 }], asRun);
    const factor = (value: number): NewLatencies => new Map([['m1', { kind: 'factor', factor: value }]]);
    // The first two branches are at 10 ms together, and the first has a step to go, which takes no time before it is stopped.
    expect(simulated(spans, factor(1)).races).toEqual([]);
    expect(simulated(spans, factor(0.5)).races).toEqual(['race']);
    expect(simulated(spans, factor(2)).races).toEqual(['race']);
  });

  it('never ends earlier when answers take longer', async () => {
    await fc.assert(
      fc.asyncProperty(programs({ timed: false, ties: true }), fc.constantFrom(1.5, 2, 7), async (program, factor) => {
        const { spans } = await runProgram(program, asRun);
        const slower = simulated(spans, new Map([['m1', { kind: 'factor', factor }]])).spans;
        const endOf = new Map(slower.map((span) => [span.path, span.endUs]));
        for (const span of spans) expect(endOf.get(span.path)).toBeGreaterThanOrEqual(span.endUs);
      }),
      { numRuns: 200 },
    );
  });
});
