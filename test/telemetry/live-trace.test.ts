import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JaegerSpan, jaegerView } from '../../src/telemetry/jaeger-view.ts';
import { liveTrace } from '../../src/telemetry/live-trace.ts';
import type { SpanRecord } from '../../src/telemetry/span.ts';
import { playLive } from './play-live.ts';
import { randomTrace, sampleTrace, spanOf } from './random-trace.ts';

const START_MS = 1_800_000_000_000;
const RESOURCE = { 'patternbench.run.id': 'r1' };

const shownLive = (spans: readonly SpanRecord[], startMs: number | 'exact') => {
  const sent: JaegerSpan[] = [];
  const live = liveTrace({ resource: RESOURCE, startMs, clean: (span) => span, send: (shown) => sent.push(shown) });
  expect([...playLive(spans, live)]).toHaveLength(spans.length);
  return new Map(sent.map((shown) => [shown.span.path, shown]));
};

describe('a trace that is shown while it grows', () => {
  it('has every span, in its service and with its tags, as one that is shown when it is over', () => {
    const live = shownLive(sampleTrace(), START_MS);
    const after = jaegerView({ traceId: 'ab'.repeat(16), resource: RESOURCE, spans: sampleTrace() }, { endMs: 0, salt: '' });
    expect(live.size).toBe(after.spans.length);
    for (const { span, attributes, resource } of after.spans) expect(live.get(span.path)).toMatchObject({ attributes, resource });
    expect(live.get('')!.startUs).toBe(START_MS * 1000);
    expect(live.get('')!.endUs - START_MS * 1000 - 2_700_000).toBeLessThan(20);
  });

  it('keeps children inside their parents and what caused a span strictly before it', () => {
    fc.assert(
      fc.property(randomTrace, (spans) => {
        const live = shownLive(spans, START_MS);
        expect(live.size).toBe(spans.length);
        for (const { span, startUs, endUs } of live.values()) {
          expect(endUs).toBeGreaterThan(startUs);
          expect(startUs - START_MS * 1000 - span.startUs).toBeLessThanOrEqual(2 * spans.length);
          if (span.parentPath === null) continue;
          expect(startUs).toBeGreaterThan(live.get(span.parentPath)!.startUs);
          expect(endUs).toBeLessThan(live.get(span.parentPath)!.endUs);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('puts an attempt that is told afterwards behind the wait that came before it', () => {
    const sent: JaegerSpan[] = [];
    const live = liveTrace({ resource: {}, startMs: START_MS, clean: (span) => span, send: (shown) => sent.push(shown) });
    const happen = (path: string, startUs: number) => {
      const span = spanOf({ path, startUs, endUs: -1 });
      live.started(span);
      return (endUs: number) => {
        span.endUs = endUs;
        live.ended(span);
      };
    };
    const root = happen('', 0);
    happen('wait', 5)(9);
    happen('attempt', 9)(20);
    root(20);
    const [wait, attempt] = sent;
    expect(attempt!.startUs).toBeGreaterThan(wait!.endUs);
    expect(attempt!.startUs).toBeLessThan(wait!.endUs + 5);
    expect(attempt!.endUs).toBe(START_MS * 1000 + 20);
  });

  it('keeps exact times where that is asked for, as one that is shown when it is over', () => {
    fc.assert(
      fc.property(randomTrace, (spans) => {
        const after = jaegerView({ traceId: 'ab'.repeat(16), resource: {}, spans }, 'exact');
        const live = shownLive(spans, 'exact');
        for (const { span, startUs, endUs, endNs } of after.spans) {
          expect(live.get(span.path)).toMatchObject({ startUs, endUs, endNs });
        }
      }),
      { numRuns: 200 },
    );
  });
});
