/** Number of tokens of a text. */
export type CountTokens = (text: string) => number;

/** Texts recur from call to call; more than this many are not kept. */
const MOST_KEPT = 20_000;

/** A counter of tokens in the encoding o200k_base. Its tables are large, so they are read only where they are used. */
export async function tokenCounter(): Promise<CountTokens> {
  const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base');
  const kept = new Map<string, number>();
  return (text) => {
    const known = kept.get(text);
    if (known !== undefined) return known;
    // What looks like a control token is text here, as everything in a message is.
    const counted = countTokens(text, { disallowedSpecial: new Set() });
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(text, counted);
    return counted;
  };
}
