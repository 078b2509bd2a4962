/** The number with a fixed count of decimals, never -0: logarithms and powers may differ in their last bits between engines, records may not. */
export const fixed = (value: number, decimals = 6): number => {
  const rounded = Number(value.toFixed(decimals));
  return rounded === 0 ? 0 : rounded;
};
