import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/kernel/random.ts';
import { memoryJournal } from '../../src/state/journal.ts';
import { openJournal } from '../../src/state/journal-file.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
import { COMPILE_CACHE } from '../support/compile-cache.ts';
import { completedPaths, lostPaths } from '../support/crash.ts';
import { runScripted } from '../support/trial.ts';
import { type Logged, patterns, subjectOf } from './any-pattern.fixture.ts';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'killed-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Where each pattern is hit: one point of its journal, drawn from its name. All points are tried in one process in patterns.test.ts. */
const points = patterns.map(({ name }, i) => ({
  name,
  how: i % 2 === 0 ? 'after' : 'torn',
  draw: seededRandom(`kill/${name}`).next(),
}));

describe.concurrent('a trial whose process is killed (SIGKILL)', () => {
  it.each(points)('$name is gone on with from what is on the disk', async ({ name, how, draw }) => {
    const journal = memoryJournal();
    const whole = await runScripted({ ...subjectOf(name), journal });
    const at = Math.floor(draw * journal.records.length);
    const file = join(folder, `${name}.jsonl`);
    const child = spawn(process.execPath, [join(import.meta.dirname, 'killed-trial.ts'), name, file, String(at), how], {
      env: COMPILE_CACHE,
      stdio: 'ignore',
    });
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);

    const text = await readFile(file, 'utf8');
    expect(text.endsWith('\n')).toBe(how === 'after');
    const open = openJournal(file);
    const lost = lostPaths(open.records);
    expect(open.records).toHaveLength(how === 'after' ? at + 1 : at);
    expect(open.warnings).toHaveLength(how === 'after' ? 0 : 1);

    const log: Logged[] = [];
    const before = completedPaths(open.records);
    const resumed = await runScripted({ ...subjectOf(name, log), journal: open });
    open.close();
    expect([resumed.result?.output, resumed.latencyMs]).toEqual([whole.result?.output, whole.latencyMs]);
    // What had been completed is not done again; what was under way is, once.
    expect(log.map(({ path }) => path).filter((path) => before.includes(path))).toEqual([]);
    const completed = completedPaths(openJournal(file).records);
    expect(completed.toSorted()).toEqual(completedPaths(journal.records).toSorted());
    expect(lost.filter((path) => !completed.includes(path))).toEqual([]);
    expect(checkTrace(resumed.spans)).toEqual([]);
  });
});
