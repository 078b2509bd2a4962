import { PatternbenchError } from './errors.ts';

/**
 * JSON with object keys sorted by code unit and no white space, so that equal values have equal bytes.
 * Properties that are `undefined` are left out, as JSON.stringify does.
 * Throws `broken_invariant` for a number that JSON cannot carry, a function, a symbol or a bigint: such a value must never be hashed or written.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return JSON.stringify(value);
    throw unfit(String(value));
  }
  if (typeof value !== 'object') throw unfit(typeof value);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item === undefined ? null : item)).join(',')}]`;
  const record = value as Record<string, unknown>;
  const members: string[] = [];
  for (const key of Object.keys(record).sort()) {
    if (record[key] !== undefined) members.push(`${JSON.stringify(key)}:${canonicalJson(record[key])}`);
  }
  return `{${members.join(',')}}`;
}

const unfit = (what: string) => new PatternbenchError('broken_invariant', `canonical JSON cannot carry ${what}`);
