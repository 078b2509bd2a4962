import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Agent, defineAgent, resultOf } from '../../src/contracts/agent.ts';
import type { AllOptions, RunContext, Settled } from '../../src/contracts/run-context.ts';
import { usOf } from '../../src/kernel/clock.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
import { codeOf, llm, runScripted, type Script } from '../support/trial.ts';

interface Item {
  readonly latencyMs: number;
  readonly fails?: boolean;
}

const waiting = async ({ latencyMs, fails }: Item, index: number, ctx: RunContext): Promise<number> => {
  await ctx.sleep(latencyMs);
  if (fails) throw new Error(`item ${index} failed`);
  return index;
};

/** Runs items as branches; what they settled as, and when each began, come out. */
async function all(items: readonly Item[], options: AllOptions = {}, then?: Agent) {
  let settled: readonly Settled<number>[] = [];
  const began: number[] = [];
  const agent = defineAgent('fan', 'Fans out.', async (input, ctx) => {
    settled = await ctx.all(
      items,
      (item, index, branch) => {
        began[index] = branch.nowMs();
        return waiting(item, index, branch);
      },
      options,
    );
    if (then) await ctx.run(then, input);
    return resultOf('');
  });
  return { ...(await runScripted({ agent })), began, settled: () => settled };
}

const items = fc.array(fc.record({ latencyMs: fc.nat({ max: 3000 }).map((us) => us / 1000), fails: fc.boolean() }), {
  maxLength: 8,
});

