import { describe, expect, it } from 'vitest';
import { compileJsonSchema } from '../../src/schema/json-schema.ts';

const schema = {
  type: 'object',
  properties: { query: { type: 'string', minLength: 1 }, limit: { type: 'integer', default: 5 } },
  required: ['query'],
  additionalProperties: false,
};

describe('compileJsonSchema', () => {
  it('accepts what obeys and fills in defaults', () => {
    expect(compileJsonSchema(schema)({ query: 'x' })).toEqual({ ok: true, value: { query: 'x', limit: 5 } });
  });

  it.each([
    [{}, 'query: missing; expected text'],
    [{ query: 3 }, 'query: expected text, got the number 3'],
    [{ query: '' }, 'query: must not be empty'],
    [{ query: 'x', qury: 1 }, 'unknown key "qury"; did you mean "query"?'],
    ['x', 'expected a mapping (keys and values), got the text "x"'],
    [null, 'expected a mapping (keys and values), got nothing (null)'],
  ])('says what is wrong with %j', (value, problem) => {
    expect(compileJsonSchema(schema)(value)).toMatchObject({ ok: false, problem: expect.stringContaining(problem) });
  });

  it('takes hostile values for wrong ones', () => {
    const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) as unknown;
    expect(compileJsonSchema({})(deep)).toMatchObject({ ok: false });
    expect(compileJsonSchema({})(JSON.parse('{"a":{"__proto__":{"admin":true}}}'))).toMatchObject({ ok: false });
  });

  it('compiles a schema once', () => expect(compileJsonSchema(schema)).toBe(compileJsonSchema(schema)));

  it.each([{ type: 'wat' }, { $ref: '#/$defs/nobody' }, { not: { type: 'string' } }])('refuses the schema %j', (unusable) => {
    expect(() => compileJsonSchema(unusable as never)).toThrow(expect.objectContaining({ code: 'invalid_scenario' }));
  });
});
