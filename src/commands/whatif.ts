import { resolve } from 'node:path';
import { collected } from './shell/collected.ts';
import { defineCommand } from './shell/command.ts';
import { EXIT } from './shell/exit-code.ts';
import { declareWhatIfOptions } from './shell/what-if-options.ts';

export default defineCommand({
  name: 'whatif',
  description:
    'what a saved run would cost, and how long it would take, with other models, times and limits; nothing is run again',
  examples: [
    ['patternbench whatif --swap gpt-4o=gpt-4.1-mini', 'the last run at the prices of another model'],
    ['patternbench whatif --price gpt-4o=1.25,5,0.3', 'at prices of your own, in USD per million tokens'],
    ['patternbench whatif --latency gpt-4o=ttft:300,tps:80', 'with other answer times'],
    ['patternbench whatif --rpm 500 --tpm 200k --arrivals 30/min', 'under the limits of an endpoint'],
    ['patternbench whatif support-desk-1a2b3c4d --parallel-siblings --json', 'another run, as JSON'],
  ],
  configure: (command) => {
    command.argument('[run]', 'id or folder of a saved run (default: the last one)');
    declareWhatIfOptions(command);
    command
      .option('-o, --out <file>', 'write it there too: .md, .csv or .json; may be given again', collected)
      .option('--json', 'print JSON')
      .option('--no-color', 'plain text');
  },
  run: async ({ args, options }, shell) => {
    const [{ whatIfQuestion }, { whatIfFormat, writeWhatIf }, { whatIfOptions }, { whatIfText }, { runFolderOf }] =
      await Promise.all([
        import('./shell/what-if-options.ts'),
        import('./shell/what-if-files.ts'),
        import('./shell/what-if-models.ts'),
        import('./shell/what-if-terminal.ts'),
        import('./shell/saved-run.ts'),
      ]);
    const question = whatIfQuestion(options);
    const files = ((options['out'] as string[] | undefined) ?? []).map((file) => ({ file, format: whatIfFormat(file) }));
    const folder = await runFolderOf(args[0], shell);
    const [{ inspectorFor }, { readTraces }, { whatIfSummary }, { whatIf }] = await Promise.all([
      import('../bench/inspector.ts'),
      import('../bench/run-traces.ts'),
      import('../bench/what-if/summary.ts'),
      import('../bench/what-if/what-if.ts'),
    ]);
    const { plan, traces } = await readTraces(folder);
    const asked = { ...(await whatIfOptions(question, traces)), inspect: await inspectorFor(plan) };
    const summary = whatIfSummary(whatIf(plan, traces, asked), asked);
    for (const { file, format } of files) await writeWhatIf(resolve(shell.root, file), format(summary));
    if (options['json']) shell.out(JSON.stringify(summary));
    else for (const line of whatIfText(summary, shell.width)) shell.out(line);
    return EXIT.ok;
  },
});
