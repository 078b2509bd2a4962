import { isAlias, LineCounter, visit } from 'yaml';
import { messageOf, PatternbenchError } from '../kernel/errors.ts';
import { isObject } from '../kernel/json.ts';
import { hostileData, MAX_DEPTH, showPath } from './hostile-data.ts';
import { yamlDocument } from './yaml-document.ts';

/** Characters that a recording in YAML may have; its parser takes about a second for three million. */
const MAX_CHARACTERS = 48 * 1024 * 1024;

/** Aliases that a recording may use. PyYAML writes one wherever two values are the same object. */
const MAX_ALIASES = 20_000;

/** Values that a document may have with every alias written out: what walks over all of them must come to an end. */
const MAX_VALUES = 4_000_000;

/**
 * The data of a YAML document that another tool wrote (a recording): `!!binary` becomes bytes, unknown tags are ignored and never resolved
 * to anything that runs. At most 48 million characters, 64 levels, 20,000 aliases and 4 million values with aliases written out; no key
 * that pollutes prototypes. Throws `invalid_fixture` with file and line.
 */
export function parseYamlData(text: string, file: string): unknown {
  const fail = (what: string, line = 1): never => {
    throw new PatternbenchError('invalid_fixture', what, { place: { file, line }, remedy: 'leave this file out of the import' });
  };
  if (text.length > MAX_CHARACTERS) fail(`the file has more than ${MAX_CHARACTERS} characters`);
  const lines = new LineCounter();
  const read = yamlDocument(text, lines, {
    customTags: ['binary'],
    logLevel: 'error',
    merge: false,
    prettyErrors: false,
    stringKeys: true,
    uniqueKeys: false,
  });
  if ('deepAt' in read) return fail(`nested deeper than ${MAX_DEPTH} levels`, lines.linePos(read.deepAt).line);
  const { document } = read;
  const mistake = document.errors[0];
  if (mistake) fail(mistake.message, lines.linePos(mistake.pos[0]).line);
  let aliases = 0;
  visit(document, { Alias: (_key, node) => (isAlias(node) && ++aliases > MAX_ALIASES ? visit.BREAK : undefined) });
  if (aliases > MAX_ALIASES) fail(`more than ${MAX_ALIASES} aliases`);
  const value = valueOf(() => document.toJS({ maxAliasCount: -1 }) as unknown, fail);
  // Values that aliases share are one object in memory: harmless until somebody walks over all of it, which is what is bounded here.
  const hostile = hostileData(value);
  if (hostile) fail(`${hostile.what} (${showPath(hostile.path)})`);
  if (valuesIn(value, new Map()) > MAX_VALUES) fail(`more than ${MAX_VALUES} values with aliases written out`);
  return value;
}

function valueOf(toValue: () => unknown, fail: (what: string) => never): unknown {
  try {
    return toValue();
  } catch (error) {
    return fail(messageOf(error));
  }
}

/** How many values there are where shared ones count each time; levels are bounded by then. */
function valuesIn(value: unknown, known: Map<object, number>): number {
  if (!isObject(value) && !Array.isArray(value)) return 1;
  if (value instanceof Uint8Array) return 1;
  const before = known.get(value);
  if (before !== undefined) return before;
  let count = 1;
  for (const member of Object.values(value)) count = Math.min(count + valuesIn(member, known), Number.MAX_SAFE_INTEGER);
  known.set(value, count);
  return count;
}
