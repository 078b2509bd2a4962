import { z } from './zod.ts';

/** Volatile texts that are known by name (fixtures/scrub.ts says what each of them is). */
export const SCRUB_PRESETS = ['date', 'datetime', 'uuid', 'epoch', 'tmp', 'loopback-port'] as const;
export type ScrubPreset = (typeof SCRUB_PRESETS)[number];

/** What counts as equal in the texts of requests: a preset, or whatever a regular expression finds. */
export const scrubRule = z.union([
  z.enum(SCRUB_PRESETS),
  z.strictObject({
    pattern: z
      .string()
      .min(1)
      .max(500)
      .refine(isUsable, 'must be a regular expression (JavaScript, with the flag u) that finds no empty text'),
    as: z.string().min(1).max(64).describe('what stands for it in the key of a request'),
  }),
]);

export type ScrubRule = z.infer<typeof scrubRule>;

function isUsable(pattern: string): boolean {
  try {
    return !new RegExp(pattern, 'u').test('');
  } catch {
    return false;
  }
}
