import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareScorers } from '../../src/bench/prepare-scorers.ts';
import { SCORERS } from '../scorers/told.fixture.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'patternbench-own-scorer-'));
  await mkdir(join(root, 'scenarios'));
  await writeFile(join(root, 'outside.ts'), 'export const mine = () => 1;\n');
  await writeFile(join(root, 'scenarios/own.ts'), 'export const mine = () => 1;\nexport const notOne = 3;\n');
  await writeFile(join(root, 'scenarios/same.ts'), 'export const mine = () => 1;\nexport const notOne = 3;\n');
  await writeFile(join(root, 'scenarios/broken.ts'), "throw new Error('boom');\n");
  await symlink(join(root, 'outside.ts'), join(root, 'scenarios/link.ts'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const prepare = (reference: string) => {
  const custom = SCORERS.find(({ name }) => name === 'custom')!;
  const options: unknown = custom.options.parse({ function: reference });
  return prepareScorers({ score: [{ type: 'custom', name: 'own', options }], file: join(root, 'scenarios/x.yaml') }, SCORERS);
};

describe('a scoring function of one’s own', () => {
  it('is loaded once, and the text of its file stands for it', async () => {
    const own = (await prepare('own.ts#mine')).get('own')!;
    expect(own.source).toBe((await prepare('same.ts#mine')).get('own')!.source);
    expect((own.options as { function: () => number }).function()).toBe(1);
  });

  it.each([
    ['../outside.ts#mine', /lies outside/],
    ['link.ts#mine', /lies outside/],
    ['/etc/passwd.ts#mine', /relative to the scenario/],
    ['nowhere.ts#mine', /does not exist/],
    ['own.ts#other', /no such function/],
    ['own.ts#notOne', /no such function/],
    ['own.ts#constructor', /no such function/],
    ['broken.ts#mine', /boom/],
  ])('named as %s is refused with its place', async (reference, message) => {
    await expect(prepare(reference)).rejects.toMatchObject({
      code: 'invalid_scenario',
      message: expect.stringMatching(message),
      place: { file: join(root, 'scenarios/x.yaml'), path: 'score[0]' },
    });
  });
});
