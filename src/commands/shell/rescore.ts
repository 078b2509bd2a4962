import { join } from 'node:path';
import { loadScoreFile } from '../../bench/load-score-file.ts';
import { loadDetectors, loadPatterns, loadScorers } from '../../bench/parts.ts';
import type { LoadedScenario, RunPlan } from '../../bench/plan.ts';
import type { RunChoice } from '../../bench/prepare-run.ts';
import { prepareScorers } from '../../bench/prepare-scorers.ts';
import { readRun } from '../../bench/read-run.ts';
import { type RunTraces, readTraces } from '../../bench/run-traces.ts';
import { undeclaredJudges } from '../../bench/scenario-checks.ts';
import { asksJudges, composeAgain, judgeTraces, newScores, type ScoredAgain, trialsOf } from '../../bench/score-again.ts';
import { selectScenarios } from '../../bench/select-scenarios.ts';
import type { Traffic } from '../../bench/traffic.ts';
import type { Scorer } from '../../contracts/scorer.ts';
import { PatternbenchError } from '../../kernel/errors.ts';
import { OWN } from '../../telemetry/attribute-names.ts';
import { installNetworkGuard } from '../../transport/network-guard.ts';
import { deliver } from './deliver-rescored.ts';
import { modeNamed } from './run-mode.ts';
import type { ScoreOptionValues } from './score-options.ts';
import type { Shell } from './shell.ts';
import { AT_ONCE, byRecordedVerdicts, recordVerdicts, type Unjudged } from './verdicts.ts';

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
  const request: Unjudged = { ...told, scores, trials, signal: shell.signal };
  const choice = choiceOf(options, shell, mode === 'auto' ? undefined : recordingOf(told));
  const plan: RunPlan = { scenarios: [...scores.scenarios.values()], cells: [], trials };
  let scored: ScoredAgain;
  if (!asksJudges(scores)) {
    const asked = { ...request, traffic: new Map<string, Traffic>() };
    using _guard = await installNetworkGuard({ allow: [] });
    scored = await composeAgain({ ...asked, concurrency: AT_ONCE }, await judgeTraces({ ...asked, concurrency: AT_ONCE }));
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
  const parts = { patterns: await loadPatterns(), scorers, detectors: await loadDetectors() };
  const names = options.scenario ?? plan.scenarios.map(({ name }) => name);
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

/** The recording set that the run was answered from: its judges were, too. */
function recordingOf({ traces }: RunTraces): string | undefined {
  const set = traces[0]?.spans.find(({ parentPath }) => parentPath === null)?.attributes[OWN.fixtureSet];
  return typeof set === 'string' ? set.split('/')[1] : undefined;
}

const choiceOf = (options: ScoreOptionValues, shell: Shell, recorded: string | undefined): RunChoice => ({
  root: shell.root,
  scenarios: [],
  patterns: [],
  mode: 'auto',
  provider: options.provider,
  profile: options.profile ?? recorded ?? (options.provider === 'simulated' ? undefined : options.provider),
  models: options.model,
  maxCalls: options.maxCalls ?? (options.provider === 'simulated' ? MAX_CALLS.simulated : MAX_CALLS.real),
  env: shell.env,
  today: new Date(shell.now()).toISOString().slice(0, 10),
  onMiss: () => undefined,
});
