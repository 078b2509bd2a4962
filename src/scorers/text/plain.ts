/** A text as it is compared as a whole: compatible characters (NFKC) equal, white space of any kind one space, either case where told so. */
export function plain(text: string, ignoreCase: boolean): string {
  const spaced = text.normalize('NFKC').replace(/\s+/g, ' ').trim();
  return ignoreCase ? spaced.toLowerCase() : spaced;
}
