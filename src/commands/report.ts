import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { safeText } from '../kernel/terminal-text.ts';
import { collected } from './shell/collected.ts';
import { defineCommand } from './shell/command.ts';
import { EXIT } from './shell/exit-code.ts';
import { foreignTable } from './shell/foreign-table.ts';
import { metricsTable } from './shell/metrics-table.ts';
import type { ReportFile } from './shell/report-files.ts';

export default defineCommand({
  name: 'report',
  description: 'compute the report of a run again, from its spans alone',
  examples: [
    ['patternbench report', 'of the last run, as the run itself showed it'],
    ['patternbench report --from spans.jsonl', 'of a file of OTLP JSON, also of another framework: its totals, unscored'],
    ['patternbench report --metrics', 'durations, tokens and tasks as metrics'],
    ['patternbench report --architectures', 'what each pattern is for, what it takes and costs over one agent'],
    ['patternbench report -o report.md -o trials.csv', 'in other formats, told by how the name ends'],
    ['patternbench report -o out', 'a folder: write run.json and trials.jsonl there, the bytes of the run'],
  ],
  configure: (command) => {
    command
      .argument('[run]', 'id or folder of a saved run (default: the last one)')
      .option('--from <file>', 'a file of spans instead of a saved run')
      .option(
        '-o, --out <path>',
        'a file: .html .md .json .jsonl .csv .junit.xml; a folder: run.json and trials.jsonl (repeatable)',
        collected,
      )
      .option('--metrics', 'print metrics instead, with the names and buckets of the GenAI conventions; -o writes metrics.json')
      .option('--architectures', 'compare the patterns as architectures: best for, setup, cost, time, tokens over one agent')
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
    const architectures = options['architectures'] ? await import('../bench/architectures.ts') : undefined;
    const content = architectures?.sharedContentCollector();
    const report = await reportOfSpans(file, { onTrial: metrics?.add ?? content?.add });
    const { run, trials, notes, foreign } = report;
    const { files, folders } = await outputs((options['out'] ?? []) as readonly string[], shell.root);
    for (const out of folders) {
      await mkdir(out, { recursive: true });
      await writeFile(join(out, 'run.json'), runText(run));
      await writeFile(join(out, 'trials.jsonl'), trials.map((trial) => `${trialText(trial)}\n`).join(''));
      if (metrics) await writeFile(join(out, 'metrics.json'), `${JSON.stringify(metrics.metrics(), null, 1)}\n`);
    }
    if (files.length > 0)
      await (
        await import('./shell/report-files.ts')
      ).writeReports(files, { run, trials, ...(foreign ? {} : { spansFile: file }) }, shell);
    if (metrics) shell.out(options['json'] ? JSON.stringify(metrics.metrics()) : metricsTable(metrics.metrics(), shell.width));
    else if (architectures && content) {
      const [{ loadPatterns }, { architectureTable }] = await Promise.all([
        import('../bench/parts.ts'),
        import('./shell/architecture-table.ts'),
      ]);
      const rows = architectures.architecturesOf(run, await loadPatterns(), content.of);
      shell.out(options['json'] ? JSON.stringify(rows) : architectureTable(run, rows, shell.width));
    } else if (options['json']) shell.out(JSON.stringify(run));
    else if (foreign) shell.out(foreignTable(report, shell.width));
    else {
      const { default: terminal } = await import('../reporters/terminal.ts');
      shell.out(terminal.render({ run, trials }, { width: shell.width, color: shell.color }));
    }
    for (const note of notes) shell.err(safeText(`note: ${note}`));
    return EXIT.ok;
  },
});

/** What ends like a file of a report is one; anything else without a dot in its name is a folder. */
async function outputs(
  paths: readonly string[],
  root: string,
): Promise<{ files: readonly ReportFile[]; folders: readonly string[] }> {
  const isFolder = (path: string) => !basename(path).slice(1).includes('.') || path.endsWith('/');
  const named = paths.filter((path) => !isFolder(path));
  const files = named.length === 0 ? [] : await (await import('./shell/report-files.ts')).reportFiles(named, root);
  return { files, folders: paths.filter(isFolder).map((path) => resolve(root, path)) };
}
