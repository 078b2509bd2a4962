/**
 * p-values corrected for having asked several questions at once, in the order given: Holm's step-down method (Holm 1979, Scandinavian Journal of
 * Statistics 6), which holds the chance of any false claim below the level whatever the dependence.
 */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, i) => i).sort((a, b) => (ps[a] as number) - (ps[b] as number) || a - b);
  const adjusted: number[] = Array.from(ps);
  let floor = 0;
  order.forEach((index, rank) => {
    floor = Math.max(floor, Math.min(1, (ps.length - rank) * (ps[index] as number)));
    adjusted[index] = floor;
  });
  return adjusted;
}
