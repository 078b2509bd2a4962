/** How often each name stands in a list. */
const countsOf = (names: readonly string[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
};

/** Names that both lists have, each as often as in the one that has it less often. */
export function shared(a: readonly string[], b: readonly string[]): number {
  const left = countsOf(b);
  let hits = 0;
  for (const name of a) {
    const rest = left.get(name) ?? 0;
    if (rest === 0) continue;
    hits++;
    left.set(name, rest - 1);
  }
  return hits;
}

/** Harmonic mean of precision and recall of two lists without order, 2·|A∩B| / (|A|+|B|); 1 for two empty ones. */
export const f1 = (expected: readonly string[], found: readonly string[]): number =>
  expected.length + found.length === 0 ? 1 : (2 * shared(expected, found)) / (expected.length + found.length);
