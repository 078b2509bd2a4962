import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findScenarios, loadScenario } from '../../src/bench/load-scenarios.ts';
import { PatternbenchError } from '../../src/kernel/errors.ts';
import { z } from '../../src/schema/zod.ts';

const merge = z.strictObject({ merge: z.custom<() => string>((value) => typeof value === 'function').optional() });
const parts = {
  patterns: [
    { name: 'single', options: z.strictObject({}) },
    { name: 'parallel', options: merge },
  ],
  scorers: [{ name: 'contains', options: z.strictObject({ of: z.string().default('answer') }) }],
};

const SOUND = `name: tiny
coordinator: { model: big }
agents:
  - { name: writer, description: writes, instructions: Write., tools: [find] }
  - { name: critic, description: judges, instructions: Judge., model: small }
tools:
  find: { description: finds, parameters: { type: object }, returns: [{ value: 1 }] }
samples:
  - { id: one, input: Hello }
  - { id: two, input: World }
score:
  - { type: contains }
  - { type: contains, of: route, name: routed }
simulation:
  profiles: { big: strong }
  domains: { billing: { label: Billing, words: [refund] } }
  skills: { writer: [billing] }
  samples:
    one:
      subject: Hello
      category: billing
      facts:
        - { id: a, domain: billing, text: 'It is [a].', tool: find }
        - { id: b, domain: billing, text: 'It is [b].', needs: [a] }
`;

let folder: string;
let count = 0;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'patternbench-'))));
afterAll(() => rm(folder, { recursive: true }));

/** Writes files into a folder of their own and returns the path of the first. */
async function written(files: Readonly<Record<string, string>>): Promise<string> {
  const own = join(folder, String(count++), 'scenarios');
  await mkdir(own, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(own, name), text);
  return join(own, Object.keys(files)[0]!);
}

async function errorOf(files: Readonly<Record<string, string>>): Promise<PatternbenchError> {
  const thrown = await loadScenario(await written(files), parts).catch((error: unknown) => error);
  if (thrown instanceof PatternbenchError) return thrown;
  throw new Error(`no PatternbenchError: ${String(thrown)}`);
}

describe('loadScenario', () => {
  it('fills in what the file leaves out', async () => {
    const file = await written({ 'tiny.yaml': SOUND });
    const scenario = await loadScenario(file, parts);
    expect(scenario.file).toBe(file);
    expect(scenario.agents.map(({ model }) => model)).toEqual(['big', 'small']);
    expect(scenario.score).toEqual([
      { type: 'contains', name: 'contains', options: { of: 'answer' } },
      { type: 'contains', name: 'routed', options: { of: 'route' } },
    ]);
    expect(scenario.primary).toBe('contains');
    expect(scenario.baseline).toBe('single');
    expect(scenario.patterns).toEqual({});
    expect(scenario.samples.map(({ id }) => id)).toEqual(['one', 'two']);
  });

  it('takes a TypeScript object, with functions in the options of patterns', async () => {
    const text = `export default {
      name: 'tiny', coordinator: { model: 'm' },
      agents: [{ name: 'writer', description: 'writes', instructions: 'Write.' }],
      samples: [{ id: 'one', input: 'Hello' }], score: [{ type: 'contains' }],
      patterns: { parallel: { merge: () => 'joined' } },
    };`;
    const scenario = await loadScenario(await written({ 'tiny.ts': text }), parts);
    expect((scenario.patterns.parallel as { merge: () => string }).merge()).toBe('joined');
  });

  it('names file and path of what is wrong in TypeScript', async () => {
    const error = await errorOf({ 'tiny.ts': 'export default { name: 3 };' });
    expect(error.message).toContain('tiny.ts name: expected text, got the number 3');
    expect((await errorOf({ 'none.ts': 'export const a = 1;' })).message).toContain('default export');
    expect((await errorOf({ 'broken.ts': 'export default {' })).message).toContain('cannot be loaded');
  });

  it('refuses what is no scenario file', async () => {
    await expect(loadScenario(join(folder, 'nobody.yaml'), parts)).rejects.toMatchObject({ code: 'not_found' });
    await expect(loadScenario(folder, parts)).rejects.toMatchObject({ code: 'not_found' });
    expect((await errorOf({ 'a.json': '{}' })).code).toBe('usage');
  });

  it.each([
    ['a second agent of a name', 'name: critic', 'name: writer', /:5:13 agents\[1\]\.name: the agent "writer" occurs twice/],
    ['a second sample of an id', 'id: two', 'id: one', /:10:11 samples\[1\]\.id: the sample "one" occurs twice/],
    ['a second score of a name', ', name: routed', '', /:13:5 score\[1\]: the score "contains" occurs twice/],
    [
      'an unknown tool',
      'tools: [find]',
      'tools: [find, fnd]',
      /:4:78 agents\[0\]\.tools\[1\]: unknown tool "fnd"; did you mean "find"/,
    ],
    ['a tool for nobody', ', tools: [find]', '', /:7:3 tools\.find: no agent may use this tool/],
    ['an unusable JSON Schema', 'type: object', 'type: thing', /:7:43 tools\.find\.parameters: this JSON Schema cannot be used/],
    [
      'a result that is also an error',
      'value: 1',
      'value: 1, error: no',
      /:7:\d+ tools\.find\.returns\[0\]: a canned result has/,
    ],
    [
      'an unknown baseline',
      'name: tiny',
      'name: tiny\nbaseline: singel',
      /:2:11 baseline: unknown pattern "singel"; did you mean "single"/,
    ],
    [
      'an unknown primary',
      'name: tiny',
      'name: tiny\nprimary: route',
      /:2:10 primary: unknown score "route"; did you mean "routed"/,
    ],
    [
      'skills of nobody',
      'skills: { writer',
      'skills: { wrter',
      /:17:13 simulation\.skills\.wrter: unknown agent "wrter"; did you mean "writer"/,
    ],
    [
      'skill in nothing',
      'writer: [billing]',
      'writer: [biling]',
      /:17:22 simulation\.skills\.writer\[0\]: unknown domain "biling"/,
    ],
    [
      'knowledge of no sample',
      '    one:\n',
      '    onee:\n',
      /:19:5 simulation\.samples\.onee: unknown sample "onee"; did you mean "one"/,
    ],
    [
      'an unknown category',
      'category: billing',
      'category: sales',
      /:21:17 simulation\.samples\.one\.category: unknown domain "sales"/,
    ],
    ['a fact of no domain', '{ id: a, domain: billing', '{ id: a, domain: x', /:23:28 .*facts\[0\]\.domain: unknown domain "x"/],
    ['a fact of no tool', 'tool: find }', 'tool: fnd }', /:23:\d+ .*facts\[0\]\.tool: unknown tool "fnd"/],
    ['a fact that needs nothing known', 'needs: [a]', 'needs: [c]', /:24:\d+ .*facts\[1\]\.needs\[0\]: unknown fact "c"/],
    ['a fact that needs itself', 'needs: [a]', 'needs: [b]', /:24:\d+ .*facts\[1\]\.needs\[0\]: unknown fact "b"/],
    [
      'a word that is no expression',
      'words: [refund]',
      "words: ['(']",
      /:16:\d+ simulation\.domains\.billing\.words\[0\]: "\(" is not a regular/,
    ],
  ])('finds %s', async (_what, from, to, expected) => {
    expect(SOUND).toContain(from);
    const error = await errorOf({ 'tiny.yaml': SOUND.replace(from, to) });
    expect(error.code).toBe('invalid_scenario');
    expect(error.message).toMatch(expected);
    expect(error.place?.line).toBeGreaterThan(1);
  });

  it('lists all problems at once', async () => {
    const error = await errorOf({ 'tiny.yaml': SOUND.replace('tools: [find]', 'tools: [fnd]').replace('id: two', 'id: one') });
    expect(error.message.split('\n')).toHaveLength(3);
  });
});

