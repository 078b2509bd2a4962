import { PatternbenchError } from '../kernel/errors.ts';
import { safeLine } from '../kernel/terminal-text.ts';
import type { PendingQuestion, RunStatus, Task } from '../state/run-status.ts';
import { defineCommand } from './shell/command.ts';
import { EXIT } from './shell/exit-code.ts';
import type { JournaledRun } from './shell/unfinished-run.ts';
import { wrapped } from './shell/wrap.ts';

export default defineCommand({
  name: 'status',
  description: 'tell where a run stands: its tasks, what waits for an answer, and the command that answers it',
  examples: [
    ['patternbench status 20261121t090000000z-live', 'a run that was interrupted, or waits'],
    ['patternbench status 20261121t090000000z-live --json', 'the same for programs, with every task'],
  ],
  configure: (command) => {
    command
      .argument('<run>', 'id or folder of a run with a journal')
      .option('--tasks', 'every task, not only those that failed or were interrupted')
      .option('--json', 'as JSON')
      .option('--no-color', 'plain text');
  },
  run: async ({ args, options }, shell) => {
    const name = args[0];
    if (name === undefined) throw new PatternbenchError('usage', 'status needs a run', { remedy: 'patternbench list runs' });
    const [{ journaledRun }, { runStatus }] = await Promise.all([
      import('./shell/unfinished-run.ts'),
      import('../state/run-status.ts'),
    ]);
    const run = await journaledRun(name, shell);
    const status = runStatus(run.records);
    if (options['json'] === true) shell.out(JSON.stringify({ ...status, finished: run.isFinished }));
    else
      for (const line of told(run, status, options['tasks'] === true))
        shell.out(line.isCommand ? `  ${line.text}` : wrapped(line.text, shell.width, line.indent).join('\n'));
    return EXIT.ok;
  },
});

interface Line {
  readonly text: string;
  readonly indent: number;
  /** To be pasted: never broken, however long. */
  readonly isCommand?: boolean;
}

const at = (indent: number, ...texts: string[]): Line[] => texts.map((text) => ({ text, indent }));

function told({ runId, isFinished }: JournaledRun, status: RunStatus, all: boolean): Line[] {
  const { statusBreakdown, totalTasks, completionRate, trials, unknownSteps, pending, resumed } = status;
  const counts = (record: Readonly<Record<string, number>>) =>
    Object.entries(record)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${count} ${name.replace('_', ' ')}`)
      .join(', ') || 'none yet';
  const shown = status.tasks.filter((task) => all || task.status === 'failed' || task.status === 'interrupted');
  return [
    ...at(0, `${runId}   ${isFinished ? 'finished' : 'unfinished'}${resumed > 0 ? `, resumed ${resumed} times` : ''}`),
    ...at(0, `trials   ${counts(trials)}`),
    ...at(0, `tasks    ${totalTasks}: ${counts(statusBreakdown)}; ${(100 * completionRate).toFixed(0)} % completed`),
    ...(unknownSteps.length > 0 ? at(0, `steps    ${unknownSteps.length} cut off on the way`) : []),
    ...shown.flatMap(taskLine),
    ...pending.flatMap((question) => questionLines(question, runId)),
    ...(isFinished || pending.length > 0 ? [] : at(0, `go on: npm run patternbench -- resume ${runId}`)),
  ];
}

const taskLine = ({ id, agent, status, attempts, error }: Task): Line[] =>
  at(
    2,
    safeLine(
      `${status.replace('_', ' ')}  ${agent}  ${id}${attempts > 1 ? `  ${attempts} attempts` : ''}${error ? `  ${error}` : ''}`,
    ),
  );

/** Single quotes keep `#` and brackets from the shell; a quote in a name is closed, escaped and opened again. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

const questionLines = ({ key, name, agent, question }: PendingQuestion, runId: string): Line[] => [
  ...at(0, '', `${agent} asks (${name}): ${JSON.stringify(question)}`),
  { text: safeLine(`npm run patternbench -- resume ${runId} --answer ${quoted(`${key}=approve`)}`), indent: 2, isCommand: true },
];
