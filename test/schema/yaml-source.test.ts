import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PatternbenchError } from '../../src/kernel/errors.ts';
import { parseYaml } from '../../src/schema/yaml-source.ts';

/** The error that the text provokes. */
function errorOf(text: string): PatternbenchError {
  try {
    parseYaml(text, 'x.yaml');
  } catch (error) {
    if (error instanceof PatternbenchError) return error;
    throw error;
  }
  throw new Error('the text was accepted');
}

describe('parseYaml', () => {
  const text = ['name: a', 'agents:', '  - name: x', '    model: m', '  - { name: y, model: n }', 'tail: |', '  text', ''].join(
    '\n',
  );

  it('gives the value', () => {
    const agents = [
      { name: 'x', model: 'm' },
      { name: 'y', model: 'n' },
    ];
    expect(parseYaml(text, 'x.yaml').value).toEqual({ name: 'a', agents, tail: 'text\n' });
  });

  it.each([
    [['name'], 'value', 1, 7],
    [['name'], 'key', 1, 1],
    [['agents', 0, 'model'], 'value', 4, 12],
    [['agents', 1], 'value', 5, 5],
    [['agents', 1, 'model'], 'key', 5, 16],
    [['agents', 1, 'missing'], 'value', 5, 5],
    [['agents', 7, 'model'], 'value', 3, 3],
    [[], 'value', 1, 1],
  ] as const)('places %j (%s) at %i:%i', (path, at, line, column) => {
    expect(parseYaml(text, 'x.yaml').position(path, at)).toEqual({ line, column });
  });

  it('follows aliases to what they name', () => {
    const source = parseYaml('a: &x { b: 1 }\nc: *x\n', 'x.yaml');
    expect(source.value).toEqual({ a: { b: 1 }, c: { b: 1 } });
    expect(source.position(['c', 'b'])).toEqual({ line: 1, column: 12 });
  });

  it.each([
    ['a key that occurs twice', 'a: 1\nb: 2\na: 3\n', 'unique', 3, 1],
    ['broken syntax', 'a: 1\nb: [1, 2\n', '', 3, 1],
    ['a second document', 'a: 1\n---\nb: 1\n', 'multiple documents', 2, 1],
    ['an unknown tag', 'a: 1\nb: !ruby/object 3\n', 'tag', 2, 4],
    ['__proto__', 'a:\n  __proto__: { admin: true }\n', '"__proto__" is not allowed', 2, 3],
    ['constructor', 'a: [{ constructor: 1 }]\n', '"constructor" is not allowed', 1, 7],
    ['prototype', 'prototype: 1\n', '"prototype" is not allowed', 1, 1],
    ['an unknown alias', 'a: *nobody\n', 'nobody', 1, 1],
  ])('refuses %s with line and column', (_what, hostile, message, line, column) => {
    const error = errorOf(hostile);
    expect(error.code).toBe('invalid_scenario');
    expect(error.message).toContain(message);
    expect(error.place).toMatchObject({ file: 'x.yaml', line, column });
  });

  it('refuses nesting that would abort the process, in every style', () => {
    for (const deep of ['['.repeat(50_000), '{a: '.repeat(50_000), '- '.repeat(50_000), '? '.repeat(50_000)]) {
      expect(errorOf(deep).message).toContain('deeper than 64');
    }
  });

  it('refuses bombs and circles of aliases', () => {
    const levels = Array.from({ length: 9 }, (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(', ')}]`);
    expect(errorOf(['l0: &l0 [x]', ...levels].join('\n')).message).toContain('alias');
    expect(errorOf('a: &a [*a, *a]').message).toContain('deeper');
  });

  it('takes no longer for many keys than for few', () => {
    const keys = Array.from({ length: 60_000 }, (_, i) => `k${i}: 1`);
    const { value } = parseYaml(keys.join('\n'), 'x.yaml');
    expect(Object.keys(value as object)).toHaveLength(60_000);
  }, 10_000);

  it('refuses more than 1 MB', () => {
    expect(errorOf(`a: ${'é'.repeat(600_000)}`).message).toContain('larger than 1048576 bytes');
  });

  it('never throws anything but invalid_scenario with a line and a column', () => {
    const piece = fc.constantFrom(
      'a',
      ': ',
      '- ',
      '\n',
      '  ',
      '[',
      ']',
      '{',
      '}',
      '&x ',
      '*x',
      '|',
      '"',
      "'",
      '#',
      '? ',
      '!t ',
      '---',
      '\t',
      ',',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        try {
          parseYaml(pieces.join(''), 'x.yaml');
        } catch (error) {
          expect(error).toBeInstanceOf(PatternbenchError);
          expect((error as PatternbenchError).place?.line).toBeGreaterThanOrEqual(1);
          expect((error as PatternbenchError).place?.column).toBeGreaterThanOrEqual(1);
        }
      }),
    );
  });
});
