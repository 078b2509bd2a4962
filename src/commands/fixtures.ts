import diff from './fixtures/diff.ts';
import drift from './fixtures/drift.ts';
import exportSet from './fixtures/export.ts';
import fmt from './fixtures/fmt.ts';
import importRecordings from './fixtures/import.ts';
import ls from './fixtures/ls.ts';
import prune from './fixtures/prune.ts';
import redact from './fixtures/redact.ts';
import scan from './fixtures/scan.ts';
import show from './fixtures/show.ts';
import stats from './fixtures/stats.ts';
import verify from './fixtures/verify.ts';
import { defineCommand } from './shell/command.ts';
import { EXIT } from './shell/exit-code.ts';

export default defineCommand({
  name: 'fixtures',
  description: 'look after recorded traffic: list, read, check, compare, tidy, import, export',
  examples: [
    ['patternbench fixtures ls', 'what is recorded'],
    ['patternbench fixtures show starter --agent orders', 'what an agent was asked and answered'],
    ['patternbench fixtures diff starter', 'what a recording changed since the last commit'],
    ['patternbench fixtures <command> --help', 'options and more examples'],
  ],
  commands: [ls, show, verify, stats, diff, fmt, prune, scan, redact, drift, importRecordings, exportSet],
  configure: () => undefined,
  run: () => Promise.resolve(EXIT.usage),
});
