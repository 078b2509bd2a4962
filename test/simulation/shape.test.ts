import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fit, shapeOfExample, shapeOfSchema } from '../../src/simulation/shape.ts';
import { z } from '../../src/schema/zod.ts';
import { helpDeskModel, inputOf, system, textOf, user } from './world.fixture.ts';

const KEYS = [
  'approved',
  'delegate',
  'worker',
  'subtask',
  'assignments',
  'category',
  'score',
  'items',
  'answer',
  'days',
  'id',
  'other',
  'entities',
];

/** Any JSON Schema of the kind that structured output allows. */
const { schema } = fc.letrec<{ schema: Record<string, unknown> }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<Record<string, unknown>>(
      { type: 'string' },
      { type: 'boolean' },
      { type: 'null' },
      { type: 'number' },
      { type: 'integer', minimum: 3, maximum: 5 },
      { type: 'number', exclusiveMinimum: 0, maximum: 1 },
      { enum: ['red', 'billing', 'green'] },
      { const: 7 },
      { type: ['string', 'null'] },
    ),
    fc.record({ type: fc.constant('array'), items: tie('schema'), minItems: fc.nat({ max: 2 }) }),
    fc.record({ anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('schema'), { maxKeys: 4 }).map((properties) => ({
      type: 'object',
      properties,
      required: Object.keys(properties),
      additionalProperties: false,
    })),
  ),
}));

const accepts = (form: Record<string, unknown>, value: unknown): boolean => z.fromJSONSchema(form).safeParse(value).success;

describe('fit', () => {
  it('yields a value that obeys the schema, whatever was wished', () => {
    fc.assert(
      fc.property(schema, fc.jsonValue(), (form, wish) => {
        expect(accepts(form, fit(wish, shapeOfSchema(form)))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps a wish that already obeys', () => {
    const form = {
      type: 'object',
      properties: { a: { type: 'integer' }, b: { type: 'array', items: { type: 'string' } } },
      required: ['a', 'b'],
    };
    expect(fit({ a: 4, b: ['x'] }, shapeOfSchema(form))).toEqual({ a: 4, b: ['x'] });
    expect(fit({ a: '4 days', c: 1 }, shapeOfSchema(form))).toEqual({ a: 4, b: [] });
  });

  it('follows references, also of a schema to itself', () => {
    const tree = {
      $defs: {
        node: {
          type: 'object',
          properties: { name: { type: 'string' }, more: { type: 'array', items: { $ref: '#/$defs/node' } } },
        },
      },
      $ref: '#/$defs/node',
    };
    expect(fit({ name: 'a', more: [{ name: 'b' }] }, shapeOfSchema(tree))).toEqual({
      name: 'a',
      more: [{ name: 'b', more: [] }],
    });
    expect(() => shapeOfSchema({ $ref: '#' })).not.toThrow();
  });

  it('reads the shape of an example', () => {
    expect(fit({ a: 'x', b: [1, 2], d: 1 }, shapeOfExample({ a: '...', b: [0], c: true }))).toEqual({
      a: 'x',
      b: [1, 2],
      c: false,
    });
  });
});

describe('an answer under a schema', () => {
  it('obeys it', () => {
    const model = helpDeskModel();
    fc.assert(
      fc.property(schema, fc.nat({ max: 5 }), (form, seed) => {
        const messages = [system('Answer.\n- billing: Invoices\n- technical: Logs'), user(inputOf(0))];
        const text = textOf(model, {
          seed,
          messages,
          response_format: { type: 'json_schema', json_schema: { name: 'x', schema: form } },
        });
        expect(accepts(form, JSON.parse(text))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
