import { safeLine } from '../../kernel/terminal-text.ts';
import type { RunRecord } from '../../schema/run-record.ts';
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

const MOST = 4;

/** Commands to paste next: the trials that explain the largest difference, and one that failed. Lines no wider than `width`. */
export function nextLines(run: RunRecord, views: readonly ScenarioView[], width: number): string[] {
  const picks = views.flatMap(picksOf).slice(0, MOST);
  const lines = picks.flatMap(({ trial, why }) => [
    ...wrap(`# ${safeLine(why)}`, width - 3).map((line) => `   ${line}`),
    ...command(`show ${quoted(pathOf(trial))}`, width),
  ]);
  return [...lines, ...command(`report ${quoted(run.runId)} -o report.html`, width)];
}

function picksOf(view: ScenarioView): Pick[] {
  const name = subjectOf(view);
  const { baseline, primary } = view.scenario;
  const picks: Pick[] = [];
  if (name !== undefined) {
    const [flip] = flipsOf(trialsOf(view, name), trialsOf(view, baseline), primary);
    if (flip && flip.difference !== 0) {
      const better = flip.difference > 0;
      picks.push(
        ...worth(view, name, flip.sample, better, `${flip.sample} under ${name}; ${baseline} against ${name}: ${flip.change}`),
      );
      picks.push(...worth(view, baseline, flip.sample, !better, `the same sample under ${baseline}`));
    }
  }
  const failed = view.trials.find(({ outcome }) => outcome.status === 'failed' || outcome.status === 'limit');
  if (failed)
    picks.push({
      trial: failed,
      why: `a trial of ${failed.pattern} that ${failed.outcome.status === 'limit' ? 'hit a limit' : 'failed'}`,
    });
  return picks;
}

/** The first trial of the sample that passed (or that did not), or else its first. */
function worth(view: ScenarioView, name: string, sample: string, passed: boolean, why: string): Pick[] {
  const own = trialsOf(view, name).filter((trial) => trial.sample === sample);
  const trial = own.find((candidate) => (candidate.passed === true) === passed) ?? own[0];
  return trial ? [{ trial, why }] : [];
}

const pathOf = ({ scenario, pattern, sample, trial }: TrialRecord) => `${scenario}/${pattern}/${sample}/${trial}`;

/** Names come from files: what a shell would act upon is quoted before anybody pastes it. */
const quoted = (text: string) => (/^[\w./@:-]+$/.test(text) ? text : `'${safeLine(text).replaceAll("'", String.raw`'\''`)}'`);

/** The command on one line, or continued as a shell continues lines. */
function command(rest: string, width: number): string[] {
  const whole = `   npm run patternbench -- ${rest}`;
  if (columnsOf(whole) <= width) return [whole];
  const lines = wrap(whole.trim(), width - 5);
  return lines.map(
    (line, i) => `${i === 0 ? '   ' : ''}${line}${i === lines.length - 1 ? '' : whole.includes(`${line} `) ? ' \\' : '\\'}`,
  );
}
