import { safeLine } from '../../kernel/terminal-text.ts';
import { wrapped } from './wrap.ts';

/** Two spaces stand between columns. */
const GAP = 2;

/**
 * Rows in aligned columns, made safe, at most `width` wide: cells that are numbers stand right, the last column is broken over lines where
 * it must be. The first row is the heading.
 */
export function columns(rows: readonly (readonly string[])[], width: number): string[] {
  const cells = rows.map((row) => row.map(safeLine));
  const count = Math.max(0, ...cells.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) => Math.max(0, ...cells.map((row) => row[column]?.length ?? 0)));
  const isNumeric = widths.map((_, column) => cells.slice(1).every((row) => /^([-+<]?[\d.,]+( ?[%a-zA-Z]{1,2})?|-|)$/.test(row[column] ?? '')));
  return cells.flatMap((row) => {
    const placed = row.slice(0, count - 1).map((cell, column) => (isNumeric[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)));
    const before = placed.map((cell) => cell + ' '.repeat(GAP)).join('');
    const last = row[count - 1] ?? '';
    const isRight = isNumeric[count - 1] === true;
    const [first = '', ...rest] = wrapped(isRight ? last.padStart(widths[count - 1]!) : last, Math.max(width, before.length + 20), before.length);
    return [`${before}${first.slice(before.length)}`.trimEnd(), ...rest];
  });
}
