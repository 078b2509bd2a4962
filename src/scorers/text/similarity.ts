import { distance } from 'fastest-levenshtein';

/** Characters of a text that is compared letter by letter: the work grows with the product of both lengths. */
export const LONGEST_COMPARED = 20_000;

/** 1 − edit distance (Levenshtein, 1966) over the length of the longer text, in UTF-16 units; 1 for two empty texts. */
export function similarity(a: string, b: string): number {
  const longest = Math.max(a.length, b.length);
  return longest === 0 ? 1 : 1 - distance(a, b) / longest;
}
