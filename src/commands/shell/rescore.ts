import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { loadScoreFile } from '../../bench/load-score-file.ts';
import { loadPatterns, loadScorers } from '../../bench/parts.ts';
import type { LoadedScenario, RunPlan } from '../../bench/plan.ts';
import { openTraffic, type RunChoice } from '../../bench/prepare-run.ts';
import { prepareScorers } from '../../bench/prepare-scorers.ts';
import { readRun, type SavedRun } from '../../bench/read-run.ts';
import { runText, trialText } from '../../bench/record-text.ts';
import { RunFolder } from '../../bench/run-folder.ts';
import {
  asksJudges,
  composeAgain,
  judgeTraces,
  newScores,
  readTraces,
  type RunTraces,
  type ScoredAgain,
  type ScoreRequest,
  trialsOf,
} from '../../bench/score-again.ts';
import { undeclaredJudges } from '../../bench/scenario-checks.ts';
import { selectScenarios } from '../../bench/select-scenarios.ts';
import type { Traffic } from '../../bench/traffic.ts';
import type { Scorer } from '../../contracts/scorer.ts';
import { PatternbenchError } from '../../kernel/errors.ts';
import { safeText } from '../../kernel/terminal-text.ts';
import { installNetworkGuard } from '../../transport/network-guard.ts';
import { agreeTo, isBilled } from './ask-before-spending.ts';
import { EXIT } from './exit-code.ts';
import { failClosed, modeNamed } from './run-mode.ts';
import type { Shell } from './shell.ts';
import { tellRescored } from './tell-rescored.ts';

