import { describe, expect, it } from 'vitest';
import { runFindings } from '../../src/bench/run-findings.ts';
import type { Finding } from '../../src/schema/run-record.ts';

const findingOf = (facts: Partial<Finding>): Finding => ({
  kind: 'loop',
  severity: 'warning',
  scenario: 'desk',
  pattern: 'single',
  sample: 's1',
  trial: 0,
  agent: 'a',
  spanIds: ['00'],
  wastedTokens: 0,
  wastedUsd: 0,
  wastedMs: 0,
  advice: 'stop',
  ...facts,
});

describe('a run holds the heaviest findings of each kind and pattern, and counts all', () => {
  const many = [1, 5, 3, 4, 2].map((tokens, i) =>
    findingOf({ sample: `s${i}`, wastedTokens: tokens, wastedUsd: tokens / 8, wastedMs: tokens }),
  );

  it('the heaviest three, in the order of the plan', () => {
    const { findings, findingTotals } = runFindings(many);
    expect(findings.map(({ wastedTokens }) => wastedTokens)).toEqual([5, 3, 4]);
    expect(findingTotals).toEqual([
      {
        scenario: 'desk',
        pattern: 'single',
        kind: 'loop',
        severity: 'warning',
        findings: 5,
        trials: 5,
        shown: 3,
        wastedTokens: 15,
        wastedUsd: 15 / 8,
        wastedMs: 15,
      },
    ]);
  });

  it('each kind, pattern and scenario by itself; the worst severity counts; one unpriced leaves the sum unknown', () => {
    const { findings, findingTotals } = runFindings([
      ...many,
      findingOf({ pattern: 'router', severity: 'info' }),
      findingOf({ pattern: 'router', severity: 'error', wastedUsd: null }),
      findingOf({ kind: 'stagnation' }),
      findingOf({ scenario: 'other' }),
    ]);
    expect(findings).toHaveLength(3 + 2 + 1 + 1);
    expect(findingTotals.map(({ findings: count }) => count)).toEqual([5, 2, 1, 1]);
    expect(findingTotals[1]).toMatchObject({ severity: 'error', trials: 1, shown: 2, wastedUsd: null });
  });
});
