import { brokenByInfrastructure } from '../../bench/compose-record.ts';
import { type CompareOptions, compareRuns } from '../../bench/compare-runs.ts';
import { heldAgainst, thresholdOf } from '../../bench/compare-runs/thresholds.ts';
import { tolerancesOf } from '../../bench/compare-runs/tolerances.ts';
import type { ExecutedRun } from '../../bench/execute.ts';
import type { RunPlan } from '../../bench/plan.ts';
import type { RunChoice } from '../../bench/prepare-run.ts';
import { findingTotalsOf } from '../../contracts/finding-totals.ts';
import type { RunComparison, ThresholdResult } from '../../contracts/run-comparison.ts';
import { PatternbenchError } from '../../kernel/errors.ts';
import { EXIT, worstExit } from './exit-code.ts';
import { type Failure, type GateOptionValues, type MaxErrors, maxErrorsOf, USUAL_FAILURES } from './gate-options.ts';
import { USUAL_MAX_AGE } from './age.ts';
import { type HeldAgainst, runOrBaseline, tellAge } from './held-against.ts';
import { type ReportFile, reportFiles } from './report-files.ts';
import type { Shell } from './shell.ts';

/** What a run must be, as it was asked for before it began. */
export interface RunGate {
  readonly before: HeldAgainst | undefined;
  readonly compare: Required<Pick<CompareOptions, 'tolerances' | 'thresholds'>>;
  readonly failOn: ReadonlySet<Failure>;
  readonly maxErrors: MaxErrors;
  readonly files: readonly ReportFile[];
}

/** Reads what a run will be held against, so that a mistake is told before anything runs. Throws `usage`, `not_found`, `invalid_record`. */
export async function gateOfRun(options: GateOptionValues, shell: Shell): Promise<RunGate> {
  const { against, failOn = USUAL_FAILURES } = options;
  const needsAgainst = [
    ...(options.tolerance ? ['--tolerance'] : []),
    ...(options.failOn ?? [])
      .filter((what) => what === 'inconclusive' || what === 'regression')
      .map((what) => `--fail-on ${what}`),
  ];
  if (against === undefined && needsAgainst.length > 0)
    throw new PatternbenchError('usage', `${needsAgainst[0]} speaks of a change, and this run is compared with nothing`, {
      remedy: 'add --against <baseline or run>, such as --against main',
    });
  const compare = {
    tolerances: tolerancesOf(options.tolerance ?? []),
    thresholds: (options.threshold ?? []).map(thresholdOf),
  };
  const files = await reportFiles(options.out ?? [], shell.root);
  const before = against === undefined ? undefined : await runOrBaseline(against, shell);
  if (before?.baseline !== undefined && before.setOn !== undefined)
    tellAge({ baseline: before.baseline, setOn: before.setOn }, USUAL_MAX_AGE, shell);
  return { before, compare, failOn: new Set(failOn), maxErrors: maxErrorsOf(options.maxErrors ?? '0'), files };
}

/** What a run is held against and how it stands there. */
export interface Judged {
  readonly against: RunComparison | undefined;
  readonly thresholds: readonly ThresholdResult[];
  /** Sentences: what makes it fail. Empty where nothing does. */
  readonly failures: readonly string[];
  readonly code: number;
}

/** Holds a run against what was asked of it. What a person chose not to run (`only`) is not missing. */
export function judged({ run, trials }: ExecutedRun, gate: RunGate, only: CompareOptions['only']): Judged {
  const { before, compare, failOn, maxErrors } = gate;
  const broken = trials.filter(brokenByInfrastructure);
  const isTolerated = maxErrors.allows(broken.length, trials.length);
  const against =
    before &&
    compareRuns(
      before,
      { run, trials },
      { ...compare, ...(only ? { only } : {}), baseline: before.baseline, tolerateErrors: isTolerated },
    );
  const thresholds = against?.thresholds ?? compare.thresholds.flatMap((threshold) => heldAgainst(run.groups, threshold));
  const found: [code: number, sentence: string][] = [];
  if (trials.every(({ scores }) => Object.values(scores).every((score) => score === null)))
    found.push([EXIT.errors, 'nothing was scored: a run without scores is an error, never a success']);
  if (failOn.has('error') && !isTolerated) found.push([EXIT.errors, brokenSentence(broken, maxErrors)]);
  if (against?.verdict === 'incomparable')
    found.push([
      EXIT.incomparable,
      `incomparable with ${against.before}: ${against.differing.map(({ field }) => field).join(', ')}`,
    ]);
  if (failOn.has('regression') && against?.verdict === 'regressed')
    found.push([EXIT.gate, `regressed against ${against.before}`]);
  if (failOn.has('inconclusive') && against?.verdict === 'inconclusive')
    found.push([EXIT.gate, `inconclusive against ${against.before}`]);
  const missed = thresholds.filter(({ met }) => !met);
  if (failOn.has('threshold') && missed.length > 0)
    found.push([EXIT.gate, `${missed.length} ${missed.length === 1 ? 'threshold' : 'thresholds'} not met`]);
  const unscored = run.groups.reduce((sum, group) => sum + group.unscored, 0);
  if (failOn.has('unscored') && unscored > 0) found.push([EXIT.gate, `${unscored} trials are unscored`]);
  const totals = findingTotalsOf(run).filter(({ severity }) => severity !== 'info');
  const findings = totals.reduce((sum, total) => sum + total.findings, 0);
  if (failOn.has('finding') && findings > 0)
    found.push([EXIT.gate, `${findings} findings: ${[...new Set(totals.map(({ kind }) => kind))].join(', ')}`]);
  return { against, thresholds, failures: found.map(([, sentence]) => sentence), code: worstExit(found.map(([code]) => code)) };
}

function brokenSentence(broken: ExecutedRun['trials'], { text }: MaxErrors): string {
  const [first] = broken;
  const why = first?.outcome.status === 'failed' ? first.outcome.message : (first?.outcome.status ?? '');
  const allowed = text === '0' ? '' : `; ${text} are allowed (--max-errors)`;
  return `${broken.length} trials broke down for reasons that are not the pattern's (${why}); the run is incomplete${allowed}`;
}

/** The part of a run that a person chose; nothing where they chose all. */
export function chosenOnly(
  plan: RunPlan,
  { scenarios, patterns, tags = [] }: Pick<RunChoice, 'scenarios' | 'patterns' | 'tags'>,
): CompareOptions['only'] {
  const narrows = scenarios.length + tags.length > 0;
  if (!narrows && patterns.length === 0) return undefined;
  return {
    scenarios: narrows ? plan.scenarios.map(({ name }) => name) : null,
    patterns: patterns.length > 0 ? [...new Set(plan.cells.map(({ pattern }) => pattern))] : null,
  };
}
