import { PatternbenchError } from './errors.ts';

/**
 * The one path grammar of journal, fixtures and spans: `scope[i]/kind:name#n/tryN`.
 *
 *     path    = segment *("/" segment)
 *     segment = kind ":" name "#" n [ "[" i "]" ]   the n-th effect of that kind and name in its scope; [i] = the i-th branch of it
 *             | "try" n                             the n-th attempt
 *
 * A path is unique within a trial and does not depend on the order in which parallel branches finish.
 */
export interface Segment {
  readonly kind: string;
  readonly name: string;
  readonly occurrence: number;
  readonly branch?: number;
}

/** Names come from people; what the grammar uses as punctuation is escaped as in a URL. */
const escapeName = (name: string): string =>
  PUNCTUATION.test(name)
    ? name.replaceAll(new RegExp(PUNCTUATION, 'g'), (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
    : name;

const PUNCTUATION = /[%/#:[\]]/;

export const childPath = (parent: string, kind: string, name: string, occurrence: number): string =>
  `${parent === '' ? '' : `${parent}/`}${kind}:${escapeName(name)}#${occurrence}`;

export const branchPath = (path: string, index: number): string => `${path}[${index}]`;

export const tryPath = (path: string, attempt: number): string => `${path}/try${attempt}`;

const SEGMENT = /^([a-z_]+):([^/#:[\]]*)#(\d+)(?:\[(\d+)\])?$/;

/** Takes a path apart (the root's, '', has no segments); attempts (`tryN`) are segments of kind `try`. Throws `broken_invariant` for anything else. */
export function parsePath(path: string): Segment[] {
  if (path === '') return [];
  return path.split('/').map((text) => {
    const attempt = /^try(\d+)$/.exec(text);
    if (attempt) return { kind: 'try', name: '', occurrence: Number(attempt[1]) };
    const match = SEGMENT.exec(text);
    if (!match) throw new PatternbenchError('broken_invariant', `"${text}" is not a segment of a path (kind:name#n)`);
    const segment = { kind: match[1]!, name: decodeURIComponent(match[2]!), occurrence: Number(match[3]) };
    return match[4] === undefined ? segment : { ...segment, branch: Number(match[4]) };
  });
}
