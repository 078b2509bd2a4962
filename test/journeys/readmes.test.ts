import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHECKOUT, command, copyIn, journeyProject, type JourneyProject, linkIn } from '../support/journey.ts';
import { firstUnprinted, readmeOutputs } from '../support/readme-outputs.ts';
import { type ReadmeBlock, readmeBlocks } from '../support/readme-blocks.ts';

const FILES = ['README.md', ...['scenarios', 'fixtures', 'reports', 'test', 'src'].map((folder) => `${folder}/README.md`)].filter(
  (file) => existsSync(join(CHECKOUT, file)),
);
const BLOCKS = FILES.flatMap((file) => readmeBlocks(readFileSync(join(CHECKOUT, file), 'utf8'), file));

// Stands in for npm: it installs nothing, runs the command lines of package.json for what a reader tries out, and checks only the name of
// scripts that look after the project itself.
const NPM = `#!${process.execPath}
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
const [verb, ...rest] = process.argv.slice(2);
if (['install', 'ci', 'i'].includes(verb)) process.exit(0);
const name = verb === 'test' || verb === 't' ? 'test' : verb === 'run' ? rest.shift() : undefined;
if (name === undefined || !scripts[name]) {
  process.stderr.write('package.json has no script for: npm ' + process.argv.slice(2).join(' ') + '\\n');
  process.exit(1);
}
if (name !== 'bench' && name !== 'patternbench') process.exit(0);
const [program, ...args] = scripts[name].split(' ');
const given = rest[0] === '--' ? rest.slice(1) : rest;
process.exit(spawnSync(program, [...args, ...given], { stdio: 'inherit' }).status ?? 1);
`;

const SYSTEM = ['/usr/local/bin', '/usr/bin', '/bin'];

let project: JourneyProject;
let env: Record<string, string>;
beforeAll(async () => {
  project = await journeyProject();
  await linkIn(project.root, ['src', 'test', 'node_modules', 'package.json']);
  await mkdir(project.path('reports'));
  await copyIn(
    project.root,
    FILES.filter((file) => !/^(?:src|test|scenarios|fixtures)\//.test(file)),
  );
  await mkdir(project.path('.bin'));
  await writeFile(project.path('.bin/npm'), NPM);
  await chmod(project.path('.bin/npm'), 0o755);
  // Where a README shows a trial, its reader has seen the table.
  await project.type(['run', '--quiet']);
  env = { PATH: [project.path('.bin'), dirname(process.execPath), ...SYSTEM].join(':'), HOME: project.root };
});
afterAll(() => project[Symbol.asyncDispose]());

const bash = (flags: readonly string[], { text }: ReadmeBlock) =>
  command(['bash', ...flags, '-c', text], { cwd: project.root, env });

async function printedBy(line: string): Promise<string> {
  // All scenarios and patterns are more than a process of its own is worth; a block above has typed it.
  if (line === 'npm run bench') return (await project.type(['run', '--quiet'])).out;
  const told = await command(['bash', '-euo', 'pipefail', '-c', line], { cwd: project.root, env: { ...env, COLUMNS: '80' } });
  expect(told.code).toBe(0);
  return told.out;
}

describe('what a README tells to type', () => {
  it('is found', () => {
    expect(FILES).toContain('scenarios/README.md');
    expect(BLOCKS.length).toBeGreaterThan(2);
  });

  // In the order of reading, in one project: a reader does the same.
  it.each(BLOCKS.map((block) => [`${block.file}:${block.line}`, block] as const))('%s works', async (place, block) => {
    const told = await bash(block.notRun === undefined ? ['-euo', 'pipefail'] : ['-n'], block);
    expect(told.code, `${place}\n${block.text}\n${told.err}`).toBe(0);
    expect(told.stack).toBe(false);
  });
});

describe('what a README shows as the output of a command', () => {
  const outputs = FILES.flatMap((file) => readmeOutputs(readFileSync(join(CHECKOUT, file), 'utf8'), file));

  it.each(outputs.map((output) => [`${output.file}:${output.line}`, output] as const))(
    '%s is what it prints',
    async (_, output) => {
      const printed = await printedBy(output.command);
      expect(firstUnprinted(output, printed), printed).toBeUndefined();
    },
  );

  it('is found, and told from what is not printed', () => {
    const [output] = readmeOutputs('<!-- output of: x -->\n```text\n a\n\n b\n```', 'T.md');
    expect(output).toEqual({ file: 'T.md', line: 1, command: 'x', lines: ['a', 'b'] });
    expect([firstUnprinted(output!, 'a\nz\n  b'), firstUnprinted(output!, 'b\na')]).toEqual([undefined, 'b']);
    expect(outputs.length).toBeGreaterThanOrEqual(2);
  });
});

describe('the blocks of a README', () => {
  it('are found with their place and reason, other fences left out', () => {
    const markdown = [
      '# T',
      '1. do',
      '',
      '   ```sh',
      '   npm test',
      '     # more',
      '   ```',
      '```yaml',
      'a: b',
      '```',
      '<!-- not run: needs a key -->',
      '```sh',
      'npm x',
      '```',
    ].join('\n');
    expect(readmeBlocks(markdown, 'T.md')).toEqual([
      { file: 'T.md', line: 5, text: 'npm test\n  # more', notRun: undefined },
      { file: 'T.md', line: 13, text: 'npm x', notRun: 'needs a key' },
    ]);
    expect(() => readmeBlocks('```sh\nnpm x', 'T.md')).toThrow('T.md:1');
  });

  it('fail for a command that fails, a script that nobody has, and shell that does not parse', async () => {
    const block = (text: string): ReadmeBlock => ({ file: 'T.md', line: 1, text, notRun: undefined });
    const codes = ['npm run patternbench -- runn', 'npm run patternbnech', 'false | cat'].map(
      async (text) => (await bash(['-euo', 'pipefail'], block(text))).code,
    );
    expect(await Promise.all(codes)).toEqual([2, 1, 1]);
    expect((await bash(['-n'], block('echo (offline)'))).code).not.toBe(0);
  });
});
