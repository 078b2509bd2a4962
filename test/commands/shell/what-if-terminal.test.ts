import { describe, expect, it } from 'vitest';
import type { CellChange, WhatIfSummary } from '../../../src/bench/what-if/summary.ts';
import { whatIfFormat } from '../../../src/commands/shell/what-if-files.ts';
import { whatIfText } from '../../../src/commands/shell/what-if-terminal.ts';

const cell = (name: string, facts: Partial<CellChange> = {}): CellChange => ({
  adapter: 'native',
  pattern: name,
  name,
  trials: 20,
  quality: { mean: 0.5, low: 0.4, high: 0.6, n: 10, method: 'test' },
  tokens: 1000,
  costUsdPer1kTasks: { was: 2, would: 1, ratio: 0.5, low: 0.45, high: 0.55 },
  pricedShare: 1,
  latencyMsP50: { was: 1500, would: 1500, ratio: 1, low: 1, high: 1 },
  latencyMsP95: { was: 2500, would: 2500 },
  orderMayDiffer: [],
  keptTimes: 0,
  freedWaits: 0,
  limited: { requests: 0, waitMs: 0 },
  makespanMs: null,
  ...facts,
});

const summaryOf = (...cells: readonly CellChange[]): WhatIfSummary => ({
  version: 1,
  runId: 'demo',
  provenance: { simulated: 1, recorded: 0, imported: 0 },
  changed: ['Calls to a cost what b costs.'],
  assumptions: ['Nothing was run again.'],
  scenarios: [
    {
      scenario: 'desk',
      recommended: { was: 'single', would: 'swarm', sentence: 'Use swarm for desk: it scores highest.' },
      bestSet: ['single', 'swarm'],
      orderByCost: { was: ['single', 'swarm'], would: ['swarm', 'single'] },
      orderByLatency: { was: ['single', 'swarm'], would: ['single', 'swarm'] },
      cells,
    },
  ],
});

const UNPRICED = { was: null, would: null, ratio: null, low: null, high: null };

describe('whatIfText', () => {
  it('tells what is simulated, what was changed and what was not before any figure, then the table and what follows', () => {
    const raced = { orderMayDiffer: [{ sample: 's1', trial: 0, because: ['race' as const] }] };
    const text = whatIfText(summaryOf(cell('single'), cell('swarm', { costUsdPer1kTasks: UNPRICED, ...raced })), 80);
    expect(text.slice(0, 16)).toEqual([
      ' SIMULATED    Answers come from a simulated model. They compare patterns; they',
      '              do not measure a real model.',
      ' WHAT IF      Calls to a cost what b costs.',
      ' As it was    Nothing was run again.',
      '',
      ' desk',
      '',
      ' pattern  quality  $/1K was  would be  change 95%         p50 s',
      ' single      50.0  2.00      1.00      -50% [-55%, -45%]    1.5',
      '>swarm       50.0  unpriced  unpriced  -                    1.5',
      '',
      ' Use          swarm instead of single: it scores highest.',
      ' By cost      was single, swarm; would be swarm, single.',
      ' May differ   swarm: 1 of 20 trials (race).',
      '',
      ' Columns      > is what to use with these figures. quality: as recorded, in per',
    ]);
  });

  it('is safe to print and as wide as the terminal, whatever things are called', () => {
    const hostile = cell(`\u001b[31m${'evil'.repeat(30)}\u202e`, { limited: { requests: 2, waitMs: 10 }, makespanMs: 70_000 });
    for (const width of [80, 120]) {
      const lines = whatIfText(summaryOf(cell('single'), hostile), width);
      expect(lines.filter((line) => line.length > width)).toEqual([]);
      expect(lines.join('\n')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    }
  });
});

describe('a file of whatif', () => {
  it('runs nothing in a spreadsheet or a page, whatever things are called', () => {
    const summary = summaryOf(cell('=HYPERLINK("http://x")'), cell('<script>|`'));
    expect(whatIfFormat('a.csv')(summary)).toContain(`"'=HYPERLINK(""http://x"")"`);
    expect(whatIfFormat('a.md')(summary)).toContain('| &lt;script&gt;\\|\\` |');
  });
});
