import picocolors from 'picocolors';

/** Colour on text that is safe already; without colour the text as it is. Meaning never hangs on colour alone. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
}

/** An empty text stays empty: it would take up room as escapes. */
const some = (color: (text: string) => string) => (text: string) => (text === '' ? '' : color(text));

/** Blue is better or recommended, red worse or failing, yellow provenance and warnings. */
export function paintOf(color: boolean): Paint {
  const { bold, dim, blue, red, yellow } = picocolors.createColors(color);
  return { bold: some(bold), dim: some(dim), good: some(blue), bad: some(red), warn: some(yellow) };
}