export interface ScoreOptionValues {
  readonly scorers?: string;
  readonly dryRun?: boolean;
  readonly out?: string;
  readonly mode: string;
  readonly profile?: string;
  readonly provider: string;
  readonly model: Readonly<Record<string, string>>;
  readonly maxCalls?: number;
  readonly allowLive?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Trials at a time while judges answer from recordings. */
const AT_ONCE = 16;
/** Requests to judges unless --max-calls says otherwise. */
const MAX_CALLS = { simulated: 100_000, real: 500 } as const;

/** Judges a saved run again, shows what that changes, writes the new record, and returns the exit code. */
export async function rescore(folder: string, options: ScoreOptionValues, shell: Shell): Promise<number> {
  const mode = modeNamed(options.mode, ['replay', 'auto']);
  const saved = await readRun(folder);
  if (saved.run.imported) {
    throw new PatternbenchError(
      'usage',
      `${saved.run.runId} was imported: its trials are of no scenario that says what is expected of them`,
      {
        remedy: 'name a run of our own: npm run patternbench -- list runs',
      },
    );
  }
  const told = await readTraces(folder);
  const scorers = await loadScorers();
  const scores = newScores(told.plan, await scenariosNow(told, { options, scorers, shell }), scorers);
  const trials = trialsOf(told, scores);
  const request: Omit<ScoreRequest, 'traffic' | 'concurrency'> = { ...told, scores, trials, signal: shell.signal };
  const choice = choiceOf(options, shell);
  const plan: RunPlan = { scenarios: [...scores.scenarios.values()], cells: [], trials };
  let scored: ScoredAgain;
  if (!asksJudges(scores)) {
    const asked = { ...request, traffic: new Map<string, Traffic>() };
    using _guard = await installNetworkGuard({ allow: [] });
    scored = composeAgain({ ...asked, concurrency: AT_ONCE }, await judgeTraces({ ...asked, concurrency: AT_ONCE }));
  } else {
    // What is missing is recorded first; the verdicts that count are then those of the recording.
    if (mode === 'auto') await recordVerdicts(request, { plan, choice, options, shell });
    scored = await byRecordedVerdicts(request, { plan, choice: { ...choice, mode: 'replay' }, options, name: saved.run.runId });
  }
  return deliver({ saved, scored, options, shell });
}

interface Loading {
  readonly options: ScoreOptionValues;
  readonly scorers: readonly Scorer[];
  readonly shell: Shell;
}

/** The scenarios of the run as they are now, judged by the scores of the file where there is one. */
async function scenariosNow({ plan }: RunTraces, { options, scorers, shell }: Loading): Promise<LoadedScenario[]> {
  const parts = { patterns: await loadPatterns(), scorers };
  const names = plan.scenarios.map(({ name }) => name);
  const loaded = await selectScenarios({ folder: join(shell.root, 'scenarios'), names, parts });
  const file = options.scorers;
  if (file === undefined) return loaded;
  const scoresFor = await loadScoreFile(file, parts);
  return Promise.all(
    loaded.map(async ({ scenario, tools }) => {
      const judgedBy = { ...scenario, ...scoresFor(scenario) };
      const [undeclared] =
        options.mode !== 'replay' && options.provider === 'simulated' ? undeclaredJudges(judgedBy, { scorers }) : [];
      if (undeclared) {
        throw new PatternbenchError('invalid_scenario', `the simulated model is no judge as "${undeclared.model}"`, {
          place: { file: scenario.file, path: 'simulation.judges' },
          remedy: 'say how it errs in simulation.judges of the scenario, or ask a real endpoint with --provider openai',
        });
      }
      // Functions of one's own stand beside the file that names them.
      const prepared = await prepareScorers({ score: judgedBy.score, file }, scorers);
      return { scenario: judgedBy, tools, prepared };
    }),
  );
}

const choiceOf = (options: ScoreOptionValues, shell: Shell): RunChoice => ({
  root: shell.root,
  scenarios: [],
  patterns: [],
  mode: 'auto',
  provider: options.provider,
  profile: options.profile ?? (options.provider === 'simulated' ? undefined : options.provider),
  models: options.model,
  maxCalls: options.maxCalls ?? (options.provider === 'simulated' ? MAX_CALLS.simulated : MAX_CALLS.real),
  env: shell.env,
  today: new Date(shell.now()).toISOString().slice(0, 10),
  onMiss: () => undefined,
});

interface Recording {
  readonly plan: RunPlan;
  readonly choice: RunChoice;
  readonly options: ScoreOptionValues;
  readonly shell: Shell;
}

async function recordVerdicts(request: Omit<ScoreRequest, 'traffic' | 'concurrency'>, recording: Recording): Promise<void> {
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

async function byRecordedVerdicts(
  request: Omit<ScoreRequest, 'traffic' | 'concurrency'>,
  { plan, choice, options, name }: Replaying,
): Promise<ScoredAgain> {
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
    return composeAgain(asked, records);
  } finally {
    for (const open of traffic.values()) await open.abandon();
  }
}

/** What to paste where verdicts are missing: the simulated judge first, where there is one, then a real endpoint. */
function askingCommands(name: string, { options, choice }: { options: ScoreOptionValues; choice: RunChoice }): string {
  const file = options.scorers === undefined ? '' : ` --scorers ${options.scorers}`;
  const profile = choice.profile === undefined ? '' : ` --profile ${choice.profile}`;
  const command = `npm run patternbench -- score ${name}${file} --mode auto${profile}`;
  return [
    'ask for them, and record them; offline, where the scenario declares simulation.judges:',
    `  ${command} --provider simulated`,
    'or at a real endpoint:',
    `  OPENAI_API_KEY=… ${command} --provider openai`,
  ].join('\n');
}

interface Delivery {
  readonly saved: SavedRun;
  readonly scored: ScoredAgain;
  readonly options: ScoreOptionValues;
  readonly shell: Shell;
}

async function deliver({ saved, scored, options, shell }: Delivery): Promise<number> {
  const { run, trials, spans } = scored;
  const same = runText(run) === runText(saved.run) && trials.map(trialText).join('\n') === saved.trials.map(trialText).join('\n');
  const reports = join(shell.root, 'reports');
  let place: string | undefined;
  if (options.dryRun) place = undefined;
  else if (options.out !== undefined) place = await writeTo(options.out, scored);
  else if (!same) {
    const id = run.runId === saved.run.runId && run.mode !== 'replay' ? undefined : run.runId;
    if (id === undefined)
      throw new PatternbenchError(
        'usage',
        `the same scores judge ${run.runId} otherwise than it was judged: scorers have changed since`,
        {
          remedy:
            'its recordings cannot be made again, so it is kept as it is; write the new record elsewhere with --out <folder>',
        },
      );
    await using folder = await RunFolder.create(reports, id);
    for (const line of spans) await folder.appendSpans(line);
    for (const trial of trials) await folder.appendTrial(trial);
    await folder.finish(run, { ...(await environmentOf(saved)), scoredAgainFrom: saved.run.runId });
    place = relative(shell.root, folder.path);
  }
  if (options.json) shell.out(JSON.stringify(run));
  else
    for (const line of tellRescored({ saved, scored, same, place, dryRun: options.dryRun === true }, shell.width))
      shell.out(line);
  const unscored = trials.every(({ scores }) => Object.values(scores).every((score) => score === null));
  if (!unscored) return EXIT.ok;
  shell.err('nothing was scored: a run without scores is an error, never a success');
  return EXIT.errors;
}

const environmentOf = async ({ folder }: SavedRun): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(join(folder, 'environment.json'), 'utf8').catch(() => '{}')) as Record<string, unknown>;

async function writeTo(folder: string, { run, trials, spans }: ScoredAgain): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'run.json'), runText(run));
  await writeFile(join(folder, 'trials.jsonl'), trials.map((trial) => `${trialText(trial)}\n`).join(''));
  await writeFile(join(folder, 'spans.jsonl'), spans.map((line) => `${line}\n`).join(''));
  return folder;
}
