import { isObject } from '../kernel/json.ts';
import type { DataPath } from './hostile-data.ts';
import type { z } from './zod.ts';

type Def = {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly values?: readonly unknown[];
};

/**
 * The keys that a schema knows at a path: of every object that may stand there, in the order in which they are declared. Of alternatives that are told
 * apart by a literal member (the `type` of a score) only the one counts that `value`, what stands there, says it is.
 */
export function knownKeys(schema: z.ZodType, path: DataPath, value?: unknown): string[] {
  let schemas = alternatives(schema);
  for (const key of path) schemas = schemas.flatMap((each) => childrenOf(each, key)).flatMap(alternatives);
  const meant = schemas.filter((each) => isMeant(each, value));
  return [...new Set((meant.length > 0 ? meant : schemas).flatMap((each) => Object.keys(defOf(each).shape ?? {})))];
}

const isMeant = (schema: z.ZodType, value: unknown): boolean =>
  Object.entries(defOf(schema).shape ?? {}).every(([key, member]) => {
    const { type, values } = defOf(member);
    return type !== 'literal' || !isObject(value) || values!.includes(value[key]);
  });

const defOf = (schema: z.ZodType): Def => schema.def;

/** What a schema stands for, without the wrappers around it: a union is each of its options. */
function alternatives(schema: z.ZodType): z.ZodType[] {
  const def = defOf(schema);
  if (def.options) return def.options.flatMap(alternatives);
  const inner = def.innerType ?? def.in;
  return inner ? alternatives(inner) : [schema];
}

function childrenOf(schema: z.ZodType, key: PropertyKey): z.ZodType[] {
  const def = defOf(schema);
  const child =
    typeof key === 'number' ? def.element : (Object.hasOwn(def.shape ?? {}, key) && def.shape?.[String(key)]) || def.valueType;
  return child ? [child] : [];
}
