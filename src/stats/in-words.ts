/** A difference of scores as signed points of a hundred with one decimal: 0.233 is "+23.3". */
export const signedPoints = (difference: number): string => signed((100 * difference).toFixed(1));

/** A ratio as signed per cent of change: 1.48 is "+48 %". Beyond tenfold it is a multiple: "12.3x". */
export const percentChange = (ratio: number): string =>
  ratio >= 10 ? `${ratio.toFixed(1)}x` : `${signed((100 * (ratio - 1)).toFixed(0))}%`;

/** A p-value that never claims certainty: "p = 0.012", "p < 0.001". */
export const pInWords = (p: number): string => (p < 0.001 ? 'p < 0.001' : `p = ${p < 0.1 ? p.toFixed(3) : p.toFixed(2)}`);

/** Signed, without a sign on what rounds to nothing. */
function signed(digits: string): string {
  const value = Number(digits);
  if (value === 0) return digits.replace('-', '');
  return value > 0 ? `+${digits}` : digits;
}
