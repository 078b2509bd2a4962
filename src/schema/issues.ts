import { PatternbenchError, type Place } from '../kernel/errors.ts';
import { type DataPath, showPath } from './hostile-data.ts';
import { nearestName } from './nearest-name.ts';
import type { Position } from './yaml-source.ts';
import { knownKeys } from './zod-shape.ts';
import type { z } from './zod.ts';

const SHOWN = 10;

/** One thing that is wrong, and where. */
export interface Problem {
  readonly place: Place;
  readonly what: string;
}

/** Says where in a file a value stands; a file without positions (TypeScript) answers with nothing. */
export interface Locator {
  readonly file: string;
  readonly position?: (path: DataPath, at?: 'key' | 'value') => Position;
}

/** The place of a value, for a problem. */
export const placeOf = (locator: Locator, path: DataPath, at: 'key' | 'value' = 'value'): Place => ({
  file: locator.file,
  ...locator.position?.(path, at),
  ...(path.length > 0 ? { path: showPath(path) } : {}),
});

interface Judged {
  readonly path: DataPath;
  readonly at: 'key' | 'value';
  readonly what: string;
  /** The key that was probably meant by an unknown one: it is missing for the same reason. */
  readonly meant?: string | undefined;
}

type Issue = z.core.$ZodIssue;

/** What zod found in `value`, in words that a person can act on: one problem for each key or value, in the order of the file's places. */
export function problemsOf(error: z.ZodError, schema: z.ZodType, value: unknown, locator: Locator): Problem[] {
  return withoutEchoes(judge(error.issues, { schema, value, base: [] }))
    .map((judged) => ({ place: placeOf(locator, judged.path, judged.at), what: judged.what }))
    .sort((a, b) => (a.place.line ?? 0) - (b.place.line ?? 0) || (a.place.column ?? 0) - (b.place.column ?? 0));
}

/** The same without places, as `path: what is wrong`, for values that come from no file (the arguments of a tool). */
export const phrasesOf = (error: z.ZodError, schema: z.ZodType, value: unknown): string[] =>
  withoutEchoes(judge(error.issues, { schema, value, base: [] })).map(({ path, what }) =>
    path.length > 0 ? `${showPath(path)}: ${what}` : what,
  );

/**
 * One error for all problems of a file: the first ten, a line each as `file:line:column path: what is wrong`. Its place is the first one's.
 */
export function scenarioError(problems: readonly Problem[]): PatternbenchError {
  const lines = problems.slice(0, SHOWN).map(({ place, what }) => {
    const position = [place.file, place.line, place.column].filter((part) => part !== undefined).join(':');
    return `${position}${place.path ? ` ${place.path}` : ''}: ${what}`;
  });
  if (problems.length > SHOWN) lines.push(`… and ${problems.length - SHOWN} more`);
  return new PatternbenchError('invalid_scenario', lines.join('\n'), {
    place: problems[0]?.place ?? {},
    remedy: 'Mend the file and run the same command again; scenarios/README.md describes every key.',
    facts: { problems: problems.length },
  });
}

interface Subject {
  readonly schema: z.ZodType;
  readonly value: unknown;
  /** Where the issues' paths begin. */
  readonly base: DataPath;
}

const judge = (issues: readonly Issue[], subject: Subject): Judged[] => issues.flatMap((issue) => judgeOne(issue, subject));

function judgeOne(issue: Issue, subject: Subject): Judged[] {
  const path = [...subject.base, ...issue.path];
  const one = (what: string, at: 'key' | 'value' = 'value'): Judged[] => [{ path, at, what }];
  switch (issue.code) {
    case 'unrecognized_keys':
      return unknownKeys(issue.keys, path, subject);
    case 'invalid_union':
      return judgeUnion(issue, path, subject);
    case 'invalid_key':
      return one(
        `"${String(path.at(-1))}" is no name that can stand here: ${issue.issues.map(({ message }) => message).join('; ')}`,
        'key',
      );
    case 'invalid_type': {
      const got = valueAt(subject.value, path);
      const expected = EXPECTED[issue.expected] ?? issue.expected;
      return one(got === undefined ? `missing; expected ${expected}` : `expected ${expected}, got ${described(got)}`);
    }
    case 'invalid_value':
      return one(
        `expected ${issue.values.map((each) => JSON.stringify(each)).join(' or ')}, got ${described(valueAt(subject.value, path))}`,
      );
    case 'too_small':
    case 'too_big':
      return one(outOfRange(issue));
    default:
      return one(issue.message);
  }
}

function unknownKeys(keys: readonly string[], path: DataPath, { schema, value }: Subject): Judged[] {
  const known = knownKeys(schema, path, valueAt(value, path));
  const kind = path.length === 1 && path[0] === 'patterns' ? 'pattern' : 'key';
  return keys.map((key) => ({
    path: [...path, key],
    at: 'key',
    what: unknownName(kind, key, known),
    meant: nearestName(key, known),
  }));
}

