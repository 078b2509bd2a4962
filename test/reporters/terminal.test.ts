import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReportInput } from '../../src/contracts/reporter.ts';
import { columnsOf, cut, wrap } from '../../src/reporters/terminal/columns.ts';
import terminal from '../../src/reporters/terminal.ts';
import { runRecord } from '../../src/schema/run-record.ts';
import { smallRun } from '../support/small-run.ts';

const render = (input: ReportInput, width: number, color = false) => terminal.render(input, { width, color });
const widest = (text: string) => Math.max(...text.split('\n').map(columnsOf));

describe('the terminal report', () => {
  it.each([80, 120])('looks like its golden file at %d columns', async (width) => {
    await expect(render(smallRun(), width)).toMatchFileSnapshot(`../golden/terminal-${width}.txt`);
  });

  it('is made of a valid record', () => expect(runRecord.safeParse(smallRun().run).error).toBeUndefined());
});