describe('samples of a file', () => {
  const yaml = (reference: string) => SOUND.replace(/samples:\n.*\n.*\n/, `samples: ${reference}\n`);
  const line = (id: string) => JSON.stringify({ id, input: 'Hello' });

  it('are read from JSON lines', async () => {
    const samples = `${line('one')}\n\n${line('two')}\r\n`;
    const scenario = await loadScenario(
      await written({ 'tiny.yaml': yaml('file://samples.jsonl'), 'samples.jsonl': samples }),
      parts,
    );
    expect(scenario.samples).toEqual(['one', 'two'].map((id) => ({ id, input: 'Hello', expected: {}, metadata: {} })));
  });

  it.each([
    ['broken JSON', `${line('one')}\n{"id": "two" "input": 1}`, /samples\.jsonl:2:14: not JSON/],
    [
      'a wrong key',
      `\n${line('one')}\n{"id": "x", "inptu": "y"}`,
      /samples\.jsonl:3:1 inptu: unknown key "inptu"; did you mean "input"/,
    ],
    ['a hostile key', '{"id": "x", "input": "y", "metadata": {"__proto__": 1}}', /samples\.jsonl:1:1: the key "__proto__"/],
    ['a second id', `${line('one')}\n\n${line('one')}`, /samples\.jsonl:3:1 samples\[1\]\.id: the sample "one" occurs twice/],
    ['nothing', '\n\n', /tiny\.yaml:8:10 samples: "samples\.jsonl" holds no sample/],
  ])('may not hold %s', async (_what, samples, expected) => {
    const error = await errorOf({ 'tiny.yaml': yaml('file://samples.jsonl'), 'samples.jsonl': samples });
    expect(error.code).toBe('invalid_scenario');
    expect(error.message).toMatch(expected);
  });

  it('must stand in the folder of the scenario', async () => {
    for (const reference of [
      '../secret.jsonl',
      '/etc/secret.jsonl',
      'link.jsonl',
      '.',
      'nobody.jsonl',
      'folder.jsonl',
      'samples.csv',
    ]) {
      const file = await written({ 'tiny.yaml': yaml(`file://${reference}`), 'samples.csv': 'id' });
      const own = dirname(file);
      await writeFile(join(own, '..', 'secret.jsonl'), line('one'));
      await symlink(join(own, '..', 'secret.jsonl'), join(own, 'link.jsonl'));
      await mkdir(join(own, 'folder.jsonl'));
      const loading = loadScenario(file, parts);
      await expect(loading, reference).rejects.toMatchObject({ code: 'invalid_scenario', place: { line: 8, path: 'samples' } });
    }
  });
});

describe('findScenarios', () => {
  it('lists scenarios, and nothing that belongs to them', async () => {
    const names = [
      'b.yaml',
      'a.ts',
      'a.tools.ts',
      'scenario.schema.json',
      'README.md',
      'samples.jsonl',
      '.hidden.yaml',
      'c.d.ts',
    ];
    const own = dirname(await written(Object.fromEntries(names.map((name) => [name, '']))));
    await mkdir(join(own, 'folder.yaml'));
    expect(await findScenarios(own)).toEqual([join(own, 'a.ts'), join(own, 'b.yaml')]);
  });

  it('says when there is no such folder', async () => {
    await expect(findScenarios(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'not_found' });
  });
});
