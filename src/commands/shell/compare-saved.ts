import { join } from 'node:path';
import { type CompareOptions, compareRuns } from '../../bench/compare-runs.ts';
import { thresholdOf } from '../../bench/compare-runs/thresholds.ts';
import { GATE_METRICS, gateMetric, tolerancesOf } from '../../bench/compare-runs/tolerances.ts';
import { loadReporters, partNamed } from '../../bench/parts.ts';
import type { SavedRun } from '../../bench/read-run.ts';
import type { RunComparison } from '../../contracts/run-comparison.ts';
import { PatternbenchError } from '../../kernel/errors.ts';
import { nextCommands } from '../../reporters/comparison/next-commands.ts';
import { EXIT } from './exit-code.ts';
import type { HeldAgainst } from './held-against.ts';
import { reportFiles, writeReports } from './report-files.ts';
import type { Shell } from './shell.ts';
import { tellComparison } from './tell-comparison.ts';

/** Reporters that show a comparison; the others show one run. */
const FORMATS = ['markdown', 'json', 'junit'];

interface Compared {
  /** Where it is a baseline, accepting is setting it anew. */
  readonly before: HeldAgainst;
  readonly after: SavedRun;
}

/** Compares two saved runs, prints what came out, and returns the exit code. */
export async function compareSaved(
  { before, after }: Compared,
  options: Readonly<Record<string, unknown>>,
  shell: Shell,
): Promise<number> {
  const files = await reportFiles((options['out'] ?? []) as readonly string[], shell.root);
  const comparison = compareRuns(before, after, { ...compareOptionsOf(options), baseline: before.baseline });
  const spansFile = join(after.folder, 'spans.jsonl');
  await writeReports(files, { run: after.run, trials: after.trials, against: comparison, spansFile }, shell);
  const format = options['format'] as string | undefined;
  if (format === undefined) {
    shell.out(tellComparison(comparison, { width: shell.width, next: nextCommands(comparison) }));
    return exitCode(comparison);
  }
  if (!FORMATS.includes(format))
    throw new PatternbenchError('usage', `no comparison is shown as "${format}"`, {
      remedy: `name one of ${FORMATS.join(', ')}`,
    });
  const reporter = partNamed('reporter', await loadReporters(), format);
  const text = reporter.render(
    { run: after.run, trials: after.trials, against: comparison },
    { width: shell.width, color: false },
  );
  shell.out(text.replace(/\n$/, ''));
  return exitCode(comparison);
}

function exitCode({ verdict, accepted, thresholds }: RunComparison): number {
  if (verdict === 'incomparable') return EXIT.incomparable;
  return (verdict === 'regressed' && !accepted) || thresholds.some(({ met }) => !met) ? EXIT.gate : EXIT.ok;
}

/** The options as they were typed; throws `usage` for what is no threshold, tolerance or metric. */
function compareOptionsOf(options: Readonly<Record<string, unknown>>): CompareOptions {
  const list = (name: string) => (options[name] ?? []) as readonly string[];
  const gateOn = list('gateOn').map(gateMetric);
  return {
    tolerances: tolerancesOf(list('tolerance')),
    thresholds: list('threshold').map(thresholdOf),
    gateOn: gateOn.length > 0 ? gateOn : GATE_METRICS,
    accept: options['accept'] === true,
  };
}
