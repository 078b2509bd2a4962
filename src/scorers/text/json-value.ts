import { canonicalJson } from '../../kernel/canonical-json.ts';
import { isObject, type Json } from '../../kernel/json.ts';
import { hostileData } from '../../schema/hostile-data.ts';

export type ReadJson = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly problem: string };

const FENCE = '```';

/** What stands between the first fence and the last; nothing where there are none. Looked up, as an expression could be led astray. */
function fencedIn(output: string): string | undefined {
  const [open, close] = [output.indexOf(FENCE), output.lastIndexOf(FENCE)];
  return close > open ? output.slice(open + FENCE.length, close).replace(/^json\b/i, '') : undefined;
}

/** The JSON value that an output is: all of it, or the fenced block in it. */
export function jsonIn(output: string): ReadJson {
  try {
    const value = JSON.parse((fencedIn(output) ?? output).trim()) as Json;
    const hostile = hostileData(value);
    // A number beyond the largest one reads as infinite, which JSON cannot carry.
    if (!hostile) canonicalJson(value);
    return hostile ? { ok: false, problem: `The output is JSON that nobody can use: ${hostile.what}.` } : { ok: true, value };
  } catch {
    return { ok: false, problem: 'The output is not JSON, and a JSON value was expected.' };
  }
}

/** Whether two values are the same, whatever the order of their members. */
export const sameJson = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b);

const STEP = /(?:^|\.)([^.[\]]+)|\[(\d+)\]/y;

/** The steps of a path such as `order.items[0].price`; null when it is none. */
export function stepsOf(path: string): readonly (string | number)[] | null {
  const steps: (string | number)[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < path.length) {
    const found = STEP.exec(path);
    if (!found) return null;
    steps.push(found[2] === undefined ? found[1]! : Number(found[2]));
  }
  return steps.length > 0 ? steps : null;
}

/** The value at a path, or undefined when there is none. */
export function valueAt(value: Json, path: string): Json | undefined {
  let at: Json | undefined = value;
  for (const step of stepsOf(path) ?? []) {
    if (typeof step === 'number') at = Array.isArray(at) ? (at as readonly Json[])[step] : undefined;
    else at = isObject(at) && Object.hasOwn(at, step) ? at[step] : undefined;
    if (at === undefined) return undefined;
  }
  return at;
}

const SHOWN = 120;

/** A value as a sentence shows it, cut where it is long. */
export function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : canonicalJson(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN).toWellFormed()}…` : text;
}
