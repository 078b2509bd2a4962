import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Score } from '../../src/contracts/scorer.ts';
import type { Json } from '../../src/kernel/json.ts';
import { readable, states } from '../../src/scorers/text/mark.ts';
import { scriptedJudge, SCORERS, toldTrial } from './told.fixture.ts';

interface Given {
  readonly output?: string;
  readonly expected?: Readonly<Record<string, Json>>;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly routed?: readonly string[] | null;
  readonly tools?: readonly string[];
}

/** Of a scorer that answers at once. */
function score(name: string, { output, expected, options = {}, routed, tools = [] }: Given): Score {
  const scorer = SCORERS.find((candidate) => candidate.name === name);
  if (!scorer) throw new Error(`no scorer ${name}`);
  const trial = toldTrial({
    ...(output === undefined ? {} : { output }),
    ...(expected === undefined ? {} : { expected }),
    trace: tools.map((tool) => ({ agent: 'a', tool })),
  });
  const scored = { ...trial, routed: routed ?? null };
  return scorer.score(scored, scorer.options.parse(options), scriptedJudge([])) as Score;
}

describe('a mark in a text', () => {
  it.each([
    ['pay 700 EUR today', '700 EUR', true],
    ['pay 1700 EUR today', '700 EUR', false],
    ['pay 1,700 EUR today', '700 EUR', false],
    ['pay 1.700 EUR today', '700 EUR', false],
    ['pay 1\u202f700 EUR today', '700 EUR', false],
    ['pay 700 EUROS today', '700 EUR', false],
    ['pay **700** EUR.', '700 EUR', true],
    ['pay _700 EUR_ today', '700 EUR', true],
    ['pay 700\n   eur', '700 EUR', true],
    ['pay 700\u00a0EUR', '700 EUR', true],
    ['it is 700.', '700', true],
    ['it is 700.50', '700', false],
    ['order A_700', '700', false],
    ['(C++)', 'C++', true],
    ['straße', 'stra', false],
    ['anything', '', false],
  ])('%j states %j: %s', (text, mark, expected) => expect(states(readable(text), mark)).toBe(expected));

  it('is found by itself and never inside a longer word', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9]{1,12}$/), fc.stringMatching(/^[A-Za-z0-9]{1,4}$/), (mark, more) => {
        expect(states(readable(`so: ${mark}, yes`), mark)).toBe(true);
        expect(states(`${mark}${more}`, mark) || states(`${more}${mark}`, mark)).toBe(false);
      }),
    );
  });
});

describe('facts', () => {
  const expected = {
    facts: { refund: '700 EUR', due: ['3 May', 'May 3'] },
    forbidden: { refund: '900 EUR', carrier: 'by ship' },
  };

  it('is the share of the facts that are stated, in any of their wordings', () => {
    expect(score('facts', { expected, output: 'You get 700 EUR back by May 3.' })).toEqual({
      value: 1,
      why: '2 of 2 facts stated.',
    });
    expect(score('facts', { expected, output: 'You get 1700 EUR back by 3 May.' })).toMatchObject({
      value: 0.5,
      why: expect.stringContaining('Missing: "700 EUR"'),
    });
  });

  it('takes a fact away when its wrong value stands, with or without the right one', () => {
    expect(score('facts', { expected, output: '700 EUR or 900 EUR, by May 3' })).toMatchObject({
      value: 0.5,
      why: expect.stringContaining('Wrong: "900 EUR"'),
    });
    expect(score('facts', { expected, output: '900 EUR by May 3' }).value).toBe(0.5);
    expect(score('facts', { expected, output: '700 EUR or 900 EUR, by May 3', options: { forbid: false } }).value).toBe(1);
  });

  it('takes one fact away for an invention that belongs to none', () => {
    expect(score('facts', { expected, output: '700 EUR by May 3, sent by ship' }).value).toBe(0.5);
    expect(score('facts', { expected, output: 'sent by ship' }).value).toBe(0);
  });
});

describe('contains', () => {
  it('takes its lists from options and from the sample', () => {
    expect(score('contains', { output: 'red and blue', expected: { contains: ['red', 'green'] } })).toEqual({
      value: 0.5,
      why: 'Missing: "green".',
    });
    expect(
      score('contains', { output: 'red and blue', expected: { contains: { any: ['blue'] } }, options: { all: ['red'] } }).value,
    ).toBe(1);
    expect(score('contains', { output: 'red', expected: { contains: { any: ['blue', 'green'] } } }).value).toBe(0);
    expect(score('contains', { output: 'red', options: { all: ['red'], none: ['red'] } }).value).toBe(0);
  });
});

describe('equals', () => {
  it('compares texts apart from case and white space', () => {
    expect(score('equals', { output: ' Paris\n', expected: { answer: 'paris' } }).value).toBe(1);
    expect(score('equals', { output: 'Paris', expected: { answer: 'paris' }, options: { ignoreCase: false } }).value).toBe(0);
    expect(score('equals', { output: '42', expected: { sum: [41, 42] }, options: { key: 'sum' } }).value).toBe(1);
  });

  it('compares JSON as a value', () => {
    const expected = { answer: { team: 'billing', urgent: true } };
    expect(score('equals', { output: '```json\n{"urgent": true, "team": "billing"}\n```', expected }).value).toBe(1);
    expect(score('equals', { output: 'billing', expected })).toMatchObject({
      value: 0,
      why: expect.stringContaining('not JSON'),
    });
  });
});

describe('regex', () => {
  it('matches the option, or else the sample', () => {
    expect(score('regex', { output: 'case 12', options: { pattern: String.raw`^case \d+$` } }).value).toBe(1);
    expect(score('regex', { output: 'case x', expected: { regex: String.raw`\d` } }).value).toBe(0);
    expect(score('regex', { output: 'x', expected: { regex: '(' } }).value).toBeNull();
  });

  it('refuses a broken expression at the door', () => {
    expect(() => score('regex', { options: { pattern: '(' } })).toThrow(/regular expression/);
  });
});

describe('route', () => {
  it('looks at the first agent chosen', () => {
    const expected = { route: 'billing' };
    expect(score('route', { expected, routed: ['billing', 'tech'] }).value).toBe(1);
    expect(score('route', { expected, routed: ['tech', 'billing'] })).toEqual({
      value: 0,
      why: '"tech" was chosen; "billing" was expected.',
    });
    expect(score('route', { expected, routed: [] }).value).toBe(0);
    expect(score('route', { expected, routed: null })).toEqual({ value: null, why: 'Unscored: this pattern does not route.' });
    expect(score('route', { expected: { route: ['tech', 'billing'] }, routed: ['tech'] }).value).toBe(1);
  });
});

describe('tool-calls', () => {
  it('is F1 over the names, or the share of the expected ones', () => {
    const expected = { tools: ['lookup', 'refund'] };
    expect(score('tool-calls', { expected, tools: ['lookup', 'lookup', 'refund'] }).value).toBe(1);
    expect(score('tool-calls', { expected, tools: ['lookup', 'search'] }).value).toBe(0.5);
    expect(score('tool-calls', { expected, tools: ['lookup', 'refund', 'search'], options: { mode: 'all' } }).value).toBe(1);
    expect(score('tool-calls', { expected: { tools: [] }, tools: [] }).value).toBe(1);
    expect(score('tool-calls', { expected: { tools: [] }, tools: ['search'] })).toMatchObject({
      value: 0,
      why: expect.stringContaining('"search"'),
    });
  });
});
