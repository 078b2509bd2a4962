import { relative } from 'node:path';
import type { RunPlan } from '../../bench/plan.ts';
import { openTraffic, type RunChoice } from '../../bench/prepare-run.ts';
import { composeAgain, judgeTraces, type ScoredAgain, type ScoreRequest } from '../../bench/score-again.ts';
import type { Scorer } from '../../contracts/scorer.ts';
import { PatternbenchError } from '../../kernel/errors.ts';
import { safeText } from '../../kernel/terminal-text.ts';
import { installNetworkGuard } from '../../transport/network-guard.ts';
import { agreeTo, isBilled } from './ask-before-spending.ts';
import { failClosed } from './run-mode.ts';
import type { ScoreOptionValues } from './score-options.ts';
import type { Shell } from './shell.ts';

/** Trials at a time while judges answer from recordings. */
export const AT_ONCE = 16;

/** What is judged, without those who are asked. */
export type Unjudged = Omit<ScoreRequest, 'traffic' | 'concurrency'>;

interface Recording {
  readonly plan: RunPlan;
  readonly choice: RunChoice;
  readonly options: ScoreOptionValues;
  readonly shell: Shell;
}

/** Asks judges for the verdicts that are not recorded, and records them. A real endpoint is asked only after a yes. */
export async function recordVerdicts(request: Unjudged, recording: Recording): Promise<void> {
  const { plan, choice, options, shell } = recording;
  failClosed(choice, shell, options.allowLive === true);
  if (await isBilled(plan.scenarios[0]!, choice)) {
    const calls = plan.trials.reduce((sum, { cell }) => sum + callsOf(cell.scorers), 0);
    const expected = `${plan.trials.length} trials to be judged at a real endpoint: at most ${calls} calls. At most ${choice.maxCalls} are sent (--max-calls).`;
    await agreeTo(expected, { shell, yes: options.yes === true });
  }
  const traffic = await openTraffic(choice, plan);
  try {
    await judgeTraces({ ...request, traffic, concurrency: 1 });
  } catch (error) {
    for (const open of traffic.values()) await open.abandon();
    throw error;
  }
  for (const [scenario, open] of traffic) {
    const { file, recorded, reused, changed } = await open.close();
    if (file === undefined) continue;
    const end = `${relative(shell.root, file)} ${changed ? 'written' : 'unchanged'}`;
    shell.err(safeText(`${scenario}: ${recorded} verdicts recorded, ${reused} answered from recordings; ${end}`));
  }
}

const callsOf = (scorers: readonly { readonly scorer: Scorer; readonly options: unknown }[]): number =>
  scorers.reduce((sum, { scorer, options }) => sum + (scorer.asks?.(options).calls ?? 0), 0);

interface Replaying {
  readonly plan: RunPlan;
  readonly choice: RunChoice;
  readonly options: ScoreOptionValues;
  readonly name: string;
}

/** Scores by the verdicts that are recorded. Throws `fixture_miss` with what to paste where some are missing. */
export async function byRecordedVerdicts(request: Unjudged, { plan, choice, options, name }: Replaying): Promise<ScoredAgain> {
  const missed = new Set<unknown>();
  let first: PatternbenchError | undefined;
  const onMiss: RunChoice['onMiss'] = (trial, miss) => {
    missed.add(trial);
    first ??= miss;
  };
  const traffic = await openTraffic({ ...choice, onMiss }, plan);
  // As in a replay: whatever a function of one's own fetches would be another thing tomorrow.
  using _guard = await installNetworkGuard({ allow: [] });
  try {
    const asked: ScoreRequest = { ...request, traffic, concurrency: AT_ONCE };
    const records = await judgeTraces(asked);
    if (first) {
      throw new PatternbenchError(
        'fixture_miss',
        `verdicts on ${missed.size} of ${plan.trials.length} trials are not recorded; nothing was written.\n\n${first.message}`,
        {
          remedy: askingCommands(name, { options, choice }),
        },
      );
    }
    return await composeAgain(asked, records);
  } finally {
    for (const open of traffic.values()) await open.abandon();
  }
}

/** What to paste where verdicts are missing: the simulated judge first, where there is one, then a real endpoint. */
function askingCommands(name: string, { options, choice }: { options: ScoreOptionValues; choice: RunChoice }): string {
  const file = options.scorers === undefined ? '' : ` --scorers ${options.scorers}`;
  // The set that each of these goes to by itself needs no name.
  const profile = choice.profile === undefined || choice.profile === 'simulated' ? '' : ` --profile ${choice.profile}`;
  const command = `npm run patternbench -- score ${name}${file} --mode auto${profile}`;
  return [
    'ask for them, and record them; offline, where the scenario declares simulation.judges:',
    `  ${command} --provider simulated`,
    'or at a real endpoint:',
    `  OPENAI_API_KEY=… ${command} --provider openai`,
  ].join('\n');
}
