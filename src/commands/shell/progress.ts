import type { TrialRecord } from '../../schema/trial-record.ts';
import type { Shell } from './shell.ts';

export interface Progress {
  readonly tick: (record: TrialRecord) => void;
  readonly stop: () => void;
}

/** A bar on a terminal; on anything else a line for each tenth, so that logs stay short. */
export async function progressOf(shell: Shell, label: string, total: number): Promise<Progress> {
  return shell.interactive ? bar(label, total) : lines(shell, label, total);
}

async function bar(label: string, total: number): Promise<Progress> {
  const { default: cliProgress } = await import('cli-progress');
  const drawn = new cliProgress.SingleBar(
    {
      format: `${label}  {bar}  {value}/{total}  {percentage}%  {failed} failed  ${'$'}{spend}  ETA {eta_formatted}`,
      barsize: 24,
      hideCursor: true,
      clearOnComplete: true,
      stream: process.stderr,
    },
    cliProgress.Presets.shades_classic,
  );
  const tally = { failed: 0, usd: 0 };
  drawn.start(total, 0, { failed: 0, spend: '0.00' });
  return {
    tick: ({ outcome, costUsd, provenance }) => {
      if (outcome.status !== 'completed') tally.failed++;
      // Only answers of a real endpoint cost anything now; recorded ones have been paid for.
      if ((provenance['real'] ?? 0) > 0) tally.usd += costUsd ?? 0;
      drawn.increment({ failed: tally.failed, spend: tally.usd.toFixed(2) });
    },
    stop: () => drawn.stop(),
  };
}

function lines(shell: Shell, label: string, total: number): Progress {
  const step = Math.max(1, Math.ceil(total / 10));
  const tally = { done: 0, failed: 0 };
  return {
    tick: ({ outcome }) => {
      tally.done++;
      if (outcome.status !== 'completed') tally.failed++;
      if (tally.done % step === 0 || tally.done === total)
        shell.err(`${label} ${tally.done}/${total} trials, ${tally.failed} failed`);
    },
    stop: () => undefined,
  };
}
