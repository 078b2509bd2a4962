import { compareRuns } from '../../bench/compare-runs.ts';
import { loadReporters, partNamed } from '../../bench/parts.ts';
import type { SavedRun } from '../../bench/read-run.ts';
import type { RunComparison } from '../../contracts/run-comparison.ts';
import { PatternbenchError } from '../../kernel/errors.ts';
import { NATIVE } from '../../schema/trial-record.ts';
import { compareOptionsOf } from './compare-options.ts';
import { EXIT } from './exit-code.ts';
import type { Shell } from './shell.ts';
import { tellComparison } from './tell-comparison.ts';

/** Reporters that show a comparison; the others show one run. */
const FORMATS = ['markdown', 'json', 'junit'];

interface Compared {
  readonly before: SavedRun;
  readonly after: SavedRun;
  /** The baseline's name where `before` is one: then accepting is setting it anew. */
  readonly baseline?: string;
}

/** Compares two saved runs, prints what came out, and returns the exit code. */
export async function compareSaved(
  { before, after, baseline }: Compared,
  options: Readonly<Record<string, unknown>>,
  shell: Shell,
): Promise<number> {
  const comparison = compareRuns(before, after, compareOptionsOf(options));
  const format = options['format'] as string | undefined;
  if (format === undefined) {
    shell.out(tellComparison(comparison, { width: shell.width, next: nextCommands(comparison, baseline) }));
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

/** What to paste next; nothing for names that a shell would act upon. */
function nextCommands({ verdict, groups, after }: RunComparison, baseline: string | undefined): string[] {
  const commands: string[] = [];
  const lost = groups
    .filter(({ adapter }) => adapter === NATIVE)
    .flatMap((group) => group.flips.map((flip) => ({ group, flip })));
  const first = lost.find(({ flip }) => flip.lost.length > 0);
  if (verdict === 'regressed' && first)
    commands.push(
      `show ${first.group.scenario}/${first.group.pattern}/${first.flip.sample}/${first.flip.lost[0]} --run ${after}`,
    );
  if (verdict === 'inconclusive') commands.push(`power ${after}`);
  if (baseline !== undefined && verdict !== 'no-material-change') commands.push(`baseline set ${after} --name ${baseline}`);
  return commands.filter((command) => /^[\w./@: -]+$/.test(command)).map((command) => `npm run patternbench -- ${command}`);
}
