import { isObject } from '../kernel/json.ts';

/** Longest object looked for, in characters: a prompt's example is short, and a search without end would be quadratic. */
const LONGEST = 4_000;

/** Every balanced `{…}` in the text that parses as an object with members: the forms that a prompt describes. Outermost ones only. */
export function objectsIn(text: string): readonly { readonly at: number; readonly value: Record<string, unknown> }[] {
  const found: { at: number; value: Record<string, unknown> }[] = [];
  for (let open = text.indexOf('{'); open >= 0; open = text.indexOf('{', open + 1)) {
    const close = closing(text, open);
    const value = close < 0 ? undefined : parsed(text.slice(open, close + 1));
    if (value === undefined) continue;
    found.push({ at: open, value });
    open = close;
  }
  return found;
}

function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < Math.min(text.length, open + LONGEST); at++) {
    if (text[at] === '{') depth++;
    if (text[at] === '}' && --depth === 0) return at;
  }
  return -1;
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && Object.keys(value).length > 0 ? value : undefined;
  } catch {
    return undefined;
  }
}
