import { readRun } from '../../bench/read-run.ts';
import { trialName } from '../../bench/read-trial.ts';
import { PatternbenchError } from '../../kernel/errors.ts';
import { safeLine } from '../../kernel/terminal-text.ts';
import type { TrialRecord } from '../../schema/trial-record.ts';
import { defineCommand } from '../shell/command.ts';
import { EXIT } from '../shell/exit-code.ts';
import { columns } from '../shell/columns.ts';
import { wholeNumber } from '../shell/run-options.ts';
import { runFolderOf } from '../shell/saved-run.ts';

const ORDERS: Readonly<Record<string, (trial: TrialRecord) => number>> = {
  latency: (trial) => trial.latencyMs,
  tokens: (trial) => trial.inputTokens + trial.outputTokens,
  cost: (trial) => trial.costUsd ?? 0,
  calls: (trial) => trial.llmCalls,
};

export default defineCommand({
  name: 'ls',
  description: 'list the traces of a run, the slowest or most expensive first where asked',
  examples: [
    ['patternbench trace ls', 'of the last run, in plan order'],
    ['patternbench trace ls --by latency --limit 10', 'the ten slowest'],
    ['patternbench trace ls --failed', 'those that did not pass'],
  ],
  configure: (command) => {
    command
      .option('--run <id>', 'id or folder of a saved run (default: the last one)')
      .option('--by <figure>', `${Object.keys(ORDERS).join(', ')}: largest first`)
      .option('--limit <count>', 'only so many', wholeNumber('--limit', 1))
      .option('--failed', 'only trials that did not pass')
      .option('--no-color', 'plain text');
  },
  run: async ({ options }, shell) => {
    const { trials } = await readRun(await runFolderOf(options['run'] as string | undefined, shell));
    const by = options['by'] as string | undefined;
    const order = by === undefined ? undefined : ORDERS[by];
    if (by !== undefined && !order) {
      throw new PatternbenchError('usage', `--by knows no "${by}"`, { remedy: `name one of ${Object.keys(ORDERS).join(', ')}` });
    }
    const wanted = options['failed'] ? trials.filter(({ passed }) => passed === false) : trials;
    const listed = order ? wanted.toSorted((a, b) => order(b) - order(a)) : wanted;
    const rows = listed.slice(0, (options['limit'] as number | undefined) ?? listed.length).map(rowOf);
    shell.out(columns([['trial', 'result', 'time', 'calls', 'tokens', 'USD'], ...rows], shell.width).join('\n'));
    return EXIT.ok;
  },
});

function rowOf(trial: TrialRecord): string[] {
  const result =
    trial.outcome.status === 'completed'
      ? trial.passed === null
        ? 'unscored'
        : trial.passed
          ? 'passed'
          : 'not passed'
      : trial.stop;
  return [
    safeLine(trialName(trial)),
    safeLine(result),
    `${(trial.latencyMs / 1000).toFixed(2)} s`,
    String(trial.llmCalls),
    String(trial.inputTokens + trial.outputTokens),
    trial.costUsd === null ? 'unpriced' : trial.costUsd.toFixed(4),
  ];
}
