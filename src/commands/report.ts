import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { safeText } from '../kernel/terminal-text.ts';
import { defineCommand } from './shell/command.ts';
import { EXIT } from './shell/exit-code.ts';
import { foreignTable } from './shell/foreign-table.ts';
import { metricsTable } from './shell/metrics-table.ts';

export default defineCommand({
  name: 'report',
  description: 'compute the report of a run again, from its spans alone',
  examples: [
    ['patternbench report', 'of the last run, as the run itself showed it'],
    ['patternbench report --from spans.jsonl', 'of a file of OTLP JSON, also of another framework: its totals, unscored'],
    ['patternbench report --metrics', 'durations, tokens and tasks as metrics'],
    ['patternbench report -o out', 'write run.json and trials.jsonl: the bytes of the run'],
  ],
  configure: (command) => {
    command
      .argument('[run]', 'id or folder of a saved run (default: the last one)')
      .option('--from <file>', 'a file of spans instead of a saved run')
      .option('-o, --out <folder>', 'write run.json and trials.jsonl there')
      .option('--metrics', 'print metrics instead, with the names and buckets of the GenAI conventions; -o writes metrics.json')
      .option('--json', 'print the run record as JSON instead of the table')
      .option('--no-color', 'plain text');
  },
  run: async ({ args, options }, shell) => {
    const [{ reportOfSpans }, { runText, trialText }, { metricsCollector }, { runFolderOf }] = await Promise.all([
      import('../bench/report-of-spans.ts'),
      import('../bench/record-text.ts'),
      import('../telemetry/metrics.ts'),
      import('./shell/saved-run.ts'),
    ]);
    const from = options['from'] as string | undefined;
    const file = from !== undefined ? resolve(shell.root, from) : join(await runFolderOf(args[0], shell), 'spans.jsonl');
    const metrics = options['metrics'] ? metricsCollector() : undefined;
    const report = await reportOfSpans(file, metrics?.add);
    const { run, trials, notes, foreign } = report;
    const wanted = options['out'] as string | undefined;
    if (wanted !== undefined) {
      const out = resolve(shell.root, wanted);
      await mkdir(out, { recursive: true });
      await writeFile(join(out, 'run.json'), runText(run));
      await writeFile(join(out, 'trials.jsonl'), trials.map((trial) => `${trialText(trial)}\n`).join(''));
      if (metrics) await writeFile(join(out, 'metrics.json'), `${JSON.stringify(metrics.metrics(), null, 1)}\n`);
    }
    if (metrics) shell.out(options['json'] ? JSON.stringify(metrics.metrics()) : metricsTable(metrics.metrics(), shell.width));
    else if (options['json']) shell.out(JSON.stringify(run));
    else if (foreign) shell.out(foreignTable(report, shell.width));
    else {
      const { default: terminal } = await import('../reporters/terminal.ts');
      shell.out(terminal.render({ run, trials }, { width: shell.width, color: shell.color }));
    }
    for (const note of notes) shell.err(safeText(`note: ${note}`));
    return EXIT.ok;
  },
});
