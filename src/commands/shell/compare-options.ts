import type { Command } from 'commander';
import { GATE_METRICS } from '../../bench/compare-runs/tolerances.ts';

const collected = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value];

/** Declares the options that `compare` and `baseline check` share. */
export function declareCompareOptions(command: Command): void {
  command
    .option('--threshold <figure>', "a bar that the later run must meet, such as 'quality>=0.8' (repeatable)", collected)
    .option('--tolerance <metric=x>', 'what a metric may move by: quality=0.02, costUsd=10% (repeatable)', collected)
    .option('--gate-on <metrics...>', `metrics that can fail it (default: ${GATE_METRICS.join(', ')})`)
    .option('--accept', 'list regressions, and exit 0 all the same')
    .option('--format <reporter>', 'markdown, json or junit instead of text for a terminal')
    .option('--no-color', 'plain text');
}
