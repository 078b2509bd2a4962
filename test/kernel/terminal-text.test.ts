import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeLine, safeText } from '../../src/kernel/terminal-text.ts';

describe('safeText', () => {
  it.each([
    ['OSC 52, which writes the clipboard', '\u001b]52;c;cm0gLXJm\u0007', '\\u{1b}]52;c;cm0gLXJm\\u{7}'],
    ['CSI, which clears the screen', 'a\u001b[2Jb', 'a\\u{1b}[2Jb'],
    [
      'OSC 8, which hides where a link leads',
      '\u001b]8;;http://evil.example\u001b\\safe',
      '\\u{1b}]8;;http://evil.example\\u{1b}\\safe',
    ],
    ['C1: the one-byte CSI and OSC', '\u009b2J\u009d0;x\u009c', '\\u{9b}2J\\u{9d}0;x\\u{9c}'],
    ['bidirectional controls', 'user\u202egnp.exe\u2066\u2069\u061c', 'user\\u{202e}gnp.exe\\u{2066}\\u{2069}\\u{61c}'],
    ['a carriage return, which overwrites the line', 'PASS\rFAIL', 'PASS\\u{d}FAIL'],
    ['NUL, backspace and DEL', 'a\u0000\u0008\u007f', 'a\\u{0}\\u{8}\\u{7f}'],
    [
      'what cannot be seen',
      'a\u00adb\u200bc\u2060d\ufeffe\u2028f\u180eg',
      'a\\u{ad}b\\u{200b}c\\u{2060}d\\u{feff}e\\u{2028}f\\u{180e}g',
    ],
    ['tag characters, which carry hidden text', 'a\u{e0041}\u{e007f}', 'a\\u{e0041}\\u{e007f}'],
  ])('shows %s', (_what, text, shown) => {
    expect(safeText(text)).toBe(shown);
  });

  it('leaves what people write as it is', () => {
    for (const text of ['Zürich → 42 €\n\tline two', '日本語 العربية', '👍 é \u{1f600}', '']) expect(safeText(text)).toBe(text);
  });

  it('never lets a control through, and changes nothing the second time', () => {
    // oxlint-disable-next-line no-control-regex -- controls are what this is about.
    const dangerous = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
    const text = fc
      .array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\u001b[', '\u009b', '\r\n', '\u202e', '\u0007')))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (hostile) => {
        const safe = safeText(hostile);
        expect(safe).not.toMatch(dangerous);
        expect(safeText(safe)).toBe(safe);
        expect(safeLine(hostile)).not.toMatch(/[\n\r\t]/);
      }),
      { numRuns: 300 },
    );
  });

  it('puts everything on one line where a line is wanted', () => {
    expect(safeLine('a\r\nb\nc\td\re')).toBe('a b c d e');
  });
});
