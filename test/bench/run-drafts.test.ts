import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { newDraft, removeDeadDrafts } from '../../src/bench/run-drafts.ts';

it('what killed processes have left is removed, and nothing that may belong to a live one', async () => {
  const reports = await mkdtemp(join(tmpdir(), 'patternbench-drafts-'));
  const own = basename(await newDraft(reports, 'desk-1a2b3c4d'));
  const { pid: dead } = spawnSync(process.execPath, ['-e', '0']);
  const of = (pid: number) => own.replace(`.${process.pid}-`, `.${pid}-`);
  expect(of(dead)).not.toBe(own);
  const kept = [
    own,
    of(process.ppid),
    // Of another machine that shares the folder; of a run whose name looks like one; of an older version; and whatever else is there.
    of(dead).replace(/-[\w-]{8}\.(\w{6})$/, '-anywhere.$1'),
    `desk.${dead}-whatever.abcdef`,
    '.desk-1a2b3c4d.Xy12ab',
    '.git',
  ];
  for (const name of [...kept, of(dead)]) await mkdir(join(reports, name, 'deep'), { recursive: true });
  await removeDeadDrafts(reports);
  expect((await readdir(reports)).sort()).toEqual([...kept].sort());
  await rm(reports, { recursive: true });
});
