import { appendFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import type { Journal } from '../../src/state/journal.ts';
import { openJournal } from '../../src/state/journal-file.ts';
import { subjectOf } from './any-pattern.fixture.ts';
import { runScripted } from '../support/trial.ts';

// A process that dies in the middle of a trial: node killed-trial.ts <pattern> <journal> <records> <how>. It kills itself, as nobody else could
// at an exact point: `after` so many records have been written, or while the next one is (`torn`).

// It is written at a process's end, which this one never sees.
flushCompileCache();

const [, , name, file, records, how] = process.argv;
const journal = openJournal(file!);
let left = Number(records);

const die = () => process.kill(process.pid, 'SIGKILL');

const deadly: Journal = {
  ...journal,
  append: (record, options) => {
    if (how === 'torn' && left === 0) {
      appendFileSync(file!, JSON.stringify(record).slice(0, 25));
      die();
    }
    journal.append(record, options);
    if (how === 'after' && left === 0) die();
    left--;
  },
};

await runScripted({ ...subjectOf(name!), journal: deadly });
