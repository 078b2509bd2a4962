import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCondition } from '../../src/schema/condition.ts';

const given = { args: { usd: 60_000, text: 'a "b"', list: [{ n: 1 }, 2], flag: true, nothing: null }, tool: 'pay' };

function holds(
  text: string,
  facts: Parameters<Extract<ReturnType<typeof parseCondition>, { ok: true }>['condition']>[0] = given,
) {
  const parsed = parseCondition(text);
  if (!parsed.ok) throw new Error(`${parsed.problem} at ${parsed.column}`);
  return parsed.condition(facts);
}

describe('a condition', () => {
  it.each<[string, boolean | undefined]>([
    ['args.usd > 50000', true],
    ['args.usd>=6e4 && args.usd <= 60000.0', true],
    ['args.usd < 50000 || tool == "pay"', true],
    ["!(tool == 'pay') || false", false],
    ['args.list[0].n == 1 && args.list[1] != 3', true],
    ['args.flag', true],
    ['!args.flag', false],
    ['args.text == "a \\"b\\""', true],
    ['args.nothing == null && args.missing == null', true],
    ['-1 < 0', true],
    ['"a" < "b"', true],
    // && binds more tightly than ||.
    ['true || false && false', true],
    ['(true || false) && false', false],
    // What cannot be told is not false.
    ['args.missing > 3', undefined],
    ['args.text > 3', undefined],
    ['!(args.missing > 3)', undefined],
    ['args.list == args.list', undefined],
    ['args.usd', undefined],
    ['args.missing > 3 && false', false],
    ['args.missing > 3 || true', true],
    ['args.missing > 3 && true', undefined],
    // Only own members.
    ['args.constructor == null', true],
    ['args.__proto__.toString == null', true],
    ['args.list.length == null', true],
  ])('%s is %s', (text, expected) => expect(holds(text)).toBe(expected));

  it.each<[string, number, RegExp]>([
    ['', 1, /missing/],
    ['args.usd >', 11, /missing/],
    ['args.usd > 5 000', 14, /"000" is not expected/],
    ['args.usd => 5', 10, /"=" is not expected/],
    ['(args.usd > 5', 14, /"\)" is missing/],
    ['args..usd', 6, /a name is missing/],
    ['args[x]', 6, /a whole number is missing/],
    ['process.exit(1)', 13, /"\(" is not expected/],
    ['a = 1', 3, /"=" is not expected/],
    ['a == "b', 6, /"\\"" is not expected/],
    ['a == b == c', 8, /"==" is not expected/],
    ['a; b', 2, /";" is not expected/],
  ])('%j is refused at column %i', (text, column, problem) => {
    const parsed = parseCondition(text);
    expect(parsed).toMatchObject({ ok: false, column, problem: expect.stringMatching(problem) as string });
  });

  it('never throws and never loops, whatever it is given', () => {
    const piece = fc.constantFrom(
      'args',
      '.',
      'usd',
      '[0]',
      ' ',
      '(',
      ')',
      '!',
      '&&',
      '||',
      '==',
      '<',
      '5',
      '"x"',
      'true',
      '\\',
      '`',
      '${',
      ';',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((parts) => parts.join('')),
        ),
        fc.jsonValue(),
        (text, facts) => {
          const parsed = parseCondition(text);
          if (parsed.ok) expect([true, false, undefined]).toContain(parsed.condition(facts as never));
          else expect(parsed.column).toBeGreaterThan(0);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is no longer than a person can check', () => {
    expect(parseCondition(`${'('.repeat(400_000)}`)).toMatchObject({ ok: false });
  });
});
