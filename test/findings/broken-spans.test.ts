import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Inspector, inspectorFor } from '../../src/bench/inspector.ts';
import { trialRecordOf } from '../../src/bench/trial-record-of.ts';
import type { SpanRecord } from '../../src/telemetry/span.ts';
import { inspectedTrial } from '../support/inspected-trial.ts';
import { PLANTED as ENDS } from './planted/ends.ts';
import { PLANTED as REPETITION } from './planted/repetition.ts';
import { PLANTED as SHARED_WORK } from './planted/shared-work.ts';

const inspect: Inspector = await inspectorFor({});
const planted = Object.values({ ...ENDS, ...REPETITION, ...SHARED_WORK }).flat();
const traces = await Promise.all(
  planted.map(async ({ planted: trial, settings }) => (await inspectedTrial(trial, settings)).spans),
);

/** What may have happened to a span on the way: gone, without an attribute, under another parent or none, failed. */
const damage = fc.record({ at: fc.nat(), kind: fc.constantFrom('gone', 'bare', 'moved', 'failed', 'renamed'), to: fc.nat() });

function damaged(
  spans: readonly SpanRecord[],
  wounds: readonly { readonly at: number; readonly kind: string; readonly to: number }[],
) {
  const left = spans.map((span) => ({ ...span, attributes: { ...span.attributes } }));
  for (const { at, kind, to } of wounds) {
    const span = left[1 + (at % Math.max(1, left.length - 1))];
    if (!span || span.parentPath === null) continue;
    const names = Object.keys(span.attributes);
    if (kind === 'gone') left.splice(left.indexOf(span), 1);
    if (kind === 'bare') delete span.attributes[names[to % names.length]!];
    if (kind === 'failed') span.error = { type: 'model_error', message: 'broken' };
    if (kind === 'renamed') span.attributes['gen_ai.agent.name'] = 'constructor';
    if (kind === 'moved') (span as { parentPath: string }).parentPath = to % 2 === 0 ? '' : 'nobody';
  }
  return left;
}

describe('findings of damaged spans', () => {
  it('are findings or none, never a crash, and their numbers are numbers', () => {
    fc.assert(
      fc.property(fc.constantFrom(...traces), fc.array(damage, { minLength: 1, maxLength: 6 }), (spans, wounds) => {
        const left = damaged(spans, wounds);
        const traceId = 'a'.repeat(32);
        const found = inspect(trialRecordOf({ traceId, spans: left }), left);
        for (const { wastedTokens, wastedUsd, wastedMs, spanIds, why } of found) {
          expect(Number.isInteger(wastedTokens) && wastedTokens >= 0, why).toBe(true);
          expect(wastedUsd === null || wastedUsd >= 0, why).toBe(true);
          expect(wastedMs >= 0, why).toBe(true);
          expect(spanIds.length, why).toBeGreaterThan(0);
        }
      }),
      { numRuns: 500 },
    );
  });
});
