import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrivalTimes } from '../../src/retiming/arrivals.ts';
import type { LimitRule } from '../../src/retiming/limit.ts';
import { retimedSpans } from '../../src/retiming/retimed-spans.ts';
import { simulate } from '../../src/retiming/simulate.ts';
import { trialGraph } from '../../src/retiming/trial-graph.ts';
import { criticalPath } from '../../src/telemetry/critical-path.ts';
import type { SpanRecord } from '../../src/telemetry/span.ts';
import { roleOf } from '../../src/telemetry/span-role.ts';
import { spanOf } from '../telemetry/random-trace.ts';
import { programs, runProgram, type Step } from './programs.ts';

const MINUTE = 60_000_000;

/** A trial of calls to a model, each with its interval in microseconds and the calls it waited for. */
type Call = readonly [path: string, startUs: number, endUs: number, after?: readonly string[], model?: string];
const trialOf = (calls: readonly Call[], tokens = 15): SpanRecord[] => [
  spanOf({ path: '', startUs: 0, endUs: Math.max(...calls.map(([, , end]) => end)) }),
  ...calls.map(([path, startUs, endUs, after = [], model = 'm1']) =>
    spanOf({
      path,
      startUs,
      endUs,
      after: [...after],
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': model,
        'gen_ai.usage.input_tokens': tokens - 5,
        'gen_ai.usage.output_tokens': 5,
      },
    }),
  ),
];
const one = (us: number, tokens?: number) => trialOf([['call', 0, us]], tokens);
const fanOut = (count: number, us: number) =>
  trialOf(Array.from({ length: count }, (_, i): Call => [`call${String(i).padStart(2, '0')}`, 0, us]));

function simulated(
  trials: readonly (readonly SpanRecord[])[],
  rules: readonly Partial<LimitRule>[],
  atUs: readonly number[] = [],
) {
  const graphs = trials.map((spans) => trialGraph(spans));
  simulate(
    graphs.map((graph, i) => ({ graph, atUs: atUs[i] ?? 0 })),
    rules.map((rule) => ({ kind: 'concurrency', amount: 1, perTrial: false, ...rule })),
  );
  const requests = graphs
    .flatMap((graph) => graph.requests)
    .map(({ start, end, askedUs, tokens }) => ({ startUs: start.atUs, endUs: end.atUs, askedUs, tokens }));
  return { graphs, requests, latenciesUs: graphs.map(({ root }) => root.end.atUs - root.start.atUs) };
}

