import { PatternbenchError } from '../../kernel/errors.ts';
import type { Json } from '../../kernel/json.ts';
import { safeText } from '../../kernel/terminal-text.ts';
import type { Approver } from '../../contracts/approver.ts';
import type { PendingQuestion } from '../../state/run-status.ts';
import { type RunBudget, runBudget } from '../../state/run-budget.ts';
import type { RunOptionValues } from './run-options.ts';
import type { Shell } from './shell.ts';
import { answerIn, terminalApprover } from './terminal-approver.ts';

/** What the run as a whole may spend; nothing where no option says so. Somebody is told when half, four fifths and all of it is gone. */
export function budgetOf({ budgetUsd, maxTokens }: RunOptionValues, shell: Shell): RunBudget | undefined {
  if (budgetUsd === undefined && maxTokens === undefined) return undefined;
  return runBudget({ maxUsd: budgetUsd, maxTokens, onAlert: (sentence) => shell.err(safeText(`budget: ${sentence}`)) });
}

/** The shell's signal, aborted after `--timeout` seconds too. The timer keeps no process alive. */
export function timeLimited({ timeout }: RunOptionValues, shell: Shell): AbortSignal {
  if (timeout === undefined) return shell.signal;
  const late = new AbortController();
  const error = new PatternbenchError(
    'limit_exceeded',
    `the run has used up its ${timeout} seconds; it stops here, and nothing done so far is lost`,
    {
      remedy: 'go on with a higher --timeout: npm run patternbench -- resume <run> --timeout …',
      facts: { limit: 'runTime' },
    },
  );
  setTimeout(() => late.abort(error), timeout * 1000).unref();
  return AbortSignal.any([shell.signal, late.signal]);
}

const NOBODY: Approver = { latencyMs: 0, answer: () => undefined };

/** Who answers questions: the scenario's own rules unless told otherwise. */
export function approverOf({ approver }: RunOptionValues, shell: Shell): Approver | undefined {
  switch (approver ?? 'policy') {
    case 'policy':
      return undefined;
    case 'none':
      return NOBODY;
    case 'terminal':
      if (!shell.interactive)
        throw new PatternbenchError('usage', '--approver terminal needs a terminal', {
          remedy: 'answer later: npm run patternbench -- resume <run> --answer …',
        });
      return terminalApprover(shell);
    default:
      throw new PatternbenchError('usage', `there is no approver "${approver}"`, {
        remedy: 'name one of policy, terminal, none',
      });
  }
}

/** Answers as they were given (`<key>=<answer>`), by key. Throws `usage` for a key that nobody asks. */
export function answersOf(given: readonly string[], pending: readonly PendingQuestion[]): Map<string, Json> {
  const answers = new Map<string, Json>();
  for (const text of given) {
    // A key may hold "=", so it is looked for, not cut off.
    const asked = pending.find(({ key }) => text.startsWith(`${key}=`));
    const answer = asked && answerIn(text.slice(asked.key.length + 1));
    if (!asked || answer === undefined) {
      throw new PatternbenchError('usage', `--answer takes <key>=<answer>; "${text}" answers no open question`, {
        remedy: pending.length === 0 ? 'nothing is asked' : `open: ${pending.map(({ key }) => key).join(', ')}`,
      });
    }
    answers.set(asked.key, answer);
  }
  return answers;
}
