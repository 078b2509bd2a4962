import { safeLine } from '../../kernel/terminal-text.ts';

/**
 * Hostile text on one line of Markdown as GitHub reads it: no mark-up, no HTML, no link, no mention, no cell border. Escaped are the signs that Markdown
 * gives a meaning; `@` and `://` are kept from notifying people and from becoming links.
 */
export const markdownText = (text: string): string =>
  safeLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_{}[\]#+|~$]/g, (sign) => `\\${sign}`)
    .replace(/@/g, '@\u200b')
    .replace(/:\/\//g, ':\u200b//')
    .replace(/\bwww\./gi, (www) => `${www.slice(0, -1)}\u200b.`);

/** A row of a table; cells are Markdown already. */
export const tableRow = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** A table: the first column left, the others right. */
export const table = (heading: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  tableRow(heading),
  `|${heading.map((_, i) => (i === 0 ? ':--' : '--:')).join('|')}|`,
  ...rows.map(tableRow),
];
