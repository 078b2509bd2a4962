import { createInterface } from 'node:readline/promises';
import { estimateFromRecordings } from '../../bench/estimate.ts';
import { loadProviders, partNamed } from '../../bench/parts.ts';
import type { RunPlan } from '../../bench/plan.ts';
import { fixtureFile, type RunChoice } from '../../bench/prepare-run.ts';
import { PatternbenchError } from '../../kernel/errors.ts';
import type { Scenario } from '../../schema/scenario.ts';
import type { Shell } from './shell.ts';

/** Says what a real endpoint will be asked and what that costs, and asks first. Throws `cancelled` for a no, `usage` where nobody can be asked. */
export async function askBeforeSpending(
  plan: RunPlan,
  choice: RunChoice,
  { shell, yes }: { shell: Shell; yes: boolean },
): Promise<void> {
  if (!(await isBilled(plan.scenarios[0]!, choice))) return;
  await agreeTo(await expectation(plan, choice, shell), { shell, yes });
}

/** Says what will be asked, and waits for a yes. Throws `cancelled` for a no, `usage` where nobody can be asked. */
export async function agreeTo(expected: string, { shell, yes }: { shell: Shell; yes: boolean }): Promise<void> {
  shell.err(expected);
  if (yes) return;
  if (!shell.interactive) {
    throw new PatternbenchError('usage', 'a real endpoint is about to be called, and nobody is here to be asked', {
      remedy: 'add --yes',
    });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // Ctrl-C and Ctrl-D reject the question; they are a no.
    const answer = await terminal.question('Go on? [y/N] ', { signal: shell.signal }).catch(() => 'no');
    if (!/^y(es)?$/i.test(answer.trim())) throw new PatternbenchError('cancelled', 'nothing was called');
  } finally {
    terminal.close();
  }
}

/** Whether the endpoint of a choice costs money. */
export async function isBilled(scenario: Scenario, choice: Pick<RunChoice, 'provider' | 'env'>): Promise<boolean> {
  const provider = partNamed('provider', await loadProviders(), choice.provider);
  await using endpoint = await provider.open({ env: choice.env, scenario });
  return endpoint.billed;
}

async function expectation(plan: RunPlan, choice: RunChoice, shell: Shell): Promise<string> {
  const estimate = await estimateFromRecordings(
    plan,
    (scenario) => fixtureFile(choice.root, scenario, 'simulated'),
    shell.signal,
  );
  const cap = `At most ${choice.maxCalls} requests are sent (--max-calls).`;
  if (!estimate)
    return `${plan.trials.length} trials at a real endpoint; nothing is recorded to estimate their calls and cost from. ${cap}`;
  const cost =
    estimate.costUsd === null
      ? 'cost unknown: a model has no listed price'
      : `about $${estimate.costUsd.toFixed(2)} at listed prices`;
  return (
    `${plan.trials.length} trials at a real endpoint: about ${estimate.calls} calls, ${estimate.inputTokens + estimate.outputTokens} tokens, ` +
    `${cost}, told by the simulated recordings. ${cap}`
  );
}
