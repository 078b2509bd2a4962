import { type Agent, defineAgent, resultOf, textOf } from '../contracts/agent.ts';
import { attempt } from '../contracts/attempt.ts';
import { definePattern } from '../contracts/pattern.ts';
import type { RunContext, RunOptions } from '../contracts/run-context.ts';
import { PatternbenchError } from '../kernel/errors.ts';

/** What a monitor does about a failed worker, in this order. */
export type Remedy = 'restart' | 'reassign' | 'fallback' | 'escalate';

export interface MonitorSettings {
  readonly workers: readonly Agent[];
  readonly policy: readonly Remedy[];
  /** Who takes over at the remedy `fallback`. */
  readonly fallback?: Agent;
  /** What a restarted worker is told. */
  readonly hint: (problem: string) => string;
  /** More restarts than that within the window, over all items, and the monitor itself gives up: what fails so often is not mended by it. */
  readonly intensity: { readonly maxRestarts: number; readonly withinMs: number };
  readonly concurrency?: number;
  readonly run?: RunOptions;
}

interface Watched {
  readonly item: string;
  readonly worker: string;
  readonly output: string;
  readonly remedies: readonly Remedy[];
}

/**
 * Watches parallel workers and does none of the work: a failed one is restarted with another strategy, then its item goes to another
 * worker, then to a person. One failure never stops the others. Nothing outlives a run, so a monitor can itself be watched and restarted.
 */
export function monitor(settings: MonitorSettings): Agent {
  const { workers, concurrency } = settings;
  return defineAgent('monitor', `Watches ${workers.map((agent) => agent.name).join(', ')}.`, async (input, ctx) => {
    const items = ctx.items ?? workers.map(() => textOf(input));
    const restarts = restartsOf(settings.intensity);
    const watchOne = (item: string, i: number, own: RunContext) =>
      watch(settings, { item, first: i % workers.length, restarts }, own);
    const settled = await ctx.all(items, watchOne, { name: 'items', ...(concurrency === undefined ? {} : { concurrency }) });
    const tooMany = restarts.exceeded();
    if (tooMany) throw tooMany;
    const watched = settled.flatMap((one) => (one.ok ? [one.value] : []));
    if (watched.length === 0) throw nothingDone(settled.flatMap((one) => (one.ok ? [] : [one.error])));
    const lines = settled.map((one) => (one.ok ? `[${one.value.worker}]: ${one.value.output}` : `failed: ${one.error}`));
    return resultOf(lines.join('\n\n'), { data: { watched, failures: settled.flatMap((one) => (one.ok ? [] : [one.error])) } });
  });
}

interface Watching {
  readonly item: string;
  /** Index of the worker that begins. */
  readonly first: number;
  readonly restarts: Restarts;
}

async function watch(settings: MonitorSettings, { item, first, restarts }: Watching, ctx: RunContext): Promise<Watched> {
  const { workers, policy, hint, run } = settings;
  const remedies: Remedy[] = [];
  let at = first;
  let worker = workers[at]!;
  let task = item;
  let problem = '';
  for (const step of ['start', ...policy] as const) {
    if (step !== 'start') {
      remedies.push(step);
      ctx.event('patternbench.remedy', { 'patternbench.remedy.kind': step, 'patternbench.problem': problem });
    }
    if (step === 'escalate') {
      const output = await ctx.interrupt<string>('escalate', { item, worker: worker.name, problem });
      return { item, worker: 'person', output, remedies };
    }
    if (step === 'restart') {
      restarts.note(ctx.nowMs());
      task = `${item}\n\n${hint(problem)}`;
    } else task = item;
    if (step === 'reassign') worker = workers[(at = (at + 1) % workers.length)]!;
    if (step === 'fallback') worker = settings.fallback ?? worker;
    const done = await attempt(ctx, worker, { input: task, role: 'worker', ...run });
    if (done.ok) return { item, worker: worker.name, output: done.value.output, remedies };
    problem = done.error;
    // One item has used up everybody's restarts: the others stop too.
    if (restarts.exceeded()) break;
  }
  throw new PatternbenchError('all_branches_failed', `nobody could do this item: ${problem}`);
}

interface Restarts {
  /** Counts a restart at that time; throws when it is one too many. */
  readonly note: (atMs: number) => void;
  /** Why the monitor gives up; undefined as long as it does not. */
  readonly exceeded: () => PatternbenchError | undefined;
}

/** Restarts of one run, counted as Erlang's supervisors do: too many in too short a time, and the supervisor itself fails. */
function restartsOf({ maxRestarts, withinMs }: MonitorSettings['intensity']): Restarts {
  let recent: readonly number[] = [];
  let error: PatternbenchError | undefined;
  return {
    note: (atMs) => {
      recent = [...recent.filter((earlier) => atMs - earlier <= withinMs), atMs];
      if (recent.length <= maxRestarts) return;
      throw (error = new PatternbenchError('all_branches_failed', `more than ${maxRestarts} restarts within ${withinMs} ms`));
    },
    exceeded: () => error,
  };
}

const nothingDone = (problems: readonly string[]) =>
  new PatternbenchError('all_branches_failed', `no item could be done: ${[...new Set(problems)].join('; ')}`);

export default definePattern({
  name: 'monitor',
  description: 'Watches workers on parallel items; restarts, reassigns or escalates what fails, and does no work itself.',
  whenToUse: 'Many independent items with workers or tools that fail: resilience is the point.',
  whenNot: 'Workers rarely fail, or their results need judging: a monitor sees crashes, not mistakes.',
  calls: 'i + remedies + tool turns, i = items',
  onFailure: { agent: 'continue', coordinator: 'fail' },
  options: (z) =>
    z.strictObject({
      workers: z.array(z.string()).min(1).optional().describe('default: the whole roster'),
      policy: z
        .array(z.enum(['restart', 'reassign', 'fallback', 'escalate']))
        .default(['restart', 'reassign', 'escalate'])
        .describe('remedies in order; one may stand there more than once'),
      fallback: z.string().optional().describe('who takes over at the remedy of that name'),
      hint: z
        .string()
        .default('The last attempt failed ({problem}). Use another strategy.')
        .describe('what a restarted worker is told'),
      maxRestarts: z
        .int()
        .min(0)
        .default(10)
        .describe('restarts within `withinMs`, over all items; with more of them the monitor gives up'),
      withinMs: z.number().min(0).default(60_000).describe('the window of `maxRestarts`'),
      concurrency: z.int().min(1).optional().describe('items at a time; default: all'),
      timeoutMs: z.number().min(1).optional().describe('without an answer by then a worker counts as failed'),
      output: z.record(z.string(), z.json()).optional().describe('JSON Schema; an output that breaks it counts as failed'),
    }),
  context: () => 'task',
  notApplicable: (team) => (team.agents.length < 2 ? 'there is nobody to reassign to' : undefined),
  build: (team, { policy, maxRestarts, withinMs, concurrency, timeoutMs, output, hint, ...options }) =>
    monitor({
      workers: options.workers ? options.workers.map(team.named) : team.agents,
      policy,
      ...(options.fallback === undefined ? {} : { fallback: team.named(options.fallback) }),
      hint: (problem) => hint.replaceAll('{problem}', () => problem),
      intensity: { maxRestarts, withinMs },
      ...(concurrency === undefined ? {} : { concurrency }),
      run: { ...(timeoutMs === undefined ? {} : { timeoutMs }), ...(output ? { outputSchema: output } : {}) },
    }),
});
