import { join } from 'node:path';
import { linksOf } from '../../bench/jaeger-links.ts';
import { readTrial, trialName } from '../../bench/read-trial.ts';
import { safeLine } from '../../kernel/terminal-text.ts';
import { agentsTable } from '../shell/agents-table.ts';
import { defineCommand } from '../shell/command.ts';
import { EXIT } from '../shell/exit-code.ts';
import { runFolderOf } from '../shell/saved-run.ts';
import { waterfall } from '../shell/waterfall.ts';
import { wrapped } from '../shell/wrap.ts';

export default defineCommand({
  name: 'show',
  description: 'one trial as a waterfall: what ran when, what it waited for, where its time went',
  examples: [
    ['patternbench trace show support-desk/router/t01/0', 'of the last run'],
    ['patternbench trace show support-desk/router/t01/0 --run all-1a2b3c4d', 'of another one'],
  ],
  configure: (command) => {
    command
      .argument('<trial>', 'scenario/pattern/sample/trial')
      .option('--run <id>', 'id or folder of a saved run (default: the last one)')
      .option('--no-color', 'plain text');
  },
  run: async ({ args, options }, shell) => {
    const folder = await runFolderOf(options['run'] as string | undefined, shell);
    const { record, spans } = await readTrial(folder, args[0]!, join(shell.root, 'fixtures'));
    const { latencyMs, llmCalls, inputTokens, outputTokens, costUsd, passed, outcome } = record;
    const verdict =
      outcome.status !== 'completed' ? outcome.status : passed === null ? 'unscored' : passed ? 'passed' : 'not passed';
    const cost = costUsd === null ? 'unpriced' : `$${costUsd.toFixed(4)}`;
    const head = [
      `${trialName(record)}   ${verdict}   ${Object.keys(record.provenance).join(', ')}`,
      `${(latencyMs / 1000).toFixed(2)} s   ${llmCalls} model calls   ${(inputTokens + outputTokens).toLocaleString('en-US')} tokens   ${cost}`,
    ];
    shell.out(head.flatMap((line) => wrapped(line, shell.width, 1)).join('\n'));
    shell.out(['', ...waterfall(spans, shell.width)].join('\n'));
    shell.out(['', ...agentsTable(record, spans, shell.width)].join('\n'));
    const link = (await linksOf(folder))?.links.find(({ trial }) => trial === trialName(record));
    if (link) shell.out(safeLine(` In Jaeger: ${link.url}`));
    return EXIT.ok;
  },
});
