/** The arithmetic mean; NaN of nothing. */
export const mean = (values: readonly number[]): number => sum(values) / values.length;

/** The sum, in the order given, so that equal inputs have equal bits. */
export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The sample variance (divisor n - 1); NaN below two values. */
export function variance(values: readonly number[]): number {
  if (values.length < 2) return Number.NaN;
  const centre = mean(values);
  return sum(values.map((value) => (value - centre) ** 2)) / (values.length - 1);
}

/** The sample standard deviation (divisor n - 1); 0 where the values differ only by rounding; NaN below two values. */
export function standardDeviation(values: readonly number[]): number {
  const sd = Math.sqrt(variance(values));
  const scale = Math.max(1, ...values.map(Math.abs));
  return sd < scale * 1e-12 ? 0 : sd;
}
