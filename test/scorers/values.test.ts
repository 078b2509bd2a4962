import { describe, expect, it } from 'vitest';
import { scoreOf } from './told.fixture.ts';

const valueOf = async (...asked: Parameters<typeof scoreOf>) => (await scoreOf(...asked)).value;

describe('levenshtein', () => {
  // Distances of the literature: kitten-sitting 3, Saturday-Sunday 3, intention-execution 5.
  it.each([
    ['Saturday', 'Sunday', 1 - 3 / 8],
    ['intention', 'execution', 1 - 5 / 9],
    ['same', 'SAME', 1],
    ['x', '', 0],
  ])('of %j and %j is %s', async (answer, output, value) =>
    expect(await valueOf('levenshtein', { expected: { answer }, output })).toBeCloseTo(value, 12),
  );

  it('is that of the closest text, and none where texts are too long to be compared', async () => {
    expect(await valueOf('levenshtein', { expected: { answer: ['far away', 'near'] }, output: 'near' })).toBe(1);
    expect(await valueOf('levenshtein', { expected: { answer: 'a' }, output: 'b'.repeat(30_000) })).toBeNull();
  });
});

describe('a number', () => {
  it.each([
    ['It is 42.', 42, {}, 1],
    ['First 41, then 42', 42, {}, 1],
    ['First 42, then 41', 42, {}, 0],
    ['First 42, then 41', 42, { find: 'first' }, 1],
    ['40, 42, 41', 42, { find: 'any' }, 1],
    ['1,234.5 EUR', 1234.5, {}, 1],
    ['1.234,5 EUR', 1234.5, { decimal: ',' }, 1],
    ['1\u202f234.5', 1234.5, {}, 1],
    ['−3.5 °C', -3.5, {}, 1],
    ['6.02e23', 6.02e23, {}, 1],
    ['3.14', 3.14159, { abs: 0.002 }, 1],
    ['3.14', 3.14159, { abs: 0.001 }, 0],
    ['99', 100, { rel: 0.01 }, 1],
    ['98.9', 100, { rel: 0.01 }, 0],
    ['room B12', 12, {}, 0],
    ['none', 1, {}, 0],
  ])('in %j, expected %s with %j, gives %s', async (output, answer, options, value) =>
    expect(await valueOf('number', { options, expected: { answer }, output })).toBe(value),
  );

  it('may be expected as text, and is unscored where no number is', async () => {
    expect(await valueOf('number', { expected: { answer: '7' }, output: '7' })).toBe(1);
    expect(await valueOf('number', { expected: { answer: 'seven' }, output: '7' })).toBeNull();
  });
});

describe('JSON', () => {
  // Values of JSONDiff and NumericDiff in autoevals, computed by their rule.
  it.each([
    [{ a: 1, b: 2 }, '{"a":1,"b":2}', 1],
    [{ a: 1, b: 2 }, '{"a":1}', 0.5],
    [{ a: 'kitten' }, '{"a":"sitting"}', 1 - 3 / 7],
    [[1, 2, 3], '[1,2]', 2 / 3],
    [10, '30', 0.5],
    [-1, '1', 0],
    [0, '0', 1],
    [{ deep: [{ a: true }] }, '{"deep":[{"a":false}]}', 0],
    [{}, '{}', 1],
  ])('of %j, given %s, is alike by %s', async (answer, output, value) =>
    expect(await valueOf('json-diff', { expected: { answer }, output })).toBeCloseTo(value, 12),
  );

  it('is read out of a fence, and taken for 0 where there is none', async () => {
    const at = { 'a[1].b': null };
    expect(await valueOf('json-equals', { options: { at }, output: 'Here:\n```json\n{"a":[0,{"b":null}]}\n```\nDone.' })).toBe(1);
    expect(await valueOf('json-equals', { options: { at }, output: '{"a":[0,{}]}' })).toBe(0);
    expect(await valueOf('json-equals', { options: { at }, output: 'a[1].b is null' })).toBe(0);
    expect(await valueOf('json-equals', { options: { at: { '__proto__.x': 1 } }, output: '{}' })).toBe(0);
  });

  it('obeys a schema of the options, or else of the sample', async () => {
    const schema = { type: 'object', required: ['a'], properties: { a: { type: 'integer' } } };
    expect(await valueOf('json-schema', { expected: { schema }, output: '{"a":1}' })).toBe(1);
    expect(await valueOf('json-schema', { options: { schema }, output: '{"a":1.5}' })).toBe(0);
  });
});

describe('a set', () => {
  it.each([
    ['["x","y"]', ['x', 'y'], {}, 1],
    ['1. X\n2) y', ['x', 'y'], {}, 1],
    ['x; y, z', ['x', 'y'], {}, 0.8],
    ['x, x, x', ['x'], {}, 1],
    ['', [], {}, 1],
    ['x', [], {}, 0],
    ['X', ['x'], { ignoreCase: false }, 0],
    ['x, y', ['x', 'y'], { split: 'json' }, 0],
  ])('listed as %j, expected %j with %j, gives %s', async (output, items, options, value) =>
    expect(await valueOf('set-f1', { options, expected: { items }, output })).toBeCloseTo(value, 12),
  );
});
