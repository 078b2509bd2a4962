import type { Command } from 'commander';
import type { CompareOptions } from '../../bench/compare-runs.ts';
import { thresholdOf } from '../../bench/compare-runs/thresholds.ts';
import { GATE_METRICS, gateMetric, tolerancesOf } from '../../bench/compare-runs/tolerances.ts';
import { declareOut } from './gate-options.ts';
import { collected } from './report-files.ts';

/** Declares the options that `compare` and `baseline check` share. */
export function declareCompareOptions(command: Command): void {
  command
    .option('--threshold <figure>', "a bar that the later run must meet, such as 'quality>=0.8' (repeatable)", collected)
    .option('--tolerance <metric=x>', 'what a metric may move by: quality=0.02, costUsd=10% (repeatable)', collected)
    .option('--gate-on <metrics...>', `metrics that can fail it (default: ${GATE_METRICS.join(', ')})`)
    .option('--accept', 'list regressions, and exit 0 all the same')
    .option('--format <reporter>', 'markdown, json or junit instead of text for a terminal')
    .option('--no-color', 'plain text');
  declareOut(command);
}

/** The options as they were typed; throws `usage` for what is no threshold, tolerance or metric. */
export function compareOptionsOf(options: Readonly<Record<string, unknown>>): CompareOptions {
  const list = (name: string) => (options[name] ?? []) as readonly string[];
  const gateOn = list('gateOn').map(gateMetric);
  return {
    tolerances: tolerancesOf(list('tolerance')),
    thresholds: list('threshold').map(thresholdOf),
    gateOn: gateOn.length > 0 ? gateOn : GATE_METRICS,
    accept: options['accept'] === true,
  };
}
