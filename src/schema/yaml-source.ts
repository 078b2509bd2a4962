import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  type Scalar,
  visit,
} from 'yaml';
import { messageOf, PatternbenchError } from '../kernel/errors.ts';
import { type DataPath, hostileData, MAX_DEPTH, showPath } from './hostile-data.ts';
import { yamlDocument } from './yaml-document.ts';

const MAX_BYTES = 1_048_576;
const MAX_ALIASES = 100;

/** A line and a column in a file, both counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface YamlSource {
  readonly value: unknown;
  /** Where the value at that path begins (its key, when `at` says so); what is missing is placed at the nearest thing around it. */
  readonly position: (path: DataPath, at?: 'key' | 'value') => Position;
}

/**
 * Parses one YAML 1.2 document of hostile origin: at most 1 MB, 64 levels and 100 expanded aliases, keys unique and none of those that
 * pollute prototypes, no unknown tags. `file` is named in errors as given.
 * Throws `invalid_scenario` with file, line and column.
 */
export function parseYaml(text: string, file: string): YamlSource {
  const fail = (what: string, at: Partial<Position>, path?: DataPath): never => {
    const place = { file, ...at, ...(path && path.length > 0 ? { path: showPath(path) } : {}) };
    throw new PatternbenchError('invalid_scenario', what, { place, remedy: 'Mend the file and run the same command again.' });
  };
  if (Buffer.byteLength(text) > MAX_BYTES) fail(`the file is larger than ${MAX_BYTES} bytes`, { line: 1, column: 1 });
  const lines = new LineCounter();
  const positionOf = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const read = yamlDocument(text, lines, { prettyErrors: false, stringKeys: true, merge: false, uniqueKeys: false });
  if ('deepAt' in read) return fail(`nested deeper than ${MAX_DEPTH} levels`, positionOf(read.deepAt));
  const { document } = read;
  const mistake = document.errors[0] ?? document.warnings[0];
  if (mistake) fail(mistake.message, positionOf(mistake.pos[0]));
  const twice = repeatedKey(document);
  if (twice) fail(`the key "${String(twice.value)}" occurs twice; keys must be unique`, positionOf(startOf(twice) ?? 0));
  const position = (path: DataPath, at: 'key' | 'value' = 'value'): Position => {
    let offset = document.contents?.range?.[0] ?? 0;
    let node: unknown = document.contents;
    for (const [depth, key] of path.entries()) {
      const child = childOf(isAlias(node) ? node.resolve(document) : node, key);
      if (!child) break;
      node = isPair(child) ? child.value : child;
      const named = at === 'key' && depth === path.length - 1 && isPair(child) ? child.key : node;
      offset = startOf(named) ?? (isPair(child) ? startOf(child.key) : undefined) ?? offset;
    }
    return positionOf(offset);
  };
  const value = valueOf(() => document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown, fail);
  const hostile = hostileData(value);
  if (hostile) fail(hostile.what, position(hostile.path, 'key'), hostile.path);
  return { value, position };
}

function valueOf(toValue: () => unknown, fail: (what: string, at: Position) => never): unknown {
  try {
    return toValue();
  } catch (error) {
    // An unknown or an exponentially growing alias: the library says which, not where.
    return fail(messageOf(error), { line: 1, column: 1 });
  }
}

/** The first key that its mapping has already. (The library's own check compares each key with each other: a minute for 1 MB of keys.) */
function repeatedKey(document: Document): Scalar | undefined {
  let found: Scalar | undefined;
  visit(document, {
    Map: (_key, map) => {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) {
          found = key;
          return visit.BREAK;
        }
        seen.add(key.value);
      }
      return undefined;
    },
  });
  return found;
}

function childOf(node: unknown, key: PropertyKey): Pair | Node | undefined {
  if (isMap(node)) return node.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(key));
  if (isSeq(node) && typeof key === 'number') return node.items[key] as Node | undefined;
  return undefined;
}

const startOf = (node: unknown): number | undefined => (node as { range?: readonly number[] | null } | null)?.range?.[0];
