import { beforeAll, describe, expect, it } from 'vitest';
import { AS_RECORDED, type WhatIfOptions } from '../../src/bench/what-if/options.ts';
import { whatIf } from '../../src/bench/what-if/what-if.ts';
import { whatIfSummary } from '../../src/bench/what-if/summary.ts';
import type { PlanFacts } from '../../src/schema/plan-facts.ts';
import { priceTable, type PriceTable } from '../../src/telemetry/cost.ts';
import type { OtlpTrace } from '../../src/telemetry/otlp-json.ts';
import type { SpanRecord } from '../../src/telemetry/span.ts';
import { scenarioSummaryOf } from '../support/trial-record-of.ts';
import { sampleTrace } from '../telemetry/random-trace.ts';

let prices: PriceTable;
beforeAll(async () => {
  prices = await priceTable({});
});

const asked = (options: Partial<WhatIfOptions> = {}): WhatIfOptions => ({ ...AS_RECORDED, prices, ...options });

interface Facts {
  readonly pattern: string;
  readonly sample: string;
  readonly model?: string;
  readonly score?: number;
  readonly change?: (span: SpanRecord) => SpanRecord;
}

/** The sample trace (100 + 50 tokens, 40 of them cached, in 1.5 s; a tool of 0.2 s; 200 + 30 tokens in 1 s) as a trial of a pattern. */
function traceOf({ pattern, sample, model = 'gpt-4o', score = 1, change = (span) => span }: Facts): OtlpTrace {
  const spans = sampleTrace().map((span): SpanRecord => {
    const own = { ...span.attributes };
    if (span.parentPath === null) {
      Object.assign(own, {
        'patternbench.adapter': 'native',
        'patternbench.pattern.name': pattern,
        'patternbench.sample.id': sample,
        'patternbench.scores': JSON.stringify({ facts: score }),
        'patternbench.passed': score === 1,
        'patternbench.why': '{}',
        'patternbench.output': 'said',
      });
    }
    if (own['gen_ai.request.model']) own['gen_ai.request.model'] = model;
    return change({ ...span, attributes: own });
  });
  return { traceId: `${pattern}-${sample}`, resource: {}, spans };
}

function planOf(...patterns: readonly string[]): PlanFacts {
  return {
    version: 1,
    tool: 'patternbench test',
    runId: 'demo-1',
    mode: 'replay',
    clock: 'virtual',
    seed: 0,
    fingerprint: { test: 'a', treatment: 'b', fixtures: 'c' },
    priceTable: 'genai-prices',
    scenarios: [scenarioSummaryOf({ name: 'demo', baseline: patterns[0]!, samples: 2, trials: 1 })],
    cells: patterns.map((pattern) => ({ scenario: 'demo', adapter: 'native', pattern, settings: 's', trials: 2 })),
  };
}

const two = (pattern: string, facts: Partial<Facts> = {}) => ['s1', 's2'].map((sample) => traceOf({ pattern, sample, ...facts }));

