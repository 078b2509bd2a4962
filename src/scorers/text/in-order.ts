/** Longest list whose items are compared in order: the work grows with the product of both lengths. */
const LONGEST = 2_000;

/** Length of the longest common subsequence of two lists (Wagner and Fischer, 1974): what both have in the same order, gaps allowed. */
export function commonInOrder(a: readonly string[], b: readonly string[]): number {
  const [left, right] = [a.slice(0, LONGEST), b.slice(0, LONGEST)];
  let above = Array.from({ length: right.length + 1 }, () => 0);
  for (const item of left) {
    const row = [0];
    for (const [at, other] of right.entries()) row.push(item === other ? above[at]! + 1 : Math.max(above[at + 1]!, row[at]!));
    above = row;
  }
  return above.at(-1)!;
}
