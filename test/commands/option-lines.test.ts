import { describe, expect, it } from 'vitest';
import { loadPatterns } from '../../src/bench/parts.ts';
import { optionLines } from '../../src/commands/shell/option-lines.ts';
import { z } from '../../src/schema/zod.ts';

describe('the options of a pattern in a list', () => {
  it('have a name, choices or a default, and a description', () => {
    const options = z.strictObject({
      mode: z.enum(['json', 'tools']).default('json').describe('how'),
      window: z.int().default(6).describe('how many'),
      names: z.array(z.string()).default([]),
      start: z.string().optional().describe('who; default: the first'),
      flags: z.string().default(''),
      model: z.string(),
    });
    expect(optionLines({ options })).toEqual([
      'option mode (json | tools; default json): how',
      'option window (default 6): how many',
      'option names (default [])',
      'option start: who; default: the first',
      'option flags (default "")',
      'option model (required)',
    ]);
  });

  it('can be told for every pattern that ships', async () => {
    for (const pattern of await loadPatterns()) expect(optionLines(pattern).length, pattern.name).toBeGreaterThan(0);
  });
});
