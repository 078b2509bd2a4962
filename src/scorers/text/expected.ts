import { isObject, type Json } from '../../kernel/json.ts';

/** Texts that stand for one value: a text, a number, a truth value, or a list of alternatives. Empty when it is none of these. */
export function textsOf(value: Json | undefined): string[] {
  if (typeof value === 'string') return value.trim() === '' ? [] : [value];
  if (typeof value === 'number' || typeof value === 'boolean') return [String(value)];
  return Array.isArray(value) ? value.flatMap((item: Json) => textsOf(item)) : [];
}

/** The entries of an object of texts, by id in their own order; entries without a text are left out. */
export const textsById = (value: Json | undefined): [id: string, texts: string[]][] =>
  isObject(value)
    ? Object.entries(value)
        .map(([id, entry]): [string, string[]] => [id, textsOf(entry)])
        .filter(([, texts]) => texts.length > 0)
    : [];

const SHOWN = 8;

/** The items as a person lists them, in quotes, the first eight of them. */
export function quoted(items: readonly string[]): string {
  const shown = items.slice(0, SHOWN).map((item) => `"${item}"`);
  return items.length > SHOWN ? `${shown.join(', ')} and ${items.length - SHOWN} more` : shown.join(', ');
}
