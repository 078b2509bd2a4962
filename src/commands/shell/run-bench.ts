import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { brokenByInfrastructure } from '../../bench/compose-record.ts';
import { type ExecutedRun, execute, type ExecuteRequest } from '../../bench/execute.ts';
import { checkModelMap, checkReplacement, openTraffic, planRun, type RunChoice } from '../../bench/prepare-run.ts';
import type { LivePush } from '../../bench/push-run.ts';
import { readSensitivity } from '../../bench/sensitivity.ts';
import type { RunPlan } from '../../bench/plan.ts';
import { type SpendingCap, spendingCap } from '../../bench/spending-cap.ts';
import type { Traffic } from '../../bench/traffic.ts';
import { TOOL_VERSION } from '../../bench/version.ts';
import { PatternbenchError } from '../../kernel/errors.ts';
import { installStrictClock } from '../../kernel/strict-clock.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import { safeText } from '../../kernel/terminal-text.ts';
import type { RunRecord } from '../../schema/run-record.ts';
import { installNetworkGuard } from '../../transport/network-guard.ts';
import { REPLAY_TRANSPORTS, type ReplayTransport } from '../../transport/replay-transport.ts';
import { askBeforeSpending } from './ask-before-spending.ts';
import { contentChoice } from './content-choice.ts';
import { EXIT } from './exit-code.ts';
import { fromHere } from './from-here.ts';
import { progressOf } from './progress.ts';
import { decideOnce, failClosed, type RunMode } from './run-mode.ts';
import { approverOf, budgetOf, timeLimited } from './run-guards.ts';
import { endpointOf } from './push-options.ts';
import { pushTraces, pushWhileRunning } from './push-traces.ts';
import type { RunOptionValues } from './run-options.ts';
import type { Shell } from './shell.ts';
import { ledgerFacts, ledgerLines, toBeTold } from './tell-ledger.ts';
import { type Missed, missingError } from './tell-misses.ts';
import { goOn, whatIsKept, whereHalfIs } from './what-is-kept.ts';

/** Requests to an endpoint in one run unless --max-calls says otherwise: enough for what ships, a stop for what runs away. */
const MAX_CALLS = { billed: 200, free: 100_000 } as const;

/** A run that is taken up again. */
export interface TakenUp {
  readonly runId: string;
  /** The day when it began, YYYY-MM-DD: its prices stay those of that day. */
  readonly today: string;
  /** Scenarios of which something was recorded before. */
  readonly continued: ReadonlySet<string>;
  /** By key. */
  readonly answers: ReadonlyMap<string, Json>;
}

/** Runs, records or replays what the options name, prints what came out, and returns the exit code. */
export async function runBench(options: RunOptionValues, wanted: RunMode, shell: Shell, takenUp?: TakenUp): Promise<number> {
  const missed: Missed[] = [];
  const asked = choiceOf(options, wanted, { shell, takenUp, onMiss: (plan, miss) => void missed.push({ plan, miss }) });
  const guards = { approver: approverOf(options, shell), budget: budgetOf(options, shell), signal: timeLimited(options, shell) };
  const plan = await planRun(asked);
  const choice = wanted === 'once' ? decideOnce(asked, plan) : asked;
  const { mode } = choice;
  const runId = takenUp?.runId ?? `${new Date(shell.now()).toISOString().replace(/[-:.]/g, '')}-${mode}`.toLowerCase();
  failClosed(choice, shell, options.allowLive === true);
  checkModelMap(plan, choice.models);
  if (mode === 'record') checkReplacement(plan, choice);
  if (mode !== 'replay') await askBeforeSpending(plan, choice, { shell, yes: options.yes === true });
  const cap = spendingCap(choice);
  const traffic = await openTraffic(choice, plan, cap);
  for (const warning of [...traffic.values()].flatMap(({ warnings }) => warnings))
    shell.err(safeText(fromHere(`warning: ${warning}`, shell)));
  const url = endpointOf(options, shell);
  // A replay is over in a moment; who waits for an endpoint wants to watch.
  const live = url && mode !== 'replay' ? await pushWhileRunning(url, { options, shell }) : undefined;
  let executed: ExecutedRun;
  try {
    executed = await executePlan({
      options,
      choice,
      plan,
      traffic,
      cap,
      missed,
      live,
      shell,
      runId,
      guards,
      ...(takenUp ? { takenUp } : {}),
    });
  } catch (error) {
    if (!options.quiet) for (const line of ledgerLines(traffic, choice)) shell.err(safeText(line));
    for (const open of traffic.values()) await open.abandon();
    const kept = isJournaled(options, mode) ? goOn(runId, error) : whatIsKept(error);
    if (kept !== undefined) shell.err(safeText(kept));
    throw error;
  }
  // Half a recording must not take the place of a whole one.
  if (mode === 'record' && executed.trials.some(brokenByInfrastructure)) {
    for (const open of traffic.values()) await open.abandon();
    shell.err(safeText(whereHalfIs(choice, plan)));
    traffic.clear();
  }
  await closeTraffic(traffic, choice, { shell, quiet: options.quiet === true });
  if (live) await live.finish(executed.folder);
  else if (url) await pushTraces(executed.folder, url, { options, shell });
  await print(executed, options, shell);
  return verdict(executed, shell);
}

