import { isObject, type Json } from '../kernel/json.ts';

/** The form that a JSON answer must have, from a JSON Schema or from an example in a prompt. */
export type Shape =
  | {
      readonly kind: 'object';
      readonly members: ReadonlyMap<string, Shape>;
      /** Form of further members; without it there are none. */
      readonly others?: Shape;
    }
  | { readonly kind: 'array'; readonly items: Shape; readonly least: number; readonly most: number }
  | { readonly kind: 'choice'; readonly options: readonly Json[] }
  | { readonly kind: 'either'; readonly of: readonly Shape[] }
  | { readonly kind: 'number'; readonly whole: boolean; readonly least: number; readonly most: number }
  | { readonly kind: 'string' | 'boolean' | 'null' | 'anything' };

/** A schema that contains itself is followed this deep; below, optional members are left out. */
const MAX_DEPTH = 6;

/** The shape of a JSON Schema: local references, unions, enumerations, bounds of numbers and lengths of arrays are obeyed. */
export const shapeOfSchema = (schema: Record<string, unknown>): Shape => shapeIn(schema, schema, 0);

function shapeIn(root: Record<string, unknown>, schema: unknown, depth: number): Shape {
  if (!isObject(schema)) return { kind: 'anything' };
  const inner = (part: unknown) => shapeIn(root, part, depth + 1);
  if (typeof schema['$ref'] === 'string') return depth > MAX_DEPTH * 2 ? { kind: 'null' } : inner(resolve(root, schema['$ref']));
  if ('const' in schema) return { kind: 'choice', options: [schema['const'] as Json] };
  if (Array.isArray(schema['enum'])) return { kind: 'choice', options: schema['enum'] as Json[] };
  const union = schema['anyOf'] ?? schema['oneOf'] ?? schema['allOf'];
  if (Array.isArray(union)) return { kind: 'either', of: union.map(inner) };
  const { type } = schema;
  if (Array.isArray(type)) return { kind: 'either', of: type.map((one: unknown) => inner({ ...schema, type: one })) };
  switch (type) {
    case 'object':
      return objectIn(schema, inner, depth);
    case 'array':
      return {
        kind: 'array',
        items: inner(schema['items']),
        least: numberOr(schema['minItems'], 0),
        most: numberOr(schema['maxItems'], Infinity),
      };
    case 'number':
    case 'integer':
      return numberIn(schema, type === 'integer');
    case 'string':
    case 'boolean':
    case 'null':
      return { kind: type };
    default:
      return isObject(schema['properties']) ? objectIn(schema, inner, depth) : { kind: 'anything' };
  }
}

function objectIn(schema: Record<string, unknown>, inner: (part: unknown) => Shape, depth: number): Shape {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? (schema['required'] as unknown[]) : [];
  const named = Object.entries(properties).filter(([key]) => depth <= MAX_DEPTH || required.includes(key));
  const members = new Map(named.map(([key, part]) => [key, inner(part)]));
  return isObject(schema['additionalProperties'])
    ? { kind: 'object', members, others: inner(schema['additionalProperties']) }
    : { kind: 'object', members };
}

function numberIn(schema: Record<string, unknown>, whole: boolean): Shape {
  const margin = whole ? 1 : 1e-6;
  const least = numberOr(schema['minimum'], numberOr(schema['exclusiveMinimum'], -Infinity) + margin);
  const most = numberOr(schema['maximum'], numberOr(schema['exclusiveMaximum'], Infinity) - margin);
  return { kind: 'number', whole, least, most };
}

/** The part of the schema that a local reference ("#/$defs/Name") names. */
function resolve(root: Record<string, unknown>, reference: string): unknown {
  let part: unknown = root;
  for (const key of reference.replace(/^#\/?/, '').split('/').filter(Boolean)) {
    part = isObject(part) ? part[key.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined;
  }
  return part;
}

const numberOr = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);

/** The shape that an example in a prompt shows. */
export function shapeOfExample(value: unknown): Shape {
  if (Array.isArray(value)) return { kind: 'array', items: shapeOfExample(value[0] ?? ''), least: 0, most: Infinity };
  if (isObject(value)) {
    return { kind: 'object', members: new Map(Object.entries(value).map(([key, part]) => [key, shapeOfExample(part)])) };
  }
  if (typeof value === 'number') return { kind: 'number', whole: false, least: -Infinity, most: Infinity };
  if (typeof value === 'boolean') return { kind: 'boolean' };
  // An example's null or text may be either in an answer.
  return { kind: 'either', of: [{ kind: 'string' }, { kind: 'null' }] };
}

/** Whether a value has the shape. */
function has(value: unknown, shape: Shape): boolean {
  switch (shape.kind) {
    case 'anything':
      return value !== undefined;
    case 'null':
      return value === null;
    case 'string':
    case 'boolean':
      return typeof value === shape.kind;
    case 'number':
      return (
        typeof value === 'number' && value >= shape.least && value <= shape.most && (!shape.whole || Number.isInteger(value))
      );
    case 'choice':
      return shape.options.some((option) => option === value);
    case 'either':
      return shape.of.some((one) => has(value, one));
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
  }
}

/** The value nearest to `wish` that has the shape; `undefined` wishes nothing in particular. */
export function fit(wish: unknown, shape: Shape): Json {
  switch (shape.kind) {
    case 'anything':
      return (wish ?? null) as Json;
    case 'null':
      return null;
    case 'boolean':
      return wish === true;
    case 'string':
      return typeof wish === 'string' ? wish : wish === undefined || wish === null ? '' : JSON.stringify(wish);
    case 'number':
      return fitNumber(wish, shape);
    case 'choice':
      return has(wish, shape) ? (wish as Json) : (shape.options[0] ?? null);
    case 'either':
      return fit(wish, alternative(wish, shape.of));
    case 'array': {
      const items = (Array.isArray(wish) ? wish : []).slice(0, shape.most).map((item) => fit(item, shape.items));
      while (items.length < shape.least) items.push(fit(undefined, shape.items));
      return items;
    }
    case 'object': {
      const given: Record<string, unknown> = isObject(wish) ? wish : {};
      const others = shape.others ? Object.keys(given).filter((key) => !shape.members.has(key)) : [];
      return Object.fromEntries([
        ...[...shape.members].map(([key, part]) => [key, fit(given[key], part)] as const),
        ...others.map((key) => [key, fit(given[key], shape.others!)] as const),
      ]);
    }
  }
}

function fitNumber(wish: unknown, shape: Extract<Shape, { kind: 'number' }>): number {
  const found =
    typeof wish === 'number'
      ? wish
      : Number(/\d+(?:\.\d+)?/.exec(typeof wish === 'string' ? wish.replaceAll(',', '') : '')?.[0] ?? 0);
  const bounded = Math.min(shape.most, Math.max(shape.least, found));
  return shape.whole ? Math.round(bounded) : bounded;
}

/** The alternative that takes the wish as it is, else nothing where nothing is wished, else the first that is something. */
function alternative(wish: unknown, of: readonly Shape[]): Shape {
  const nothing = of.find((one) => one.kind === 'null');
  return (
    of.find((one) => has(wish, one)) ??
    ((wish === undefined || wish === null) && nothing ? nothing : undefined) ??
    of.find((one) => one.kind !== 'null') ?? { kind: 'null' }
  );
}
