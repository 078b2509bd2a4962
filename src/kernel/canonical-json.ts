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
  let text = '';
  if (Array.isArray(value)) {
    for (const item of value) text += `${text === '' ? '' : ','}${canonicalJson(item === undefined ? null : item)}`;
    return `[${text}]`;
  }
  const record = value as Record<string, unknown>;
  for (const key of sortedKeys(record)) {
    const member = record[key];
    if (member !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}

/** Beyond this many keys a real sort is the quicker one. */
const FEW = 16;

/** The names of an object's own enumerable properties, by code unit. Few are sorted in place: a real sort allocates more than it sorts. */
export function sortedKeys(record: object): string[] {
  const keys = Object.keys(record);
  if (keys.length > FEW) return keys.sort();
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i]!;
    let at = i;
    for (; at > 0 && keys[at - 1]! > key; at--) keys[at] = keys[at - 1]!;
    keys[at] = key;
  }
  return keys;
}

const unfit = (what: string) => new PatternbenchError('broken_invariant', `canonical JSON cannot carry ${what}`);
