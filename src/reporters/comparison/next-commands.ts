import { safeLine } from '../../kernel/terminal-text.ts';
import type { GroupComparison, RunComparison, ThresholdResult } from '../../contracts/run-comparison.ts';
import type { RunRecord } from '../../schema/run-record.ts';
import { picksOf } from '../terminal/picks.ts';
import { viewOf } from '../terminal/scenario-view.ts';
import { NATIVE, type TrialRecord } from '../../schema/trial-record.ts';

/** A command line to paste, and what it is for. */
export interface NextCommand {
  readonly why: string;
  readonly command: string;
}

/**
 * What to paste after a comparison: the first trial that was lost, what it takes to see more, the same gate again, and how to take the change.
 * Names come from files and are pasted into a shell: a command with anything else in it is left out.
 */
export function nextCommands({ verdict, groups, after, baseline, partial }: RunComparison): NextCommand[] {
  const commands: (NextCommand | undefined)[] = [];
  const native = groups
    .filter(({ adapter }) => adapter === NATIVE)
    .toSorted((a, b) => Number(b.verdict === 'regressed') - Number(a.verdict === 'regressed'));
  const lost = native.flatMap((group) => group.flips.filter((flip) => flip.lost.length > 0).map((flip) => ({ group, flip })))[0];
  const fallen = native.find((group) => group.verdict === 'regressed' && group.worst !== null);
  const show = ({ scenario, pattern }: GroupComparison, trial: string) => `show ${scenario}/${pattern}/${trial} --run ${after}`;
  if (verdict === 'regressed' && lost)
    commands.push(
      pasted('a trial that passed before and does not now', show(lost.group, `${lost.flip.sample}/${lost.flip.lost[0]}`)),
    );
  else if (verdict === 'regressed' && fallen)
    commands.push(pasted('the trial whose score fell most', show(fallen, `${fallen.worst!.sample}/${fallen.worst!.trial}`)));
  if (verdict === 'inconclusive') commands.push(pasted('how many samples would tell', `power ${after}`));
  const worse = groups.filter((group) => group.verdict === 'regressed' && group.adapter === NATIVE);
  if (verdict === 'regressed' && worse.length > 0 && baseline !== null) {
    const [scenarios, patterns] = [worse.map(({ scenario }) => scenario), worse.map(({ pattern }) => pattern)].map((names) => [
      ...new Set(names),
    ]) as [string[], string[]];
    commands.push(
      pasted(
        'the same gate on what got worse, after a change',
        `run -s ${scenarios.join(' ')} -p ${patterns.join(' ')} --against ${baseline}`,
      ),
    );
  }
  const isWorthTaking = verdict !== 'no-material-change' && verdict !== 'inconclusive';
  if (baseline !== null && isWorthTaking)
    commands.push(
      partial
        ? pasted('the whole gate, before the baseline is set anew', `run --against ${baseline}`)
        : pasted(
            verdict === 'regressed'
              ? 'only if the loss is meant: take this run as the baseline'
              : 'take this run as the baseline from now on',
            `baseline set ${after} --name ${baseline}`,
          ),
    );
  return commands.filter((command) => command !== undefined);
}

interface Failing {
  readonly against: RunComparison | undefined;
  readonly run: RunRecord;
  readonly trials: readonly TrialRecord[];
  readonly thresholds: readonly ThresholdResult[];
}

/** What to paste after a run that was held against something: what the comparison says, or else a trial of what failed. */
export function gateCommands({ run, trials, against, thresholds }: Failing): NextCommand[] {
  const compared = against ? nextCommands(against) : [];
  if (compared.length > 0) return compared;
  const missed = thresholds.find(({ met, pattern }) => !met && pattern !== 'any');
  const own = (trial: TrialRecord) =>
    missed === undefined || (trial.scenario === missed.scenario && trial.pattern === missed.pattern.split('/').at(-1));
  const reading = trials.find((trial) => own(trial) && trial.passed !== true) ?? trials.find(own);
  if (!reading) return [];
  const { scenario, pattern, sample, trial } = reading;
  const why = reading.passed === true ? `a trial of ${pattern}` : `a trial of ${pattern} that did not pass`;
  const command = pasted(why, `show ${scenario}/${pattern}/${sample}/${trial} --run ${run.runId}`);
  return command ? [command] : [];
}

/** Reading commands that a comment has room for. */
const READ = 4;

/** What to paste after a run that was held against nothing: trials worth reading, and how to keep it as a baseline. */
export function readingCommands(run: RunRecord, trials: readonly TrialRecord[]): NextCommand[] {
  const picks = run.scenarios.flatMap((scenario) => picksOf(viewOf(run, trials, scenario))).slice(0, READ);
  const reading = picks.map(({ trial: { scenario, pattern, sample, trial }, why }) =>
    pasted(why, `show ${scenario}/${pattern}/${sample}/${trial} --run ${run.runId}`),
  );
  const keeping = run.complete ? pasted('keep this run, to hold later ones against it', `baseline set ${run.runId}`) : undefined;
  return [...reading, keeping].filter((command) => command !== undefined);
}

const pasted = (why: string, command: string): NextCommand | undefined =>
  /^[\w./@: -]+$/.test(command) ? { why: safeLine(why), command: `npm run patternbench -- ${command}` } : undefined;
