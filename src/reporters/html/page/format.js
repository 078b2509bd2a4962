/** Signs as a page shows them: a true minus. */
export function minus(text) {
  return String(text).replace('-', '\u2212');
}

export function percent(rate) {
  return (100 * rate).toFixed(1);
}

/** The ends of a rate's interval in whole per cent, rounded outwards. */
export function interval({ low, high }) {
  return `${Math.floor(100 * low + 1e-9)}\u2013${Math.ceil(100 * high - 1e-9)}`;
}

export function points(difference) {
  const digits = (100 * difference).toFixed(1);
  return Number(digits) === 0 ? '0.0' : minus(Number(digits) > 0 ? `+${digits}` : digits);
}

/** A ratio as a change: 1.48 is +48%; from tenfold on a multiple. */
export function change(ratio) {
  if (ratio === null || ratio === undefined || !Number.isFinite(ratio)) return '';
  if (ratio >= 10) return `${ratio.toFixed(1)}\u00d7`;
  const digits = (100 * (ratio - 1)).toFixed(0);
  return Number(digits) === 0 ? '0%' : minus(`${Number(digits) > 0 ? '+' : ''}${digits}%`);
}

export function seconds(ms) {
  if (ms > 0 && ms < 100) return `${ms.toFixed(0)} ms`;
  return ms < 600_000 ? `${(ms / 1000).toFixed(1)} s` : duration(ms);
}

export function duration(ms) {
  const minutes = Math.round(ms / 60_000);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** USD; unknown is "unpriced", never 0. */
export function usd(amount, digits = 2) {
  if (amount === null || amount === undefined) return 'unpriced';
  const least = 10 ** -digits;
  return amount > 0 && amount < least / 2 ? `<$${least}` : `$${amount.toFixed(digits)}`;
}

export function count(number) {
  return Math.round(number).toLocaleString('en-US');
}

export function pInWords(p) {
  if (p === null || p === undefined) return '';
  return p < 0.001 ? 'p < 0.001' : `p = ${p < 0.1 ? p.toFixed(3) : p.toFixed(2)}`;
}

export function listOf(names) {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

export function plural(number, noun) {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}