/** Ends the traffic of a run that got to its end, and says what became of its calls. */
async function closeTraffic(
  traffic: ReadonlyMap<string, Traffic>,
  choice: RunChoice,
  { shell, quiet }: { shell: Shell; quiet: boolean },
) {
  const unused: string[] = [];
  for (const [scenario, open] of traffic) {
    const { file, recorded, reused, changed } = await open.close();
    const rest = toBeTold(open.ledger(), choice).unused;
    const beside = rest > 0 ? `, ${rest} recorded before and not asked for` : '';
    if (!file) unused.push(...ledgerLines(new Map([[scenario, open]]), choice));
    else {
      const end = `${relative(shell.root, file)} ${changed ? 'written' : 'unchanged'}`;
      shell.err(`${scenario}: ${recorded} recorded, ${reused} answered from recordings${beside}; ${end}`);
    }
  }
  if (!quiet) for (const line of unused) shell.err(safeText(line));
}

const isJournaled = (options: RunOptionValues, mode: RunRecord['mode']): boolean => mode !== 'replay' || options.journal === true;

interface Circumstances {
  readonly shell: Shell;
  readonly takenUp: TakenUp | undefined;
  readonly onMiss: RunChoice['onMiss'];
}

function choiceOf(options: RunOptionValues, wanted: RunMode, { shell, takenUp, onMiss }: Circumstances): RunChoice {
  const mode = wanted === 'once' ? 'record' : wanted;
  const provider = options.provider ?? (mode === 'live' ? 'openai' : 'simulated');
  return {
    root: shell.root,
    scenarios: options.scenario ?? [],
    patterns: options.pattern ?? [],
    mode,
    provider,
    profile: options.profile,
    trials: options.trials,
    samples: options.sample,
    models: options.model,
    maxCalls: options.maxCalls ?? (provider === 'simulated' ? MAX_CALLS.free : MAX_CALLS.billed),
    maxCostUsd: options.maxCost,
    env: shell.env,
    today: takenUp?.today ?? new Date(shell.now()).toISOString().slice(0, 10),
    ...(takenUp ? { continued: takenUp.continued } : {}),
    onMiss,
    transport: transportOf(options, mode),
    missPolicy: options.onMiss,
    exhausted: options.exhausted,
    maxAge: maxAgeOf(options),
  };
}

function maxAgeOf({ maxAge, stale }: RunOptionValues): RunChoice['maxAge'] {
  if (maxAge !== undefined) return { days: maxAge, stale: stale ?? 'warn' };
  if (stale === undefined) return undefined;
  throw new PatternbenchError('usage', '--stale says what recordings do that are older than --max-age', {
    remedy: 'add --max-age <days>',
  });
}

function transportOf({ transport = 'port' }: RunOptionValues, mode: RunRecord['mode']): ReplayTransport {
  const known = REPLAY_TRANSPORTS.find((name) => name === transport);
  if (!known)
    throw new PatternbenchError('usage', `there is no transport "${transport}"`, {
      remedy: `name one of ${REPLAY_TRANSPORTS.join(', ')}`,
    });
  if (known === 'port' || mode === 'replay') return known;
  throw new PatternbenchError('usage', `--transport ${known} is a way of recorded answers; --mode ${mode} asks an endpoint`, {
    remedy: 'leave one of the two out',
  });
}

