import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toolsOf } from '../../src/bench/build-team-tools.ts';
import type { ToolContext } from '../../src/contracts/tool.ts';
import type { ToolFile } from '../../src/schema/scenario.ts';

const common = {
  description: 'finds',
  parameters: { type: 'object', properties: { q: { type: 'string' } } },
  effect: 'read',
  latencyMs: 5,
} as const;
const ctx: ToolContext = {
  signal: new AbortController().signal,
  nowMs: () => 7,
  sleep: () => Promise.resolve(),
  random: () => 0.5,
  hold: (work) => work(),
  run: () => Promise.reject(new Error('no agent is here to be run')),
};

let folder: string;
beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'patternbench-')), 'scenarios');
  await mkdir(folder);
  await writeFile(
    join(folder, 'tiny.tools.ts'),
    'export const find = (args, ctx) => ({ found: args.q, at: ctx.nowMs() });\nexport const nothing = async () => {};\n',
  );
  await writeFile(join(folder, '..', 'outside.ts'), 'export const find = () => 1;');
});
afterAll(() => rm(join(folder, '..'), { recursive: true }));

const only = async (tool: ToolFile) => (await toolsOf({ tools: { find: tool }, file: 'tiny.yaml' }, folder)).get('find')!;

describe('a canned tool', () => {
  const returns = [
    { when: { q: 'a', deep: { y: [1, 2], x: null } }, value: 'both' },
    { when: { q: 'a' }, value: { rows: [1] } },
    { when: { q: 'b' }, error: 'the index is down' },
    { when: { q: 'c' } },
  ];

  it('carries what was declared', async () => {
    expect(await only({ ...common, returns })).toMatchObject({
      name: 'find',
      description: 'finds',
      effect: 'read',
      latencyMs: 5,
    });
  });

  it('answers with the first entry that its arguments match', async () => {
    const tool = await only({ ...common, returns });
    expect(tool.execute({ q: 'a', deep: { x: null, y: [1, 2] } }, ctx)).toBe('both');
    expect(tool.execute({ q: 'a', deep: { x: null, y: [2, 1] } }, ctx)).toEqual({ rows: [1] });
    expect(tool.execute({ q: 'c' }, ctx)).toBeNull();
  });

  it.each([
    [{ q: 'b' }, 'the index is down'],
    [{ q: 'z' }, 'no canned result for find({"q":"z"})'],
    [{}, 'no canned result for find({})'],
    [{ q: 3 }, 'invalid arguments for find: q: expected text, got the number 3'],
  ])('fails for %j as declared', async (args, message) => {
    const tool = await only({ ...common, returns });
    expect(() => tool.execute(args, ctx)).toThrow(expect.objectContaining({ code: 'tool_error', message }));
  });

  it('has a default when an entry names no arguments', async () => {
    const tool = await only({ ...common, returns: [...returns, { when: {}, value: 'none' }] });
    expect(tool.execute({ q: 'z' }, ctx)).toBe('none');
  });
});

describe('a handler', () => {
  it('is called with arguments and context', async () => {
    const tool = await only({ ...common, handler: './tiny.tools.ts#find' });
    expect(await tool.execute({ q: 'a' }, ctx)).toEqual({ found: 'a', at: 7 });
  });

  it('that returns nothing returns null', async () => {
    const tool = await only({ ...common, handler: 'tiny.tools.ts#nothing' });
    expect(await tool.execute({}, ctx)).toBeNull();
  });

  it.each(['../outside.ts#find', 'nobody.ts#find', 'tiny.tools.ts#nobody', 'tiny.tools.ts#toString'])(
    'cannot be %s',
    async (handler) => {
      await expect(only({ ...common, handler })).rejects.toMatchObject({
        code: 'invalid_scenario',
        place: { file: 'tiny.yaml', path: 'tools.find.handler' },
      });
    },
  );
});
