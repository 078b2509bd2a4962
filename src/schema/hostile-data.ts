import { isObject } from '../kernel/json.ts';

/** Where a value stands inside a document: keys and indexes from its root. */
export type DataPath = readonly PropertyKey[];

/** Levels of nesting that a file may have. Far beyond what anybody writes, far below what overflows a stack. */
export const MAX_DEPTH = 64;

// Each of these keys, copied by an assignment, changes what other objects inherit.
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * What makes parsed data unfit to be used, with the path of it: a key that pollutes prototypes, or nesting beyond 64 levels (a circular
 * alias is one). Nothing when the data is harmless. Walks without recursion, since the data decides how deep it is.
 */
export function hostileData(root: unknown): { readonly path: DataPath; readonly what: string } | undefined {
  const pending: { readonly value: unknown; readonly path: DataPath }[] = [{ value: root, path: [] }];
  const walkedTo = new WeakMap<object, number>();
  for (let item = pending.pop(); item; item = pending.pop()) {
    const { value, path } = item;
    if (!isObject(value) && !Array.isArray(value)) continue;
    if (path.length > MAX_DEPTH) return { path: path.slice(0, 3), what: `nested deeper than ${MAX_DEPTH} levels` };
    // Aliases share values: each is walked again only where it stands deeper than before, so that a circle ends at the limit.
    if ((walkedTo.get(value) ?? -1) >= path.length) continue;
    walkedTo.set(value, path.length);
    const keys: readonly PropertyKey[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
    for (const key of keys) {
      if (typeof key === 'string' && FORBIDDEN.has(key)) return { path: [...path, key], what: `the key "${key}" is not allowed` };
      pending.push({ value: (value as Record<PropertyKey, unknown>)[key], path: [...path, key] });
    }
  }
  return undefined;
}

/** A path as people write it: `agents[1].model`; the root is ''. */
export function showPath(path: DataPath): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else if (/^[\w-]+$/.test(String(key))) text += text === '' ? String(key) : `.${String(key)}`;
    else text += `[${JSON.stringify(String(key))}]`;
  }
  return text;
}
