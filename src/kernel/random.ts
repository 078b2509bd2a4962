/** Chance that a seed reproduces. `fork` gives an independent stream that does not depend on how much was drawn before. */
export interface Random {
  /** A number in [0, 1). */
  readonly next: () => number;
  /** A whole number in [0, below). */
  readonly int: (below: number) => number;
  readonly fork: (label: string) => Random;
}

/** 53-bit string hash (cyrb53, public domain, by bryc): fast, with good avalanche; not for secrets. */
export function hash53(text: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}

/** A draw in [0, 1) that depends on nothing but the text: chance as a pure function of names. */
export const unitOf = (text: string): number => hash53(text) / 2 ** 53;

/** A generator (splitmix32) seeded by text; equal seeds give equal sequences on every engine. */
export function seededRandom(seed: string | number): Random {
  const name = String(seed);
  let state = hash53(name) >>> 0;
  const next = () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    z ^= z >>> 15;
    return (z >>> 0) / 4294967296;
  };
  return { next, int: (below) => Math.floor(next() * below), fork: (label) => seededRandom(`${name}/${label}`) };
}
