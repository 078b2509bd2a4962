import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/kernel/canonical-json.ts';
import { sha256Hex, shortHash } from '../../src/kernel/hash.ts';
import { isObject } from '../../src/kernel/json.ts';
import { codeOf } from '../support/trial.ts';

/** The same value with the members of every object in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
}

describe('canonicalJson', () => {
  it('does not depend on the order of keys, and loses nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(reversed(value))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it('sorts by code unit, writes no white space, leaves out what is undefined', () => {
    expect(canonicalJson({ b: [1, undefined, { z: null, y: undefined }], a: 'ü', B: -0, 10: 1e21, 9: true })).toBe(
      '{"10":1e+21,"9":true,"B":0,"a":"ü","b":[1,null,{"z":null}]}',
    );
  });

  it('keeps hostile keys and lone surrogates as data', () => {
    const hostile = JSON.parse('{"__proto__": {"x": 1}, "constructor": 2, "\\ud800": "\\udfff"}') as object;
    expect(canonicalJson(hostile)).toBe('{"__proto__":{"x":1},"constructor":2,"\\ud800":"\\udfff"}');
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  it.each([[Number.NaN], [Number.POSITIVE_INFINITY], [() => 1], [Symbol('s')], [1n], [undefined]])('refuses %s', (value) => {
    const codeFor = (thing: unknown) => {
      try {
        return canonicalJson(thing);
      } catch (error) {
        return codeOf(error);
      }
    };
    expect(codeFor(value)).toBe('broken_invariant');
    if (value !== undefined) expect(codeFor({ deep: [value] })).toBe('broken_invariant');
  });
});

describe('hashes', () => {
  it('are SHA-256, in the published form for "abc"', () => {
    expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(shortHash('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0'.slice(0, 22));
    expect(shortHash('abc', 6)).toHaveLength(6);
  });
});
