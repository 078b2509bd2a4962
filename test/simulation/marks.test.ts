import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stands, statementOf } from '../../src/simulation/marks.ts';

describe('stands', () => {
  it.each([
    ['It costs 700 EUR.', '700 EUR', true],
    ['It costs 1700 EUR.', '700 EUR', false],
    ['It costs 1,700 EUR.', '700 EUR', false],
    ['It costs 1.700 EUR.', '700 EUR', false],
    ['It costs 700 EURO.', '700 EUR', false],
    ['70.40', '70', false],
    ['In all 70.', '70', true],
    ['1700 EUR, but 700 EUR then', '700 EUR', true],
    ['done.700 EUR', '700 EUR', true],
    ['"700 EUR"', '700 EUR', true],
    ['**700 EUR**', '700 EUR', true],
    ['code E-1071', 'code E-107', false],
    ['über700', '700', false],
  ])('%s / %s: %s', (text, mark, expected) => {
    expect(stands(text, mark)).toBe(expected);
  });

  it('finds a mark between blanks wherever it is, and never inside a longer number', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.nat(), fc.integer({ min: 0, max: 9 }), (before, after, n, digit) => {
        expect(stands(`${before} ${n} EUR ${after}`, `${n} EUR`)).toBe(true);
        expect(stands(`a ${digit}${n} EUR z`, `${n} EUR`)).toBe(false);
      }),
    );
  });
});

describe('statementOf', () => {
  it('takes the brackets off and keeps what stood in them, or puts the wrong value there', () => {
    expect(statementOf('We owe [5 EUR] back.')).toEqual({ text: 'We owe 5 EUR back.', mark: '5 EUR' });
    expect(statementOf('We owe [5 EUR] back.', '9 EUR')).toEqual({ text: 'We owe 9 EUR back.', mark: '9 EUR' });
  });
});
