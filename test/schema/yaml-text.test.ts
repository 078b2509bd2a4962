import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { yamlText } from '../../src/schema/yaml-text.ts';
import { parseYaml } from '../../src/schema/yaml-source.ts';

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom('a', ' ', '\n', '\t', '\r', ':', '#', '-', '"', '\u001b', '\u202e', '\u{e0041}', '«') }),
);

describe('yamlText', () => {
  it('means what the value was, whatever its texts hold', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom('a', 'b', 'c'),
          fc.oneof(text, fc.array(text, { maxLength: 3 }), fc.integer(), fc.constant(null)),
        ),
        (value) => {
          expect(parseYaml(yamlText(value), 'x.yaml').value).toEqual({ ...value });
        },
      ),
    );
  });

  it.each([' \n', '\n \n', ' \t\n\n'])('keeps the blanks of a text that is nothing else: %j', (blank) => {
    expect(parseYaml(yamlText({ a: blank }), 'x.yaml').value).toEqual({ a: blank });
  });

  it('shows line breaks as they are, and no control character', () => {
    expect(yamlText({ a: 'one\ntwo' })).toBe('a: |-\n  one\n  two\n');
    expect(yamlText({ a: 'x\u001b[31m\u202ey' })).toBe('a: "x\\e[31m\\u202ey"\n');
  });
});
