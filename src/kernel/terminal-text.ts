// Model output is hostile text: a terminal obeys escape sequences, bidirectional controls reorder what a person reads.
const CONTROL =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** The text with every control, bidirectional and invisible character shown as a visible escape; line feeds and tabs stay. */
export const safeText = (text: string): string => text.replace(CONTROL, (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`);

/** The same on one line: line feeds and tabs become spaces. */
export const safeLine = (text: string): string => safeText(text.replace(/\r\n|[\n\t\r]/g, ' '));