describe('limits on requests, against closed forms', () => {
  it('a fan-out of n equal calls under a cap of k takes ceil(n / k) calls', () => {
    for (const [n, k] of [
      [1, 1],
      [7, 3],
      [8, 4],
      [9, 4],
      [10, 1],
      [5, 9],
    ] as const) {
      expect(simulated([fanOut(n, 1000)], [{ amount: k }]).latenciesUs).toEqual([Math.ceil(n / k) * 1000]);
    }
  });

  it('a chain of calls is not slowed by any cap', () => {
    const chain = trialOf([
      ['a', 0, 1000],
      ['b', 1000, 3000, ['a']],
      ['c', 3000, 3500, ['b']],
    ]);
    expect(simulated([chain], [{ amount: 1 }]).latenciesUs).toEqual([3500]);
  });

  it('a cap of each trial by itself leaves trials apart, a shared one does not', () => {
    const trials = [fanOut(4, 1000), fanOut(4, 1000)];
    expect(simulated(trials, [{ amount: 2, perTrial: true }]).latenciesUs).toEqual([2000, 2000]);
    expect(simulated(trials, [{ amount: 2 }]).latenciesUs).toEqual([2000, 4000]);
  });

  it('of trials that come together the i-th request starts floor(i / rpm) minutes later', () => {
    const { latenciesUs } = simulated(
      Array.from({ length: 7 }, () => one(1000)),
      [{ kind: 'rpm', amount: 3 }],
    );
    expect(latenciesUs).toEqual([0, 0, 0, 1, 1, 1, 2].map((minutes) => minutes * MINUTE + 1000));
  });

  it('of trials that come evenly nobody waits up to the rate allowed, and beyond it the n-th waits for its turn in the window', () => {
    const comes = (perMinute: number) => arrivalTimes({ kind: 'even', everyUs: MINUTE / perMinute }, 9, 'x');
    const trials = Array.from({ length: 9 }, () => one(1000));
    expect(simulated(trials, [{ kind: 'rpm', amount: 3 }], comes(3)).latenciesUs).toEqual(trials.map(() => 1000));
    // Six a minute where three are allowed: every three wait half a minute longer than the three before.
    const waits = simulated(trials, [{ kind: 'rpm', amount: 3 }], comes(6)).latenciesUs.map((us) => us - 1000);
    expect(waits).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2].map((turn) => (turn * MINUTE) / 2));
  });

  it('one server with even arrivals: the i-th waits i (service - interval) (D/D/1)', () => {
    const trials = Array.from({ length: 6 }, () => one(1000));
    const comes = arrivalTimes({ kind: 'even', everyUs: 700 }, 6, 'x');
    expect(simulated(trials, [{ amount: 1 }], comes).latenciesUs).toEqual([0, 1, 2, 3, 4, 5].map((i) => 1000 + i * 300));
  });

  it('tokens a minute let floor(limit / size) equal requests start in each', () => {
    const trials = Array.from({ length: 7 }, () => one(1000, 100));
    const { latenciesUs } = simulated(trials, [{ kind: 'tpm', amount: 250 }]);
    expect(latenciesUs).toEqual([0, 0, 1, 1, 2, 2, 3].map((minutes) => minutes * MINUTE + 1000));
  });

  it('counts one model only where the limit is its own', () => {
    const both = trialOf([
      ['a', 0, 1000],
      ['b', 0, 1000],
      ['c', 0, 1000, [], 'm2'],
    ]);
    const ends = simulated([both], [{ amount: 1, model: 'm1' }]).requests.map(({ endUs }) => endUs);
    expect(ends.sort((a, b) => a - b)).toEqual([1000, 1000, 2000]);
  });

  it('random arrivals have the mean gap that was asked for, and are equal for equal seeds', () => {
    const times = arrivalTimes({ kind: 'poisson', everyUs: 2_000_000 }, 4001, 'cell');
    expect(arrivalTimes({ kind: 'poisson', everyUs: 2_000_000 }, 4001, 'cell')).toEqual(times);
    // Standard error of the mean of 4,000 exponential gaps: 1.6 %; four of them.
    expect(Math.abs(times.at(-1)! / 4000 / 2_000_000 - 1)).toBeLessThan(0.064);
    expect(times.every((at, i) => i === 0 || at >= times[i - 1]!)).toBe(true);
  });
});

const limits = fc.array(
  fc.record({
    kind: fc.constantFrom('concurrency' as const, 'rpm' as const, 'tpm' as const),
    amount: fc.integer({ min: 1, max: 6 }),
    model: fc.constantFrom(undefined, undefined, 'm1', 'm2'),
    perTrial: fc.boolean(),
  }),
  { minLength: 1, maxLength: 3 },
);
const asLimit = ({ amount, ...rule }: LimitRule): LimitRule => ({ ...rule, amount: rule.kind === 'tpm' ? amount * 15 : amount });

async function randomCell(cells: readonly (readonly Step[])[], rules: readonly LimitRule[], atUs: readonly number[]) {
  const outcomes = await Promise.all(cells.map((program) => runProgram(program, (_model, ms) => ms)));
  const trials = outcomes.map(({ spans }) => spans);
  return { trials, ...simulated(trials, rules.map(asLimit), atUs) };
}

/** Up to four trials, limits, and when the trials come. Without ties no two things happen at one instant, where their order would be chance. */
const cellOf = (ties: boolean) =>
  fc.tuple(
    fc.array(programs({ timed: false, ties }), { minLength: 1, maxLength: 4 }),
    limits,
    fc.array(fc.nat(100_000), { minLength: 4, maxLength: 4 }),
  );

