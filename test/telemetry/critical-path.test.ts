import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { criticalPath } from '../../src/telemetry/critical-path.ts';
import type { SpanRecord } from '../../src/telemetry/span.ts';
import { depthFirst } from '../../src/telemetry/span-tree.ts';
import { randomTrace, sampleTrace, spanOf } from './random-trace.ts';

const chat = (path: string, interval: readonly [number, number], rest: Partial<SpanRecord> = {}): SpanRecord =>
  spanOf({
    path,
    startUs: interval[0],
    endUs: interval[1],
    attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.agent.name': path[0]! },
    ...rest,
  });
const root = (endUs: number): SpanRecord => spanOf({ path: '', startUs: 0, endUs });
const shortOf = (spans: SpanRecord[]) => criticalPath(spans).map((s) => `${s.spanPath || '-'} ${s.kind} ${s.ms * 1000}`);

describe('criticalPath', () => {
  it('sums exactly, in microseconds, to the duration of the root, whatever the spans look like', () => {
    fc.assert(
      fc.property(randomTrace, (spans) => {
        const path = criticalPath(spans);
        expect(path.reduce((sum, segment) => sum + Math.round(segment.ms * 1000), 0)).toBe(spans[0]!.endUs);
        for (const segment of path) expect(segment.ms).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });

  it('also for traces whose spans name causes that lie, lead nowhere or go in circles', () => {
    fc.assert(
      fc.property(randomTrace, fc.array(fc.nat(), { minLength: 20, maxLength: 20 }), (spans, picks) => {
        const lying = spans.map((span, i) => ({ ...span, after: ['nowhere', spans[picks[i % 20]! % spans.length]!.path] }));
        expect(criticalPath(lying).reduce((sum, segment) => sum + Math.round(segment.ms * 1000), 0)).toBe(spans[0]!.endUs);
      }),
      { numRuns: 200 },
    );
  });

  it('also for damaged files in which spans contain themselves', () => {
    fc.assert(
      fc.property(randomTrace, fc.array(fc.nat(), { minLength: 20, maxLength: 20 }), (spans, picks) => {
        const of = (i: number) => spans[picks[i % 20]! % spans.length]!.path;
        const damaged = spans.map((span, i) => (i === 0 ? span : { ...span, path: of(i), parentPath: of(i + 7) }));
        expect(new Set(depthFirst(damaged)).size).toBeLessThanOrEqual(damaged.length);
        expect(criticalPath(damaged).reduce((sum, segment) => sum + Math.round(segment.ms * 1000), 0)).toBe(spans[0]!.endUs);
      }),
      { numRuns: 500 },
    );
  });

  it('tells a sequential trial in time order', () => {
    expect(criticalPath(sampleTrace())).toEqual([
      { agent: 'researcher', kind: 'llm', ms: 1500, spanPath: 'agent:researcher#0/model:chat#0' },
      { agent: 'writer', kind: 'tool', ms: 200, spanPath: 'agent:writer#0/tool:search#0' },
      { agent: 'writer', kind: 'llm', ms: 1000, spanPath: 'agent:writer#0/model:chat#0' },
    ]);
  });

  it('takes the slowest of parallel branches', () => {
    expect(shortOf([root(70), chat('a', [0, 10]), chat('b', [10, 50]), chat('c', [10, 40]), chat('d', [50, 70])])).toEqual([
      'a llm 10',
      'b llm 40',
      'd llm 20',
    ]);
  });

  it('follows what happened before, not merely what ended last', () => {
    // c waited for a only; b ended later and somewhere else.
    expect(shortOf([root(60), chat('a', [0, 20]), chat('b', [0, 30]), chat('c', [30, 60], { after: ['a'] })])).toEqual([
      'a llm 20',
      '- orchestrator 10',
      'c llm 30',
    ]);
  });

  it('goes through joins and agents to the work that ended last in them, and up to the agent when a call names no cause', () => {
    const agent = (path: string, interval: readonly [number, number], after: string[] = []) =>
      spanOf({ path, startUs: interval[0], endUs: interval[1], after, attributes: { 'gen_ai.operation.name': 'invoke_agent' } });
    const trace = [
      root(50),
      agent('x', [0, 20]),
      chat('a', [0, 20], { parentPath: 'x' }),
      agent('y', [0, 10]),
      chat('b', [0, 10], { parentPath: 'y' }),
      chat('c', [0, 20]),
      spanOf({ path: 'join', startUs: 20, endUs: 20, after: ['x', 'y'] }),
      agent('z', [20, 50], ['join']),
      chat('d', [20, 50], { parentPath: 'z' }),
    ];
    expect(shortOf(trace)).toEqual(['a llm 20', 'd llm 30']);
  });

  it('prefers the winner of a race to the losers that ended with it', () => {
    const lost = { error: { type: 'cancelled', message: '' } };
    expect(shortOf([root(10), chat('a', [0, 10], lost), chat('b', [2, 10]), chat('c', [0, 10], lost)])).toEqual([
      '- orchestrator 2',
      'b llm 8',
    ]);
  });

  it('gives backoff, wait and agents behind tools their own share', () => {
    const trace = [
      root(100),
      chat('a', [0, 60]),
      spanOf({ path: 'a1', parentPath: 'a', startUs: 10, endUs: 30, attributes: { 'patternbench.step.type': 'backoff' } }),
      spanOf({
        path: 't',
        startUs: 60,
        endUs: 90,
        attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'ask' },
      }),
      chat('b', [65, 85], { parentPath: 't' }),
      spanOf({ path: 'w', name: 'await_approval deploy', startUs: 90, endUs: 100 }),
    ];
    expect(shortOf(trace)).toEqual(['a llm 10', 'a1 backoff 20', 'a llm 30', 't tool 5', 'b llm 20', 't tool 5', 'w wait 10']);
    expect(criticalPath(trace)[1]!.agent).toBe('a');
  });

  it('is the orchestrator alone when nobody worked, and empty when no time passed', () => {
    expect(criticalPath([root(7)])).toEqual([{ agent: 'orchestrator', kind: 'orchestrator', ms: 0.007, spanPath: '' }]);
    expect(criticalPath([root(0), chat('a', [0, 0])])).toEqual([]);
  });
});