describe('whatIf', () => {
  it('changes nothing when nothing is asked', () => {
    const { before, after, cells } = whatIf(planOf('a'), two('a'), asked());
    expect(after).toEqual(before);
    expect(cells[0]).toMatchObject({ costRatio: { ratio: 1 }, latencyRatio: { ratio: 1 }, orderMayDiffer: [], makespanMs: null });
  });

  it('prices the recorded tokens as those of another model, cached ones at their own price', () => {
    // gpt-4.1-mini: 0.40 in, 0.10 cached, 1.60 out. (60 x 0.4 + 40 x 0.1 + 50 x 1.6) + (200 x 0.4 + 30 x 1.6) = 236 USD per million.
    const { after } = whatIf(planOf('a'), two('a'), asked({ swaps: new Map([['gpt-4o', 'gpt-4.1-mini']]) }));
    expect(after.trials.map((trial) => trial.costUsd)).toEqual([0.000236, 0.000236]);
    expect(after.run.groups[0]!.costUsdPer1kTasks).toBe(0.236);
  });

  it('prices a model at prices of your own', async () => {
    const own = await priceTable({ 'gpt-4o': { inputPerMTok: 1, outputPerMTok: 10, cachedInputPerMTok: 0.5 } });
    const { after } = whatIf(planOf('a'), two('a'), asked({ repriced: new Set(['gpt-4o']), prices: own }));
    // 60 + 40 x 0.5 + 50 x 10 + 200 + 30 x 10 = 1,080 USD per million.
    expect(after.trials[0]!.costUsd).toBe(0.00108);
  });

  it('leaves unpriced what is unpriced, and takes nothing without a price for 0', () => {
    const unpriced = two('a', {
      model: 'house',
      change: (span) => {
        const { 'patternbench.cost.usd': _usd, ...attributes } = span.attributes;
        return { ...span, attributes };
      },
    });
    const swaps = new Map([['gpt-4o', 'no-such-model']]);
    const { after, cells } = whatIf(planOf('a', 'b'), [...unpriced, ...two('b')], asked({ swaps }));
    expect(after.run.groups.map((group) => [group.costUsdPer1kTasks, group.pricedShare])).toEqual([
      [null, 0],
      [null, 0],
    ]);
    expect(cells.map((cell) => cell.costRatio)).toEqual([null, null]);
  });

  it('times answers by a rate: first token plus output tokens over tokens a second', () => {
    const latencies = new Map([['gpt-4o', { kind: 'rate' as const, ttftMs: 300, tokensPerSecond: 80 }]]);
    const { after } = whatIf(planOf('a'), two('a'), asked({ latencies }));
    // 300 + 50 / 0.08, then the tool's 200, then 300 + 30 / 0.08.
    expect(after.trials[0]).toMatchObject({ latencyMs: 925 + 200 + 675 });
    expect(after.trials[0]!.criticalPath.map(({ kind, ms }) => `${kind} ${ms}`)).toEqual(['llm 925', 'tool 200', 'llm 675']);
  });

  it('draws times of a profile alike for the same sample under every pattern, and otherwise for another sample', () => {
    const latencies = new Map([['all', { kind: 'profile' as const, model: 'gpt-4.1-nano' }]]);
    const { after } = whatIf(planOf('a', 'b'), [...two('a'), ...two('b')], asked({ latencies }));
    const [a1, a2, b1, b2] = after.trials.map((trial) => trial.latencyMs);
    expect([a1, a2]).toEqual([b1, b2]);
    expect(a1).not.toBe(a2);
    // Twice the base of 232 ms, 80 tokens of 9.2 ms and the tool: 1,400 ms at the median; sigma 0.47 twice.
    expect(a1).toBeGreaterThan(400);
    expect(a1).toBeLessThan(5000);
  });

  it('keeps what was said, scored and counted, whatever changes', () => {
    const { before, after } = whatIf(
      planOf('a'),
      two('a'),
      asked({
        swaps: new Map([['gpt-4o', 'gpt-4.1-mini']]),
        latencies: new Map([['all', { kind: 'factor', factor: 3 }]]),
        limits: [{ kind: 'rpm', amount: 1, perTrial: false }],
        parallelSiblings: true,
      }),
    );
    const kept = ({ run, trials }: typeof before) => ({
      quality: run.groups.map((group) => group.quality),
      trials: trials.map(({ latencyMs: _l, costUsd: _c, agents: _a, criticalPath: _p, parallelism: _q, ...rest }) => rest),
    });
    expect(kept(after)).toEqual(kept(before));
    expect(after.trials.map((trial) => trial.latencyMs)).not.toEqual(before.trials.map((trial) => trial.latencyMs));
  });

  it('lets trials of a cell that share a limit wait for one another, and tells how long all of them took', () => {
    const limits = [{ kind: 'concurrency' as const, amount: 1, perTrial: false }];
    const { after, cells } = whatIf(planOf('a'), two('a'), asked({ limits }));
    // 0-1.5 first, 1.5-3.0 second; the first is back from its tool at 1.7: 3.0-4.0; the second at 3.2: 4.0-5.0.
    expect(after.trials.map((trial) => trial.latencyMs)).toEqual([4000, 5000]);
    expect(cells[0]).toMatchObject({ limited: { requests: 3, waitMs: 1500 + 1300 + 800 }, makespanMs: 5000 });
    expect(after.trials[0]!.criticalPath.map(({ agent, kind, ms }) => `${agent} ${kind} ${ms}`)).toContain('writer wait 1300');
  });

  it('recommends what is cheapest with the new prices, among the same best set', () => {
    const traces = [...two('a'), ...two('b', { model: 'gpt-4o-mini' })];
    const cheap = { swaps: new Map([['gpt-4o', 'gpt-4.1-nano']]) };
    const summary = whatIfSummary(whatIf(planOf('a', 'b'), traces, asked(cheap)), asked(cheap));
    const [scenario] = summary.scenarios;
    // Both cost the same as recorded, so the first stays; a's calls become cheaper, then b's.
    expect(scenario!.recommended).toMatchObject({ was: 'a', would: 'a' });
    const other = { swaps: new Map([['gpt-4o-mini', 'gpt-4.1-nano']]) };
    const [turned] = whatIfSummary(whatIf(planOf('a', 'b'), traces, asked(other)), asked(other)).scenarios;
    expect(turned!.recommended).toMatchObject({ was: 'a', would: 'b' });
    expect(turned!.orderByCost).toEqual({ was: ['a', 'b'], would: ['b', 'a'] });
    expect(summary.assumptions[0]).toMatch(/^Nothing was run again: answers, scores and token counts are as recorded\./);
  });
});
