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
};

/** The keys that a schema knows at a path: of every object that may stand there, in the order in which they are declared. */
export function knownKeys(schema: z.ZodType, path: DataPath): string[] {
  let schemas = alternatives(schema);
  for (const key of path) schemas = schemas.flatMap((each) => childrenOf(each, key)).flatMap(alternatives);
  return [...new Set(schemas.flatMap((each) => Object.keys(defOf(each).shape ?? {})))];
}

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
