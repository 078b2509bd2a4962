import { describe, expect, it } from 'vitest';
import { trialRecord } from '../../src/schema/trial-record.ts';
import { gateRates, recorded } from './simulate-gates.ts';

// The table of 2,000 splits: node test/stats/simulate-gates.ts (3.8 % false alarms; 84 % seen when three passes in ten are lost).
describe('the statistical gate on recorded trials, split at random', () => {
  it('turns red for nothing in at most 6.5 % of splits', async () => {
    const { regressed } = gateRates(await recorded(), { splits: 400, seed: 'a/a' });
    expect(regressed).toBeLessThanOrEqual(0.065);
    expect(regressed).toBeGreaterThan(0);
  });

  it('sees half of the passes lost, nearly always', async () => {
    expect(gateRates(await recorded(), { splits: 50, seed: 'damage', damage: 0.5 }).regressed).toBeGreaterThan(0.9);
  });

  it('stands on a baseline that still reads, with nothing in it that a comparison does not need', async () => {
    const { trials, run } = await recorded();
    expect(run.complete).toBe(true);
    expect(trials.length).toBe(240);
    expect(trials.every((trial) => trialRecord.safeParse(trial).success && trial.output === null)).toBe(true);
  });
});
