/** Colour on text that is safe already; without colour the text as it is. Meaning never hangs on colour alone. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
}

const plain = (text: string) => text;
const code = (open: number, close: number) => (text: string) => (text === '' ? '' : `\u001b[${open}m${text}\u001b[${close}m`);

/** Blue is better or recommended, red worse or failing, yellow provenance and warnings. */
export const paintOf = (color: boolean): Paint =>
  color
    ? { bold: code(1, 22), dim: code(2, 22), good: code(34, 39), bad: code(31, 39), warn: code(33, 39) }
    : { bold: plain, dim: plain, good: plain, bad: plain, warn: plain };
