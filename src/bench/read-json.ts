import { messageOf, PatternbenchError, type Place } from '../kernel/errors.ts';
import type { z } from '../schema/zod.ts';

interface Reading {
  readonly place: Place;
  /** What is read, for the message: "the outcome of a trial". */
  readonly what: string;
}

/** Parses JSON text that stands in a file of ours; throws `invalid_record` with its place when it is not what it should be. */
export function readJson<T>(schema: z.ZodType<T>, text: string, { place, what }: Reading): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new PatternbenchError('invalid_record', `${what} is not valid JSON: ${messageOf(cause)}`, { place, cause });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new PatternbenchError('invalid_record', `${what} was written by another version, or edited: ${issue.message}`, {
    place: { ...place, path: issue.path.join('.') },
    remedy: 'run it again',
  });
}
