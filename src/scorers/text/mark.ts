// A mark stands in a text as a whole: "700 EUR" stands neither in "1700 EUR" nor in "1,700 EUR" nor in "2700 EUROS", and "700" not in "700.50".
const BEFORE = String.raw`(?<![\p{L}\p{N}_])(?<!\p{N}[.,'’])`;
const AFTER = String.raw`(?![\p{L}\p{N}_])(?![.,'’]\p{N})`;

// A thin or fixed space between digits groups thousands, so it counts as a separator and not as the end of a number.
const DIGIT_SPACE = /(?<=\p{N})[\u00a0\u2007\u202f](?=\p{N})/gu;

// Underscores inside a word belong to it; at its edges they are emphasis.
const EMPHASIS = /[*`]|(?<![\p{L}\p{N}])_+|_+(?![\p{L}\p{N}])/gu;

/** The text as marks are looked for in it: emphasis of Markdown gone, white space of any kind one space, compatible characters (NFKC) made equal. */
export const readable = (text: string): string =>
  text.replace(DIGIT_SPACE, ',').normalize('NFKC').replace(EMPHASIS, '').replace(/\s+/g, ' ').trim();

/** Whether the mark stands in the text (already `readable`) as a whole, in either case of letters. An empty mark stands nowhere. */
export function states(text: string, mark: string): boolean {
  const literal = readable(mark).replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  return literal !== '' && new RegExp(BEFORE + literal + AFTER, 'iu').test(text);
}
