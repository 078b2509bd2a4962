import { PatternbenchError } from '../kernel/errors.ts';
import type { RunRecord } from '../schema/run-record.ts';
import { collected } from './shell/collected.ts';
import { defineCommand } from './shell/command.ts';
import { EXIT } from './shell/exit-code.ts';
import { amount, type RunOptionValues, wholeNumber } from './shell/run-options.ts';

export default defineCommand({
  name: 'resume',
  description:
    'go on with a run that was interrupted, stopped at a cap or budget, or waits for an answer; nothing that is done is done again',
  examples: [
    ['patternbench resume 20261121t090000000z-record', 'from where it was'],
    [`patternbench resume 20261121t090000000z-live --answer 'desk/single/s01/0:ask:refund#0=approve'`, '`status` tells the keys'],
  ],
  configure: (command) => {
    command
      .argument('<run>', 'id or folder of a run with a journal')
      .option('--answer <key=answer>', 'a word or JSON (repeatable)', collected, [])
      .option(
        '--approver <who>',
        "policy (the scenario's rules), terminal (you), none; default: terminal where something is asked and this is one, else policy",
      )
      .option('--budget-usd <amount>', 'USD in all, what was spent before included', amount('--budget-usd'))
      .option('--max-tokens <count>', 'tokens in all, what was spent before included', wholeNumber('--max-tokens', 1))
      .option('--max-calls <count>', 'requests to the endpoint, from now', wholeNumber('--max-calls', 1))
      .option('--max-cost <usd>', 'stop before the endpoint has cost more, from now, at listed prices', amount('--max-cost'))
      .option('--timeout <seconds>', 'of real time, from now', amount('--timeout'))
      .option('-j, --concurrency <count>', 'trials at a time; results do not depend on it', wholeNumber('--concurrency', 1))
      .option('--otlp <url>', 'send the traces to an OTLP/HTTP endpoint such as Jaeger (also OTEL_EXPORTER_OTLP_ENDPOINT)')
      .option('--json', 'print the run record as JSON instead of the table')
      .option('--quiet', 'no progress')
      .option('--yes', 'do not ask before a real endpoint is called')
      .option('--no-color', 'plain text');
  },
  run: async ({ args, options }, shell) => {
    const name = args[0];
    if (name === undefined) throw new PatternbenchError('usage', 'resume needs a run', { remedy: 'patternbench list runs' });
    const [{ runBench }, { runStatus }, { answersOf }, { checkDecisions, recordedScenarios }, { journaledRun }] =
      await Promise.all([
        import('./shell/run-bench.ts'),
        import('../state/run-status.ts'),
        import('./shell/run-guards.ts'),
        import('./shell/taking-up.ts'),
        import('./shell/unfinished-run.ts'),
      ]);
    const { runId, records, admitted, isFinished } = await journaledRun(name, shell);
    if (isFinished) {
      shell.err(`${runId} came to its end; there is nothing to go on with`);
      return EXIT.ok;
    }
    const { answer = [], ...given } = options as { readonly answer?: readonly string[] };
    const { pending } = runStatus(records);
    const answers = answersOf(answer, pending);
    checkDecisions(answers, pending);
    const { mode, today, options: before } = admitted.choice as unknown as Admitted;
    const open = pending.length - answers.size;
    const values = { ...before, ...(open > 0 && shell.interactive ? { approver: 'terminal' } : {}), ...given } as RunOptionValues;
    return runBench(values, mode, shell, { runId, today, answers, continued: recordedScenarios(records) });
  },
});

/** What a run was told to do, as it was admitted. */
interface Admitted {
  readonly mode: RunRecord['mode'];
  readonly today: string;
  readonly options: RunOptionValues;
}
