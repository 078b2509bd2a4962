import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Sensitivity, sensitivityFile } from '../../src/bench/sensitivity.ts';
import { PROFILES } from '../../src/simulation/profiles.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { type CountTokens, tokenCounter } from '../../src/simulation/tokens.ts';
import { type Rate, RATES, withError } from '../support/rate-variants.ts';
import { medianOf, sensitivityOf } from '../support/sensitivity-of.ts';
import { overBytes } from '../support/simulated-port.ts';
import { plansOf, recordsOf, shippedScenarios } from '../support/simulated-trials.ts';
import { usualAnswers } from '../support/usual-answers.ts';

const STALE = 'stale: npm run sensitivity';
const shipped = await shippedScenarios();
const smallest = shipped.toSorted((a, b) => a.scenario.samples.length - b.scenario.samples.length)[0]!;

async function shippedFile(scenario: string): Promise<Sensitivity> {
  const file = join(import.meta.dirname, '..', '..', 'fixtures', scenario, 'sensitivity.json');
  return sensitivityFile.parse(JSON.parse(await readFile(file, 'utf8')));
}

let countTokens: CountTokens;
beforeAll(async () => void (countTokens = await tokenCounter()));

describe('the sensitivity that ships', () => {
  it.each(shipped)('of $scenario.name lists every rate and is what is measured for the first of them', async (simulated) => {
    const { scenario } = simulated;
    const file = await shippedFile(scenario.name);
    expect(file.scenario).toBe(scenario.name);
    expect(file.shifts.map(({ rate }) => rate).toSorted()).toEqual(RATES.toSorted());
    expect(file.shifts).toEqual(file.shifts.toSorted((a, b) => b.shift - a.shift));
    expect(file.median).toBe(medianOf(file.shifts));
    const first = file.shifts[0]!;
    const patterns = simulated.patterns.filter(({ name }) => name === scenario.baseline || name === first.pattern);
    const measured = await sensitivityOf({ ...simulated, patterns }, { countTokens, rates: [first.rate as Rate] });
    expect(measured.shifts, STALE).toEqual([first]);
  });

  it('of the smallest scenario is what is measured for all rates and patterns', async () => {
    expect(await sensitivityOf(smallest, { countTokens }), STALE).toEqual(await shippedFile(smallest.scenario.name));
  });
});

describe('an error rate', () => {
  it('is halved and doubled as an error, whichever way it is declared', () => {
    const error = (rate: Rate, factor: number) => withError(rate, factor)(PROFILES.cheap)[rate];
    expect([error('hallucinate', 0.5), error('hallucinate', 2)]).toEqual([0.065, 0.26]);
    expect(error('copy', 0.5)).toBeCloseTo(0.98, 12);
    expect(error('copy', 2)).toBeCloseTo(0.92, 12);
    expect([error('capacity', 0.5), error('capacity', 2)]).toEqual([14, 3.5]);
    expect([error('fixed', 0.5), error('fixed', 2)]).toEqual([0.35, 1]);
  });

  it('stays a probability', () => {
    for (const rate of RATES.filter((one) => one !== 'capacity')) {
      for (const profile of Object.values(PROFILES)) {
        for (const factor of [0.5, 2]) {
          const changed = withError(rate, factor)(profile)[rate];
          expect(changed >= 0 && changed <= 1, rate).toBe(true);
        }
      }
    }
  });
});

describe('the shortcut by which variants are measured', () => {
  it.each<Rate>(['fixed', 'copy', 'premature', 'badJson'])('answers as the whole model does: %s', async (rate) => {
    const plans = plansOf(smallest, 2);
    const { usual, adjusted } = usualAnswers(smallest.world, countTokens);
    await recordsOf(plans, usual);
    const adjust = withError(rate, 2);
    const quick = await recordsOf(plans, adjusted(rate, adjust));
    const whole = await recordsOf(plans, overBytes(simulate(smallest.world, { countTokens, adjust })));
    expect(quick).toEqual(whole);
  });
});