describe('limits on requests, whatever the trials', () => {
  it('are kept at every instant and in every window of 60 s, and those first asked start first', async () => {
    await fc.assert(
      fc.asyncProperty(cellOf(true), async ([cells, rules, atUs]) => {
        const { graphs } = await randomCell(cells, rules, atUs);
        for (const rule of rules.map(asLimit)) {
          for (const counted of rule.perTrial ? graphs.map((graph) => [graph]) : [graphs]) {
            const own = counted
              .flatMap(({ requests }) => requests)
              .filter(({ models }) => rule.model === undefined || models.has(rule.model));
            for (const { start } of own) expect(usedAt(rule, own, start.atUs)).toBeLessThanOrEqual(rule.amount);
          }
        }
        for (const { requests } of graphs) {
          const waiting = requests.filter(({ askedUs }) => askedUs >= 0);
          for (const { start, askedUs, models } of waiting) {
            expect(start.atUs).toBeGreaterThanOrEqual(askedUs);
            // Requests of one trial for one model stand in the same queues.
            const later = waiting.filter((other) => other.askedUs > askedUs && other.models.isSubsetOf(models));
            for (const other of later) expect(other.start.atUs).toBeGreaterThanOrEqual(start.atUs);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('leave whole traces whose critical path still sums exactly, waiting included', async () => {
    await fc.assert(
      fc.asyncProperty(cellOf(true), async ([cells, rules, atUs]) => {
        const { graphs, latenciesUs } = await randomCell(cells, rules, atUs);
        for (const [i, graph] of graphs.entries()) {
          const spans = retimedSpans(graph);
          const path = criticalPath(spans);
          expect(path.reduce((sum, segment) => sum + Math.round(segment.ms * 1000), 0)).toBe(latenciesUs[i]);
          const byPath = new Map(spans.map((span) => [span.path, span]));
          for (const span of spans) {
            const parent = byPath.get(span.parentPath ?? '')!;
            expect(span.startUs >= parent.startUs && span.endUs <= parent.endUs && span.startUs <= span.endUs).toBe(true);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('never keep anybody waiting who has a place: without shared limits trials do not touch one another', async () => {
    await fc.assert(
      fc.asyncProperty(cellOf(false), async ([cells, rules, atUs]) => {
        const own = rules.map((rule) => ({ ...rule, perTrial: true }));
        const { trials, latenciesUs } = await randomCell(cells, own, atUs);
        const alone = trials.map((spans) => simulated([spans], own.map(asLimit)).latenciesUs[0]);
        expect(latenciesUs).toEqual(alone);
      }),
      { numRuns: 100 },
    );
  });

  it('of independent equal requests that come together, a tighter cap never ends them earlier', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 10 }),
        fc.constantFrom('concurrency' as const, 'rpm' as const),
        (count, cap, kind) => {
          const trials = Array.from({ length: count }, () => one(700));
          const tight = simulated(trials, [{ kind, amount: cap }]).latenciesUs;
          const loose = simulated(trials, [{ kind, amount: cap + 1 }]).latenciesUs;
          for (const [i, us] of tight.entries()) expect(us).toBeGreaterThanOrEqual(loose[i]!);
        },
      ),
    );
  });

  it('put what a request waited on a span of its own, which the critical path calls waiting', () => {
    const [graph] = simulated([fanOut(2, 1000)], [{ amount: 1 }]).graphs;
    const spans = retimedSpans(graph!);
    expect(spans.filter((span) => roleOf(span) === 'wait').map((span) => [span.path, span.startUs, span.endUs])).toEqual([
      ['call01/wait:limit#0', 0, 1000],
    ]);
    expect(criticalPath(spans).map(({ kind, ms }) => `${kind} ${ms}`)).toEqual(['wait 1', 'llm 1']);
  });
});

interface Timed {
  readonly start: { readonly atUs: number };
  readonly end: { readonly atUs: number };
  readonly tokens: number;
}

/** How much of a limit is used at an instant at which a request starts. Requests of no length are in flight for no time. */
function usedAt(rule: LimitRule, requests: readonly Timed[], atUs: number): number {
  if (rule.kind === 'concurrency') return requests.filter(({ start, end }) => start.atUs <= atUs && end.atUs > atUs).length;
  const inWindow = requests.filter(({ start }) => start.atUs <= atUs && start.atUs > atUs - MINUTE);
  return rule.kind === 'rpm' ? inWindow.length : inWindow.reduce((sum, { tokens }) => sum + tokens, 0);
}
