import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadReporters } from '../../src/bench/parts.ts';
import { reportOfSpans } from '../../src/bench/report-of-spans.ts';
import { runText } from '../../src/bench/record-text.ts';
import { columnsOf } from '../../src/reporters/terminal/columns.ts';
import { exampleFiles } from '../support/example-run.ts';
import { CHECKOUT } from '../support/journey.ts';

const FOLDER = join(CHECKOUT, 'reports/example');

describe('the committed example', () => {
  let files: Map<string, string>;
  beforeAll(async () => void (files = await exampleFiles()));

  it('REP1 is what the run and every reporter write today, to the byte', async () => {
    const stale: string[] = [];
    for (const [name, text] of files)
      if ((await readFile(join(FOLDER, name), 'utf8').catch(() => undefined)) !== text) stale.push(name);
    const forgotten = (await readdir(FOLDER)).filter((name) => !files.has(name));
    expect({ stale, forgotten }, 'npm run examples writes them anew').toEqual({ stale: [], forgotten: [] });
  });

  it('REP1 holds a run and a comparison in every format that there is', async () => {
    const extensions = (await loadReporters()).flatMap(({ extension }) => extension ?? []);
    for (const name of ['report', 'against'])
      for (const extension of extensions) expect([...files.keys()]).toContain(`${name}.${extension}`);
    expect(files.get('against.md')).toContain('### patternbench: regressed, 1 of 3 groups');
    expect(files.get('against.junit.xml')).toContain('<failure ');
  });

  it('REP1 has a trace behind every number: its record follows from its spans', async () => {
    const { run } = await reportOfSpans(join(FOLDER, 'spans.jsonl'));
    expect(runText(run)).toBe(files.get('run.json'));
  });

  it('stays small enough to be cloned, and no line of a terminal passes its width', async () => {
    let bytes = 0;
    for (const name of await readdir(FOLDER)) bytes += (await stat(join(FOLDER, name))).size;
    expect(bytes).toBeLessThan(1_500_000);
    for (const [name, text] of files) {
      const width = Number(/-(\d+)\.txt$/.exec(name)?.[1] ?? Infinity);
      expect(Math.max(...text.split('\n').map(columnsOf)), name).toBeLessThanOrEqual(width);
    }
  });
});
