import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KnownRecord } from '../../src/schema/journal.ts';
import { openJournal, readJournal } from '../../src/state/journal-file.ts';

const begin = (path: string): KnownRecord => ({ t: 'begin', trial: 'a/b/c/0', path, kind: 'model', hash: 'h', at: 1 });

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'patternbench-journal-'));
  file = join(folder, 'run', 'journal.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the file of a journal', () => {
  it('has a record as soon as append returns, and only its owner can read it', () => {
    const journal = openJournal(file);
    journal.append(begin('x'));
    expect(readJournal(file).records).toEqual([begin('x')]);
    expect(statSync(file).mode & 0o077).toBe(0);
    journal.close();
    journal.append(begin('y'));
    expect(readJournal(file).records).toHaveLength(1);
  });

  it('may be cut off at any byte: whole lines stand, the rest is dropped with a warning, and it goes on from there', () => {
    const journal = openJournal(file);
    for (const path of ['x', 'ü「テスト」', 'z'.repeat(300)]) journal.append(begin(path));
    journal.close();
    const whole = readFileSync(file);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length }), (bytes) => {
        const cut = whole.subarray(0, bytes);
        writeFileSync(file, cut);
        const lines = cut.filter((byte) => byte === 0x0a).length;
        const isWhole = bytes === 0 || cut.at(-1) === 0x0a;
        const again = openJournal(file);
        expect(again.records).toHaveLength(lines);
        expect(again.warnings).toHaveLength(isWhole ? 0 : 1);
        again.append(begin('next'));
        again.close();
        expect(readJournal(file)).toMatchObject({ warnings: [], records: [...again.records] });
        expect(again.records.at(-1)).toEqual(begin('next'));
      }),
      { numRuns: 60 },
    );
  });

  it('keeps lines of kinds that it does not know', () => {
    openJournal(file).close();
    appendFileSync(file, '{"t":"lease","worker":3}\n');
    expect(readJournal(file).records).toEqual([{ t: 'lease', worker: 3 }]);
  });

  it.each([
    ['no JSON', '{"t":', 'invalid_record'],
    ['no record', '[1]', 'invalid_record'],
    ['half a record', '{"t":"begin","trial":"a"}', 'invalid_record'],
  ])('is refused with file and line for %s in the middle', (_what, line, code) => {
    openJournal(file).close();
    writeFileSync(file, `${JSON.stringify(begin('x'))}\n${line}\n${JSON.stringify(begin('y'))}\n`);
    expect(() => openJournal(file)).toThrow(expect.objectContaining({ code, place: { file, line: 2 } }));
  });

  it('must be there to be read', () => {
    expect(() => readJournal(file)).toThrow(expect.objectContaining({ code: 'not_found' }));
  });
});
