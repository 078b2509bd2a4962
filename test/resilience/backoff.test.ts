import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffUs } from '../../src/resilience/backoff.ts';

describe('backoffUs', () => {
  it('ERR1 doubles, from the base, up to the cap', () => {
    const waits = (policy: Parameters<typeof backoffUs>[0]) =>
      Array.from({ length: 5 }, (_, attempt) => backoffUs(policy, { attempt, draw: 'x' }) / 1000);
    expect(waits({ baseMs: 1000 })).toEqual([1000, 2000, 4000, 8000, 16_000]);
    expect(waits({ baseMs: 100.125, factor: 3, maxMs: 2000 })).toEqual([100.125, 300.375, 901.125, 2000, 2000]);
    expect(backoffUs({ baseMs: 1000 }, { attempt: 30, draw: 'x' })).toBe(60_000_000);
  });

  it('obeys a longer Retry-After, and jitter comes on top, never below', () => {
    const policy = fc.record({ baseMs: fc.nat({ max: 5000 }), jitter: fc.double({ min: 0, max: 1, noNaN: true }) });
    fc.assert(
      fc.property(policy, fc.nat({ max: 9 }), fc.nat({ max: 100_000 }), fc.string(), (given, attempt, retryAfterMs, draw) => {
        const failed = { attempt, draw, retryAfterMs };
        const least = backoffUs({ ...given, jitter: 0 }, failed);
        const wait = backoffUs(given, failed);
        expect(least).toBeGreaterThanOrEqual(retryAfterMs * 1000);
        expect(wait).toBeGreaterThanOrEqual(least);
        expect(wait).toBeLessThanOrEqual(Math.round(least * (1 + given.jitter)) + 1);
        expect(Number.isInteger(wait)).toBe(true);
        expect(backoffUs(given, failed)).toBe(wait);
      }),
    );
  });

  it('draws another jitter for another name', () => {
    const draws = new Set(
      Array.from({ length: 20 }, (_, index) => backoffUs({ baseMs: 1000, jitter: 1 }, { attempt: 0, draw: `call ${index}` })),
    );
    expect(draws.size).toBe(20);
  });

  it('stays finite whatever a server asks for, and never waits less than nothing', () => {
    expect(backoffUs({ baseMs: 1 }, { attempt: 0, draw: '', retryAfterMs: Number.POSITIVE_INFINITY })).toBe(86_400_000_000);
    expect(backoffUs({ baseMs: 0 }, { attempt: 0, draw: '', retryAfterMs: -5 })).toBe(0);
  });
});
