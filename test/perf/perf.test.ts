import { describe, expect, it } from 'vitest';
import { loadGoals } from './load-goals.ts';
import { isVoid, pairedRatio } from './ratio.ts';
import { ratioResult } from './ratio-result.ts';
import { compare, costsOf, type SliceOptions, type Variant } from './slices.ts';

/** CPU time that only the variants below spend: nothing here depends on the machine. */
function machine(rounds: number) {
  let spentUs = 0;
  const order: string[] = [];
  const options: SliceOptions = { rounds, sliceMs: 1, cpuUs: () => spentUs, tidy: () => void order.push('|') };
  const variant = (name: string, unitUs: () => number): Variant => ({
    name,
    batch: () => {
      spentUs += 10 * unitUs();
      order.push(name);
      return 10;
    },
  });
  return { options, variant, order };
}

describe('the ratio of two costs', () => {
  it('is the median of the ratios of rounds, not the ratio of medians', () => {
    // The machine was ten times slower in the third round, and the baseline was disturbed in the first.
    expect(pairedRatio([1, 1, 10, 1.2, 1.1], [100, 4, 40, 4, 4])).toEqual({ median: 0.25, low: 0.25, high: 0.275 });
  });

  it.each([
    [[], []],
    [[1], [1, 2]],
  ])('is refused where rounds are missing: %j over %j', (numerators, denominators) => {
    expect(() => pairedRatio(numerators, denominators)).toThrow(/cannot be paired/);
  });

  it.each([
    [0.949, true],
    [0.95, false],
    [1, false],
    [1.05, false],
    [1.051, true],
    [Number.NaN, true],
  ])('of a baseline to itself of %f makes the run void: %s', (aa, over) => expect(isVoid(aa)).toBe(over));
});

describe('slices', () => {
  it('count CPU per unit of work, however many batches a slice takes', async () => {
    const { options, variant } = machine(3);
    expect(await costsOf([variant('a', () => 40), variant('b', () => 7)], options)).toEqual([
      [40, 40, 40],
      [7, 7, 7],
    ]);
  });

  it('run every variant once a round, begin each round one further on, and every other round backwards', async () => {
    const { options, variant, order } = machine(4);
    await costsOf(
      ['a', 'b', 'c'].map((name) => variant(name, () => 100)),
      options,
    );
    expect(order.join('')).toBe('|a|b|c|a|c|b|c|a|b|c|b|a');
  });

  it('are tidied before, never within', async () => {
    const { options, variant, order } = machine(1);
    await costsOf([variant('a', () => 30)], options);
    expect(order.join('')).toBe('|aaaa');
  });
});

describe('a comparison', () => {
  const goal = { goal: 'g', limit: 0.25, variant: 'ours', conditions: 'none' };

  it('passes a variant that stays within its limit of the baseline', async () => {
    const { options, variant } = machine(5);
    const compared = await compare(
      variant('bare', () => 100),
      [variant('ours', () => 20)],
      options,
    );
    expect(ratioResult(compared, goal)).toMatchObject({ value: 0.2, pass: true, isVoid: false, aa: 1, iqr: [0.2, 0.2] });
  });

  it('fails one that does not', async () => {
    const { options, variant } = machine(5);
    const compared = await compare(
      variant('bare', () => 100),
      [variant('ours', () => 26)],
      options,
    );
    expect(ratioResult(compared, goal)).toMatchObject({ value: 0.26, pass: false, isVoid: false });
  });

  it('is void, neither passed nor failed, when the baseline never equals itself in three attempts', async () => {
    const { options, variant } = machine(5);
    let calls = 0;
    // A baseline that grows dearer with every slice.
    const compared = await compare(
      variant('bare', () => 100 * 1.2 ** calls++),
      [variant('ours', () => 20)],
      { ...options, sliceMs: 0.001 },
    );
    expect(compared.attempts).toBe(3);
    expect(ratioResult(compared, goal)).toMatchObject({ pass: null, isVoid: true });
  });
});

describe('the goals', () => {
  it('are the files of goals/, so that none is left out of the table', async () => {
    const ids = (await loadGoals()).map(({ id }) => id);
    for (const id of ['cold-start', 'fixture-load', 'replayed-call']) expect(ids).toContain(id);
  });
});
