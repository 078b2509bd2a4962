import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const folder = (name: string) => fileURLToPath(new URL(`../../src/${name}/`, import.meta.url));
const namesIn = (name: string) => readdirSync(folder(name)).map((file) => file.replace(/\.ts$/, ''));

/** Those of the field, and those at hand; a word that is also plain English ("single", "parallel", "graph") counts in its compounds only. */
const PATTERNS = [
  'sequential',
  'router',
  'map-reduce',
  'supervisor',
  'overseer',
  'round-table',
  'hierarchical',
  'swarm',
  'debate',
  'evaluator-optimizer',
];
const PLAIN_ENGLISH = new Set(['single', 'parallel', 'graph', 'monitor', 'team', 'refine', 'voting', 'composite', 'README.md']);

describe('the source of the simulated model', () => {
  it('names no pattern: what differs between them comes from what each call was sent', () => {
    const patterns = [...new Set([...PATTERNS, ...namesIn('patterns')])].filter((name) => !PLAIN_ENGLISH.has(name));
    for (const file of namesIn('simulation')) {
      const source = readFileSync(`${folder('simulation')}${file}.ts`, 'utf8').toLowerCase();
      expect(
        patterns.filter((name) => new RegExp(`\\b${name.replaceAll('-', '[-_ ]?')}\\b`).test(source)),
        file,
      ).toEqual([]);
    }
  });
});
