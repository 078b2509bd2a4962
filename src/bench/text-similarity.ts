/** A text as its three-word phrases, lower case, without punctuation. */
export interface Phrases {
  readonly all: ReadonlySet<string>;
  readonly words: number;
}

const PHRASE = 3;

export function phrasesOf(text: string): Phrases {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const all = new Set<string>();
  for (let i = 0; i + PHRASE <= words.length; i++) all.add(`${words[i]} ${words[i + 1]} ${words[i + 2]}`);
  return { all, words: words.length };
}

/**
 * The share of their phrases that two texts have in common, 0 to 1 (Jaccard 1912, on w-shingles as in Broder 1997). undefined where one of
 * them is too short to have a wording.
 */
export function similarity(a: Phrases, b: Phrases): number | undefined {
  if (Math.min(a.words, b.words) < LEAST_WORDS) return undefined;
  const [few, many] = a.all.size <= b.all.size ? [a.all, b.all] : [b.all, a.all];
  let common = 0;
  for (const phrase of few) if (many.has(phrase)) common++;
  return common / (few.size + many.size - common);
}

/** "Yes." said twice is no stagnation. */
const LEAST_WORDS = 8;
