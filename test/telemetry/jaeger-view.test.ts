import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jaegerView } from '../../src/telemetry/jaeger-view.ts';
import type { SpanRecord } from '../../src/telemetry/span.ts';
import { treeOf } from '../../src/telemetry/span-tree.ts';
import { spreadTimes } from '../../src/telemetry/spread-times.ts';
import { randomTrace, sampleTrace, spanOf } from './random-trace.ts';

describe('spreadTimes', () => {
  const timesOf = (spans: SpanRecord[]) => {
    const times = spreadTimes(treeOf(spans));
    return (path: string) => times.get(spans.find((span) => span.path === path)!)!;
  };

  it('keeps children inside their parents, and nothing moves further than there are boundaries', () => {
    fc.assert(
      fc.property(randomTrace, (spans) => {
        const of = timesOf(spans);
        for (const span of spans) {
          const moved = of(span.path);
          expect(moved.endUs).toBeGreaterThan(moved.startUs - (span.endUs > span.startUs ? 0 : 1));
          expect(moved.startUs - span.startUs).toBeGreaterThanOrEqual(0);
          expect(moved.endUs - span.endUs).toBeLessThanOrEqual(2 * spans.length);
          if (span.parentPath === null) continue;
          expect(moved.startUs).toBeGreaterThan(of(span.parentPath).startUs);
          expect(moved.endUs).toBeLessThan(of(span.parentPath).endUs);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('sets every span at least 1 us behind what made it start, and behind the siblings that ended as it started', () => {
    // A span of no time that waits for others and holds others can wait for itself; those have tests of their own.
    const plain = randomTrace.map((spans) =>
      spans
        .filter((span) => span.path === '' || span.endUs > span.startUs)
        .map((span, _i, kept) => ({
          ...span,
          parentPath: span.path === '' ? null : '',
          after: span.after.filter((path) => kept.some((k) => k.path === path)),
        })),
    );
    fc.assert(
      fc.property(plain, (spans) => {
        const of = timesOf(spans);
        for (const span of spans) {
          for (const path of span.after) expect(of(path).endUs).toBeLessThan(of(span.path).startUs);
          for (const other of spans) {
            if (other.path !== '' && span.path !== '' && other.endUs === span.startUs)
              expect(of(other.path).endUs).toBeLessThan(of(span.path).startUs);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('sets steps that took no time one after the other, as they caused each other', () => {
    const step = (path: string, after: string[]) => spanOf({ path, startUs: 100, endUs: 100, after });
    const of = timesOf([
      spanOf({ path: '', startUs: 0, endUs: 100 }),
      spanOf({ path: 'a', startUs: 0, endUs: 100 }),
      step('z', ['a']),
      step('b', ['z']),
    ]);
    expect([of('a'), of('z'), of('b'), of('')].map((time) => time.endUs - 100)).toEqual([0, 2, 4, 5]);
    expect([of('z'), of('b')].map((time) => time.startUs - 100)).toEqual([1, 3]);
  });

  it('does not hang on spans that wait for themselves', () => {
    const step = (path: string, parentPath: string, after: string[]) => spanOf({ path, parentPath, startUs: 5, endUs: 5, after });
    const of = timesOf([
      spanOf({ path: '', startUs: 0, endUs: 9 }),
      step('a', '', []),
      step('c', '', ['a']),
      step('b', 'a', ['c']),
    ]);
    expect(of('b').startUs).toBeGreaterThan(of('a').startUs);
    expect(of('b').endUs).toBeLessThan(of('a').endUs);
  });
});

describe('jaegerView', () => {
  const trace = { traceId: 'ab'.repeat(16), resource: { 'patternbench.run.id': 'r1' }, spans: sampleTrace() };
  const view = jaegerView(trace, { endMs: 1_800_000_000_000, salt: 's' });

  it('has a service for each agent and one for the harness', () => {
    expect(view.spans.map(({ span, resource }) => [span.name, resource['service.name']])).toEqual([
      ['invoke_workflow sequential', 'patternbench'],
      ['invoke_agent researcher', 'researcher'],
      ['chat gpt-4o', 'researcher'],
      ['invoke_agent writer', 'writer'],
      ['execute_tool search', 'writer'],
      ['chat gpt-4o', 'writer'],
    ]);
  });

  it('can be searched by scenario, pattern, run and trial, in every service', () => {
    const tags = {
      'patternbench.scenario.id': 'demo',
      'patternbench.pattern.name': 'sequential',
      'patternbench.run.id': 'r1',
      'patternbench.run.trial': 0,
    };
    for (const { resource } of view.spans) expect(resource).toMatchObject(tags);
    expect(view.spans[0]!.attributes).toMatchObject(tags);
  });

  it('ends when it is told to, lasts as long as the trial but for the gaps, and keeps the canonical trace as it was', () => {
    const root = view.spans[0]!;
    expect(root.endUs).toBe(1_800_000_000_000_000);
    expect(root.endUs - root.startUs - 2_700_000).toBeLessThan(20);
    expect(trace.spans).toEqual(sampleTrace());
  });

  it('has another trace id for another salt, and the same for the same', () => {
    const idWith = (salt: string) => jaegerView(trace, { endMs: 0, salt }).exportedId;
    expect(view.exportedId).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set([trace.traceId, idWith('s'), idWith('t'), view.exportedId]).size).toBe(3);
  });

  it('keeps exact times, and gives a span without duration a nanosecond that its parents enclose', () => {
    fc.assert(
      fc.property(randomTrace, (spans) => {
        const exact = jaegerView({ traceId: 'ab'.repeat(16), resource: {}, spans }, 'exact');
        const byPath = new Map(exact.spans.map((shown) => [shown.span.path, shown]));
        for (const { span, startUs, endUs, endNs } of exact.spans) {
          expect([startUs - span.startUs, endUs - span.endUs]).toEqual([1_767_225_600_000_000, 1_767_225_600_000_000]);
          expect((endUs - startUs) * 1000 + endNs).toBeGreaterThan(0);
          const parent = span.parentPath === null ? undefined : byPath.get(span.parentPath)!;
          if (parent) expect((parent.endUs - endUs) * 1000 + parent.endNs - endNs).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 200 },
    );
  });
});
