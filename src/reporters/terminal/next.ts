import { safeLine } from '../../kernel/terminal-text.ts';
import type { TrialRecord } from '../../schema/trial-record.ts';
import { columnsOf, wrap } from './columns.ts';
import { flipsOf } from './flips.ts';
import { subjectOf } from './notes.ts';
import { type ScenarioView, trialsOf } from './scenario-view.ts';

/** A trial worth reading, and why. */
interface Pick {
  readonly trial: TrialRecord;
  readonly why: string;
}

const MOST = 6;

/** Commands to paste next: the trials that explain the largest difference, and one that failed. Lines no wider than `width`. */
export function nextLines(views: readonly ScenarioView[], width: number): string[] {
  const picks = views.flatMap(picksOf).slice(0, MOST);
  const first = views
    .flatMap((view) => view.trials)
    .slice(0, 1)
    .map((trial) => ({ trial, why: 'the first trial' }));
  return (picks.length > 0 ? picks : first).flatMap(({ trial, why }) => {
    const lines = command(trial, width);
    return lines.length === 0 ? [] : [...wrap(`# ${safeLine(why)}`, width - 3).map((line) => `   ${line}`), ...lines];
  });
}

function picksOf(view: ScenarioView): Pick[] {
  const name = subjectOf(view);
  const { baseline, primary } = view.scenario;
  const picks: Pick[] = [];
  const [flip] = name === undefined ? [] : flipsOf(trialsOf(view, name), trialsOf(view, baseline), primary);
  if (name !== undefined && flip && flip.difference !== 0) {
    const better = flip.difference > 0;
    const of = (pattern: string) => trialsOf(view, pattern).filter((trial) => trial.sample === flip.sample);
    picks.push(...worth(of(name), better, `${flip.sample} under ${name}; from ${baseline} to ${name}: ${flip.change}`));
    picks.push(...worth(of(baseline), !better, `the same sample under ${baseline}`));
  }
  const failed = view.trials.find(({ outcome }) => outcome.status === 'failed' || outcome.status === 'limit');
  if (failed)
    picks.push({
      trial: failed,
      why: `a trial of ${failed.pattern} that ${failed.outcome.status === 'limit' ? 'hit a limit' : 'failed'}`,
    });
  return picks;
}

/** The first of the trials that passed (or that did not), or else the first. */
function worth(trials: readonly TrialRecord[], passed: boolean, why: string): Pick[] {
  const trial = trials.find((candidate) => (candidate.passed === true) === passed) ?? trials[0];
  return trial ? [{ trial, why }] : [];
}

/** The command on one line, or continued as a shell continues lines; none for a name that cannot be pasted safely. */
function command({ scenario, pattern, sample, trial }: TrialRecord, width: number): string[] {
  const path = `${scenario}/${pattern}/${sample}/${trial}`;
  // Names come from files, and what stands here is pasted into a shell.
  if (!/^\w[\w./@:-]*$/.test(path)) return [];
  const verb = 'npm run patternbench -- show';
  if (columnsOf(`   ${verb} ${path}`) <= width) return [`   ${verb} ${path}`];
  const pieces = wrap(path, width - 1);
  return [`${verb} \\`, ...pieces.map((piece, i) => (i === pieces.length - 1 ? piece : `${piece}\\`))];
}