/** A misspelt key is unknown, and the one that was meant is missing: one mistake, said once. */
function withoutEchoes(judged: readonly Judged[]): Judged[] {
  const meant = new Set(
    judged.flatMap((each) => (each.meant === undefined ? [] : [showPath([...each.path.slice(0, -1), each.meant])])),
  );
  return judged.filter((each) => !(each.what.startsWith('missing') && meant.has(showPath(each.path))));
}

/** `unknown pattern "paralel"; did you mean "parallel"? (known: …)`. */
export function unknownName(kind: string, name: string, known: Iterable<string>): string {
  const all = [...known];
  const meant = nearestName(name, all);
  const list = all.length > 0 ? `known: ${all.join(', ')}` : 'none is known here';
  return `unknown ${kind} "${name}"; ${meant === undefined ? list : `did you mean "${meant}"? (${list})`}`;
}

type UnionIssue = Extract<Issue, { code: 'invalid_union' }>;

function judgeUnion(issue: UnionIssue, path: DataPath, subject: Subject): Judged[] {
  if (issue.errors.length === 0) {
    const known = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
    const got = valueAt(subject.value, path);
    const kind = path[0] === 'score' ? 'scorer type' : String(path.at(-1));
    const what = typeof got === 'string' ? unknownName(kind, got, known) : `missing; expected one of ${known.join(', ')}`;
    return [{ path, at: 'value', what }];
  }
  const atTop = issue.errors.map((branch) => branch.find((each) => each.code === 'invalid_type' && each.path.length === 0));
  if (atTop.every((each) => each !== undefined)) {
    const got = valueAt(subject.value, path);
    const kinds = [...new Set(atTop.map((each) => EXPECTED[(each as { expected: string }).expected] ?? 'something else'))];
    // More kinds than people name one by one: everything that JSON can carry.
    const expected = kinds.length > 4 ? 'JSON data' : kinds.join(' or ');
    return [
      {
        path,
        at: 'value',
        what: got === undefined ? `missing; expected ${expected}` : `expected ${expected}, got ${described(got)}`,
      },
    ];
  }
  // The branch that was meant is the one with the fewest complaints; one that has the wrong kind of value altogether was not meant.
  const weights = issue.errors.map((branch, index) => weightOf(branch) + (atTop[index] ? 1000 : 0));
  const meant = weights.indexOf(Math.min(...weights));
  const inner = { ...subject, base: path };
  const judged = judge(issue.errors[meant]!, inner);
  return judged.map((each) => (each.what.startsWith('missing') ? orElse(each, { issue, meant, inner }) : each));
}

/** A missing key of a union may be made up for by another branch's key: name that too. */
function orElse(judged: Judged, union: { readonly issue: UnionIssue; readonly meant: number; readonly inner: Subject }): Judged {
  const others = union.issue.errors
    .filter((_, index) => index !== union.meant)
    .flatMap((branch) => judge(branch, union.inner))
    .filter((each) => each.what.startsWith('missing') && each.path.length === judged.path.length)
    .map((each) => `"${String(each.path.at(-1))}"`);
  return others.length > 0 ? { ...judged, what: `${judged.what} (or ${others.join(' or ')} instead of it)` } : judged;
}

const weightOf = (branch: readonly Issue[]): number =>
  branch.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0);

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping (keys and values)',
  record: 'a mapping (keys and values)',
  null: 'null',
};

function valueAt(root: unknown, path: DataPath): unknown {
  let value = root;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key];
  return value;
}

/** What a value is, and its beginning where that helps. */
function described(value: unknown): string {
  if (value === null) return 'nothing (null)';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'string') return `the text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
  if (typeof value === 'number' || typeof value === 'boolean') return `${typeof value === 'number' ? 'the number ' : ''}${value}`;
  return typeof value === 'object' ? 'a mapping' : `a ${typeof value}`;
}

const DEFAULT_RANGE_MESSAGE = /^Too (?:small|big)/;

function outOfRange(issue: Extract<Issue, { code: 'too_small' | 'too_big' }>): string {
  if (!DEFAULT_RANGE_MESSAGE.test(issue.message)) return issue.message;
  const [word, bound] = issue.code === 'too_small' ? ['least', issue.minimum] : ['most', issue.maximum];
  if (issue.origin === 'string') return bound === 1 ? 'must not be empty' : `must have at ${word} ${bound} characters`;
  if (issue.origin === 'array')
    return bound === 1 && word === 'least' ? 'must not be empty' : `must have at ${word} ${bound} entries`;
  return `must be at ${word} ${bound}`;
}
