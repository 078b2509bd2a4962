import fc from 'fast-check';
import { type Agent, defineAgent, resultOf } from '../../src/contracts/agent.ts';
import type { RunContext } from '../../src/contracts/run-context.ts';
import { runScripted, tool, type TrialOutcome } from '../support/trial.ts';

/** What a made-up pattern does: steps one after another, any of which may be branches or an agent with steps of its own. */
export type Step =
  | { readonly kind: 'model'; readonly model: 'm1' | 'm2'; readonly ms: number; readonly failures: number }
  | { readonly kind: 'tool'; readonly ms: number }
  | { readonly kind: 'sleep'; readonly ms: number }
  | {
      readonly kind: 'agent';
      readonly steps: readonly Step[];
      readonly timeoutMs: number | undefined;
      readonly attempts: number;
    }
  | {
      readonly kind: 'all';
      readonly branches: readonly (readonly Step[])[];
      readonly concurrency: number | undefined;
      readonly first: number | undefined;
    };

interface Kinds {
  /** Whether control flow may hang on time: races and deadlines. */
  readonly timed: boolean;
  /** Whether durations lie on a coarse grid, so that ties are frequent; else they are odd numbers of microseconds, and ties are rare. */
  readonly ties: boolean;
}

/** Programs of a few levels. */
export const programs = ({ timed, ties }: Kinds): fc.Arbitrary<readonly Step[]> =>
  fc.letrec<{ step: Step; steps: readonly Step[] }>((tie) => ({
    step: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.record({
        kind: fc.constant('model' as const),
        model: fc.constantFrom('m1' as const, 'm2' as const),
        ms: ties ? fc.constantFrom(0, 1, 2, 3.25, 10, 10, 40) : oddMs,
        failures: fc.constantFrom(0, 0, 0, 0, 1, 2),
      }),
      fc.record({ kind: fc.constant('tool' as const), ms: ties ? fc.constantFrom(0, 1, 5, 10) : oddMs }),
      fc.record({ kind: fc.constant('sleep' as const), ms: ties ? fc.constantFrom(0, 1, 5, 10) : oddMs }),
      fc.record({
        kind: fc.constant('agent' as const),
        steps: tie('steps'),
        timeoutMs: timed ? fc.constantFrom(undefined, undefined, 5, 15, 30, 100) : fc.constant(undefined),
        attempts: timed ? fc.constantFrom(1, 1, 2) : fc.constant(1),
      }),
      fc.record({
        kind: fc.constant('all' as const),
        branches: fc.array(tie('steps'), { minLength: 1, maxLength: 5 }),
        concurrency: fc.constantFrom(undefined, undefined, 1, 2, 3),
        first: timed ? fc.constantFrom(undefined, undefined, 1, 2) : fc.constant(undefined),
      }),
    ),
    steps: fc.array(tie('step'), { minLength: 1, maxLength: 4 }),
  })).steps;

const oddMs = fc.integer({ min: 0, max: 20_000 }).map((half) => (2 * half + 1) / 1000);

/** Runs a program on a fresh virtual clock, as a pattern would; a call to a model takes `msOf` of it, failed attempts 1 ms. */
export function runProgram(program: readonly Step[], msOf: (model: string, ms: number) => number): Promise<TrialOutcome> {
  return runScripted({
    agent: agentOf('program', program),
    modelRetry: { attempts: 4, baseMs: 2, jitter: 0.25 },
    script: (request, { attempt }) => {
      const { ms, failures } = JSON.parse(request.messages[0]!.content!) as { ms: number; failures: number };
      return attempt < failures ? { status: 500, latencyMs: 1 } : { content: 'ok', latencyMs: msOf(request.model, ms) };
    },
  });
}

const agentOf = (name: string, steps: readonly Step[]): Agent =>
  defineAgent(name, name, async (_input, ctx) => {
    await follow(steps, ctx);
    return resultOf('done');
  });

async function follow(steps: readonly Step[], ctx: RunContext): Promise<void> {
  for (const step of steps) await take(step, ctx);
}

async function take(step: Step, ctx: RunContext): Promise<void> {
  if (step.kind === 'sleep') return ctx.sleep(step.ms);
  if (step.kind === 'tool') {
    const call = { id: 'c', type: 'function' as const, function: { name: 'look', arguments: '{}' } };
    await ctx.tool([tool('look', { latencyMs: step.ms })], call);
    return;
  }
  if (step.kind === 'model') {
    const { model, ms, failures } = step;
    await ctx.model({ model, messages: [{ role: 'user', content: JSON.stringify({ ms, failures }) }] });
    return;
  }
  if (step.kind === 'all') {
    const { branches, concurrency, first } = step;
    await ctx.all(branches, (branch, _index, own) => follow(branch, own), {
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(first === undefined ? {} : { first }),
    });
    return;
  }
  const { timeoutMs, attempts } = step;
  const running = ctx.run(agentOf('worker', step.steps), 'task', {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    retry: { attempts, baseMs: 3 },
  });
  // A failed worker is data here: the program goes on.
  await running.catch((error: unknown) => {
    if (ctx.signal.aborted) throw error;
  });
}
