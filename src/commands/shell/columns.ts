import { safeLine } from '../../kernel/terminal-text.ts';
import { wrapped } from './wrap.ts';

/** Spaces between columns. */
const GAP = 2;

/** Letters that a shortened column keeps, and that the last one has at least. */
const LEAST = 8;

const NUMBER = /^([-+<]?[\d.,]+( ?(%|B|kB|MB|ms|s))?|-|new)$/;

/**
 * Rows in aligned columns, made safe, at most `width` wide. The first row is the heading. Columns of numbers stand right; the last column is
 * broken over lines where it must be; where that is not enough, the widest columns of text are shortened with `…`.
 */
export function columns(rows: readonly (readonly string[])[], width: number): string[] {
  const cells = rows.map((row) => row.map(safeLine));
  const count = Math.max(0, ...cells.map((row) => row.length));
  const last = count - 1;
  const numeric = Array.from({ length: count }, (_, column) => cells.slice(1).every((row) => NUMBER.test(row[column] ?? '-')));
  const natural = Array.from({ length: count }, (_, column) => Math.max(0, ...cells.map((row) => row[column]?.length ?? 0)));
  const widths = fitted(natural, { numeric, width });
  return cells.flatMap((row) => {
    const placed = row.slice(0, last).map((cell, column) => {
      const room = widths[column]!;
      return numeric[column] ? cell.padStart(room) : (cell.length > room ? `${cell.slice(0, room - 1)}…` : cell).padEnd(room);
    });
    const before = placed.map((cell) => cell + ' '.repeat(GAP)).join('');
    const text = numeric[last] ? (row[last] ?? '').padStart(widths[last]!) : (row[last] ?? '');
    const [first = '', ...rest] = broken(text, widths[last]!);
    return [`${before}${first}`, ...rest.map((line) => `${' '.repeat(before.length)}${line}`)].map((line) => line.trimEnd());
  });
}

/** The text on lines of at most so many letters, also where that is less than `wrapped` would take. */
const broken = (text: string, room: number): string[] =>
  text.length <= room ? [text] : room >= 20 ? wrapped(text, room, 0) : (text.match(new RegExp(`.{1,${room}}`, 'gu')) ?? []);

function fitted(
  natural: readonly number[],
  { numeric, width }: { readonly numeric: readonly boolean[]; readonly width: number },
): number[] {
  const widths = [...natural];
  const last = widths.length - 1;
  const isOver = () => widths.reduce((sum, each) => sum + each, GAP * last) > width;
  // A last column of text gives way first, since nothing of it is lost: down to a readable width, and at the very end to the least.
  const shrink = (column: number, least: number) => {
    while (isOver() && widths[column]! > least) widths[column]!--;
  };
  if (!numeric[last]) shrink(last, 24);
  const texts = widths.map((_, column) => column).filter((column) => !numeric[column] && column !== last);
  while (isOver()) {
    const widest = texts.toSorted((a, b) => widths[b]! - widths[a]!)[0];
    if (widest === undefined || widths[widest]! <= LEAST) break;
    widths[widest]!--;
  }
  if (!numeric[last]) shrink(last, LEAST);
  return widths;
}