describe('ctx.all', () => {
  it('collects failures and keeps the order of the items', async () => {
    const { settled } = await all([{ latencyMs: 30 }, { latencyMs: 10, fails: true }, { latencyMs: 20 }]);
    expect(settled()).toEqual([
      { ok: true, value: 0 },
      { ok: false, error: 'item 1 failed', code: 'Error' },
      { ok: true, value: 2 },
    ]);
  });

  it('takes as long as the list schedule, at any concurrency, whatever fails', async () => {
    await fc.assert(
      fc.asyncProperty(items, fc.integer({ min: 1, max: 9 }), async (given, concurrency) => {
        const { latencyMs, began, settled, spans } = await all(given, { concurrency }, llm('next'));
        const free = Array.from({ length: concurrency }, () => 0);
        const expected = given.map((item) => {
          const worker = free.indexOf(Math.min(...free));
          const start = free[worker]!;
          free[worker] = start + usOf(item.latencyMs);
          return start / 1000;
        });
        expect(began).toEqual(expected);
        expect(usOf(latencyMs)).toBe(Math.max(...free));
        expect(settled().map(({ ok }) => ok)).toEqual(given.map(({ fails }) => !fails));
        expect(checkTrace(spans)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('with first: k ends with the k-th success; the others count as cancelled', async () => {
    await fc.assert(
      fc.asyncProperty(items, fc.integer({ min: 1, max: 4 }), async (given, first) => {
        const { latencyMs, settled, spans } = await all(given, { first });
        const wins = given
          .map((item, index) => ({ us: usOf(item.latencyMs), index, fails: item.fails }))
          .toSorted((x, y) => x.us - y.us || x.index - y.index);
        const winners = wins.filter(({ fails }) => !fails).slice(0, first);
        const isOver = winners.length === first;
        const endUs = isOver ? winners.at(-1)!.us : Math.max(0, ...wins.map(({ us }) => us));
        expect(usOf(latencyMs)).toBe(endUs);
        expect(settled().flatMap((each) => (each.ok ? [each.value] : []))).toEqual(
          winners.map(({ index }) => index).toSorted((x, y) => x - y),
        );
        const failed = settled().flatMap((each, index) => (each.ok || each.code === 'cancelled' ? [] : [index]));
        const before = isOver ? wins.slice(0, wins.indexOf(winners.at(-1)!)) : wins;
        expect(failed).toEqual(
          before
            .filter(({ fails }) => fails)
            .map(({ index }) => index)
            .toSorted((x, y) => x - y),
        );
        expect(checkTrace(spans)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('with failFast throws the first failure at its instant, and stops the others', async () => {
    const { error, latencyMs, spans } = await all([{ latencyMs: 300 }, { latencyMs: 20.5, fails: true }, { latencyMs: 10 }], {
      failFast: true,
    });
    expect([codeOf(error), latencyMs]).toEqual(['Error: item 1 failed', 20.5]);
    expect(checkTrace(spans)).toEqual([]);
  });

  it('with failFast and somebody to catch it, the next step follows upon the failure', async () => {
    const agent = defineAgent('careful', 'Catches.', async (input, ctx) => {
      await ctx.all([{ latencyMs: 300 }, { latencyMs: 20, fails: true }], waiting, { failFast: true }).catch(() => {});
      return ctx.run(llm('next'), input);
    });
    const { spans } = await runScripted({ agent });
    expect(spans.find(({ path }) => path === 'agent:next#0')!.after).toEqual(['all:all#0[1]/wait:wait#0']);
    expect(checkTrace(spans)).toEqual([]);
  });

  it('with a bound, an item follows upon the one before it in its place', async () => {
    const { spans } = await all([{ latencyMs: 3 }, { latencyMs: 2 }, { latencyMs: 1 }], { concurrency: 2 });
    expect(spans.filter(({ name }) => name === 'wait').map(({ startUs, after }) => [startUs, after])).toEqual([
      [0, []],
      [0, []],
      [2000, ['all:all#0[1]/wait:wait#0']],
    ]);
  });

  it.each([
    ['a race', { first: 1 }],
    ['branches that fail fast', { failFast: true }],
  ])('does not wait, in %s, for a branch that never ends nor for a call that ignores the end', async (_what, options) => {
    const agent = defineAgent('mixed', 'Several kinds of branches.', async (input, ctx) => {
      const branches: readonly ((branch: RunContext) => Promise<unknown>)[] = [
        () => new Promise<never>(() => {}),
        (branch) => branch.model({ model: 'deaf', messages: [] }),
        async (branch) => {
          await branch.sleep(337.75);
          if ('failFast' in options) throw new Error('failed');
        },
      ];
      await ctx.all(branches, (branch, _index, own) => branch(own), options).catch(() => {});
      return ctx.run(llm('next'), input);
    });
    const script: Script = ({ model }) => ({ content: 'x', latencyMs: 5000, deaf: model === 'deaf' });
    const { latencyMs, spans } = await runScripted({ agent, script });
    expect(latencyMs).toBe(5337.75);
    const deaf = spans.find(({ path }) => path === 'all:all#0[1]/model:chat#0')!;
    expect([deaf.endUs, deaf.error?.message]).toEqual([
      337_750,
      'failFast' in options ? 'failed' : expect.stringContaining('stopped'),
    ]);
    expect(checkTrace(spans)).toEqual([]);
  });

  it('joins what ended, and the next step follows upon the join', async () => {
    const { spans } = await all([{ latencyMs: 3 }, { latencyMs: 2 }], { name: 'views' }, llm('next'));
    const join = spans.find(({ name }) => name === 'join views')!;
    expect(join.links).toEqual(['all:views#0[0]/wait:wait#0', 'all:views#0[1]/wait:wait#0']);
    expect(spans.find(({ path }) => path === 'agent:next#0')!.after).toEqual([join.path]);
  });

  it('without items is over at once; a concurrency of nothing still gets the work done', async () => {
    expect((await all([])).settled()).toEqual([]);
    expect((await all([{ latencyMs: 5 }], { concurrency: 0 })).settled()).toEqual([{ ok: true, value: 0 }]);
  });

  it('gives every branch its own place, whatever the order in which branches finish', async () => {
    const nested = (latencies: readonly number[]) =>
      runScripted({
        agent: defineAgent('nest', 'Nests.', async (input, ctx) => {
          await ctx.all([0, 1, 2], async (_item, index, branch) => {
            await branch.sleep(latencies[index]!);
            await branch.run(llm('worker'), input);
            return branch.run(llm('worker'), input);
          });
          return resultOf('');
        }),
      });
    const paths = async (latencies: readonly number[]) => (await nested(latencies)).spans.map(({ path }) => path).toSorted();
    expect(await paths([1, 2, 3])).toEqual(await paths([3, 1, 1]));
  });

  it('of a race leaves nobody behind who still works: losers that ignore the end get no further effect', async () => {
    const log: string[] = [];
    const script: Script = (_request, { agent }) => ({ content: agent, latencyMs: agent === 'quick' ? 10 : 500, deaf: true });
    const stubborn = defineAgent('stubborn', 'Does not stop.', async (_input, ctx) => {
      for (let i = 0; i < 5; i++)
        await ctx.model({ model: 'gpt-4o', messages: [] }).catch((error: unknown) => log.push(codeOf(error)));
      return resultOf('stubborn');
    });
    const agent = defineAgent('race', 'Race, then go on.', async (input, ctx) => {
      const settled = await ctx.all([stubborn, llm('quick')], (each, _index, branch) => branch.run(each, input), { first: 1 });
      await ctx.sleep(5000);
      return resultOf(JSON.stringify(settled.map(({ ok }) => ok)));
    });
    const { result, latencyMs, calls, spans } = await runScripted({ agent, script });
    expect([result?.output, latencyMs, calls.length]).toEqual(['[false,true]', 5010, 2]);
    expect(log).toEqual(Array.from({ length: 5 }, () => 'cancelled'));
    expect(checkTrace(spans)).toEqual([]);
  });
});

describe('a whole trial', () => {
  it('has the same bytes for the same seed, and a sound span tree, whatever happens in it', async () => {
    const leaf = fc.record({
      kind: fc.constant('leaf' as const),
      latencyMs: fc.nat({ max: 2000 }).map((us) => us / 1000),
      fails: fc.integer({ min: 0, max: 3 }),
      deaf: fc.boolean(),
    });
    const { plan } = fc.letrec<{ plan: Plan }>((tie) => ({
      plan: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        leaf,
        fc.record({
          kind: fc.constantFrom('sequence' as const, 'fan' as const, 'race' as const, 'fast' as const),
          parts: fc.array(tie('plan'), { minLength: 1, maxLength: 3 }),
          timeoutMs: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
          retries: fc.integer({ min: 1, max: 2 }),
        }),
      ) as fc.Arbitrary<Plan>,
    }));
    await fc.assert(
      fc.asyncProperty(plan, fc.string(), async (given, seed) => {
        const run = () =>
          runScripted({
            agent: agentOf(given),
            seed,
            modelRetry: { attempts: 2, baseMs: 1, jitter: 1 },
            script: (request, call) => planned(request, call),
          });
        const [one, two] = await Promise.all([run(), run()]);
        expect(checkTrace(one.spans)).toEqual([]);
        expect(JSON.stringify(two.spans)).toBe(JSON.stringify(one.spans));
        expect(two.latencyMs).toBe(one.latencyMs);
      }),
      { numRuns: 200 },
    );
  });
});

type Plan =
  | { readonly kind: 'leaf'; readonly latencyMs: number; readonly fails: number; readonly deaf: boolean }
  | {
      readonly kind: 'sequence' | 'fan' | 'race' | 'fast';
      readonly parts: readonly Plan[];
      readonly timeoutMs: number | undefined;
      readonly retries: number;
    };

/** A leaf tells the scripted model what to do in its instructions; what is around it is made of the context's own means. */
function agentOf(plan: Plan): Agent {
  if (plan.kind === 'leaf') return llm('leaf', { instructions: JSON.stringify(plan) });
  const { kind, parts, timeoutMs, retries } = plan;
  const options = { retry: { attempts: retries, baseMs: 0.5, jitter: 1 }, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
  const how: AllOptions =
    kind === 'sequence' ? { concurrency: 1, failFast: true } : kind === 'race' ? { first: 1 } : { failFast: kind === 'fast' };
  return defineAgent(kind, 'Made up.', async (input, ctx) => {
    const settled = await ctx.all(parts.map(agentOf), (part, _index, branch) => branch.run(part, input, options), how);
    if (settled.every(({ ok }) => !ok)) throw new Error('nothing came out');
    return resultOf(JSON.stringify(settled));
  });
}

const planned: Script = (request, { attempt }) => {
  const { latencyMs, fails, deaf } = JSON.parse(request.messages[0]!.content!) as Extract<Plan, { kind: 'leaf' }>;
  if (attempt < fails) return { status: attempt === 1 ? 400 : 500, latencyMs, deaf };
  return { content: 'leaf', latencyMs, deaf };
};