interface Execution {
  readonly options: RunOptionValues;
  readonly choice: RunChoice;
  readonly plan: RunPlan;
  readonly traffic: ReadonlyMap<string, Traffic>;
  readonly cap: SpendingCap;
  readonly missed: readonly Missed[];
  readonly live: Pick<LivePush, 'onTrace'> | undefined;
  readonly shell: Shell;
  readonly runId: string;
  readonly guards: Pick<ExecuteRequest, 'approver' | 'budget' | 'signal'>;
  readonly takenUp?: TakenUp;
}

async function executePlan(execution: Execution): Promise<ExecutedRun> {
  const { options, choice, plan, traffic, cap, missed, live, shell, runId, guards, takenUp } = execution;
  const { mode } = choice;
  // Recordings need no network: whatever tries to reach it in a replay (a tool, a library) must fail loudly, or it is not a replay.
  using _guard = mode === 'replay' ? await installNetworkGuard({ allow: [] }) : undefined;
  using _strict = options.strictClock ? installStrictClock() : undefined;
  const progress = options.quiet ? undefined : await progressOf(shell, mode, plan.trials.length);
  const clocks = new Set([...traffic.values()].map(({ clockKind }) => clockKind));
  try {
    return await execute({
      plan,
      mode,
      clock: clocks.has('real') ? 'real' : 'virtual',
      seed: options.seed,
      // While recording, cells run one after another, so that what two patterns ask alike is asked once.
      concurrency: options.concurrency ?? (mode === 'replay' ? 16 : 1),
      traffic,
      reports: join(shell.root, 'reports'),
      sensitivity: await sensitivities(plan, shell),
      liveRunId: runId,
      ...guards,
      ...(isJournaled(options, mode) ? { admission: admissionChoice(options, mode, choice.today) } : {}),
      answers: takenUp?.answers,
      onWarning: (sentence) => shell.err(safeText(fromHere(`warning: ${sentence}`, shell))),
      onTrace: live?.onTrace,
      content: contentChoice(options.captureContent, shell),
      environment: () => ({ ...environmentOf(shell), fixtures: ledgerFacts(traffic) }),
      mustStop: cap.reached,
      ...(progress ? { onProgress: (_done, record) => progress.tick(record) } : {}),
      onAlert: ({ cell, sample, trial }, message) =>
        shell.err(safeText(`alert: ${cell.scenario.name}/${cell.pattern}/${sample.id}/${trial}: ${message}`)),
      beforeWriting: () => {
        if (missed.length > 0) throw missingError(missed, plan.trials.length, choice);
      },
    });
  } finally {
    progress?.stop();
  }
}

async function sensitivities(plan: RunPlan, shell: Shell): Promise<Record<string, string>> {
  const known: Record<string, string> = {};
  for (const { name } of plan.scenarios) {
    const line = await readSensitivity(join(shell.root, 'fixtures', name, 'sensitivity.json'));
    if (line !== undefined) known[name] = line;
  }
  return known;
}

const environmentOf = (shell: Shell) => ({
  tool: TOOL_VERSION,
  node: process.versions.node,
  platform: `${process.platform} ${process.arch}`,
  cpus: availableParallelism(),
  writtenAt: new Date(shell.now()).toISOString(),
});

/** What `resume` needs to know: the options as they were, without those that only say how the run is shown. */
function admissionChoice(options: RunOptionValues, mode: RunRecord['mode'], today: string): JsonObject {
  const { json: _json, quiet: _quiet, otlp: _otlp, yes: _yes, approver: _approver, ...kept } = options;
  return { mode, today, options: JSON.parse(JSON.stringify(kept)) as JsonObject };
}

async function print({ run, trials }: ExecutedRun, options: RunOptionValues, shell: Shell): Promise<void> {
  if (options.json) {
    shell.out(JSON.stringify(run));
    return;
  }
  const { default: terminal } = await import('../../reporters/terminal.ts');
  shell.out(terminal.render({ run, trials }, { width: shell.width, color: shell.color }));
}

function verdict({ trials }: ExecutedRun, shell: Shell): number {
  const broken = trials.filter(brokenByInfrastructure);
  if (broken.length > 0) {
    const { outcome } = broken[0]!;
    shell.err(
      safeText(
        `${broken.length} trials broke down for reasons that are not the pattern's (${outcome.status === 'failed' ? outcome.message : outcome.status}); the run is incomplete`,
      ),
    );
    return EXIT.errors;
  }
  if (trials.every(({ scores }) => Object.values(scores).every((score) => score === null))) {
    shell.err('nothing was scored: a run without scores is an error, never a success');
    return EXIT.errors;
  }
  return EXIT.ok;
}
