import { describe, expect, it } from 'vitest';
import { type Agent, defineAgent, resultOf } from '../../src/contracts/agent.ts';
import type { ModelPort } from '../../src/contracts/model.ts';
import type { RunContext } from '../../src/contracts/run-context.ts';
import { usOf } from '../../src/kernel/clock.ts';
import { PatternbenchError } from '../../src/kernel/errors.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { sequential } from '../../src/patterns/sequential.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
import { codeOf, llm, runScripted, type Script, tool } from '../support/trial.ts';

const [spare, slow, quick] = [llm('spare'), llm('slow'), llm('quick')];

const never = defineAgent('never', 'Waits for what never comes.', () => new Promise(() => {}));

/** Ignores what it is told and goes on, effect after effect, for as long as it can. */
const stubborn = (log: string[]): Agent =>
  defineAgent('stubborn', 'Does not stop.', async (_input, ctx) => {
    for (let i = 0; i < 20; i++) {
      try {
        await ctx.model({ model: 'gpt-4o', messages: [] });
        log.push('answered');
      } catch (error) {
        log.push(codeOf(error));
      }
    }
    return resultOf('at last');
  });

const deaf: Script = (_request, { agent }) =>
  agent === 'spare' ? { content: 'spare', latencyMs: 50 } : { content: agent, latencyMs: 5000, deaf: agent !== 'quick' };

const deafTool = tool('deaf', { execute: () => new Promise(() => {}) });

/** Every effect of a context, to see which of them still work. */
const effects: Readonly<Record<string, (ctx: RunContext) => unknown>> = {
  run: (ctx) => ctx.run(spare, 'x'),
  all: (ctx) => ctx.all([1], () => Promise.resolve(1)),
  model: (ctx) => ctx.model({ model: 'gpt-4o', messages: [] }),
  decide: (ctx) =>
    ctx.decide({ kind: 'plan', agent: 'p', model: 'gpt-4o', messages: [], json: false, parse: String, fallback: () => '' }),
  tool: (ctx) => ctx.tool([tool('t')], { id: 'c', type: 'function', function: { name: 't', arguments: '{}' } }),
  sleep: (ctx) => ctx.sleep(1),
  annotate: (ctx) => ctx.annotate({ x: 1 }),
  event: (ctx) => ctx.event('x'),
};

/** Ends at once; what it hands out is its context, for somebody who uses it later. */
const leaking = (take: (ctx: RunContext) => void) =>
  defineAgent('leaking', 'Leaks its context.', (_input, ctx) => {
    take(ctx);
    return Promise.resolve(resultOf('done'));
  });

describe('a timeout', () => {
  it('ends an agent that waits for what never comes', async () => {
    const { result, latencyMs, spans } = await runScripted({
      agent: sequential([{ agent: never, run: { timeoutMs: 337.75, fallback: [spare] } }]),
      script: deaf,
    });
    expect([result?.output, latencyMs]).toEqual(['spare', 387.75]);
    expect(checkTrace(spans)).toEqual([]);
  });

  it('ends an agent that ignores its signal, with the call that it is in; the next step follows upon that', async () => {
    const log: string[] = [];
    const { result, latencyMs, spans } = await runScripted({
      agent: sequential([{ agent: stubborn(log), run: { timeoutMs: 800, fallback: [slow, spare] } }]),
      script: (request, call) => (call.agent === 'slow' ? { status: 400, latencyMs: 100 } : deaf(request, call)),
    });
    expect([result?.output, latencyMs]).toEqual(['spare', 950]);
    const call = spans.find(({ path }) => path === 'agent:stubborn#0/model:chat#0')!;
    expect([call.endUs, call.error?.type]).toEqual([800_000, 'timeout']);
    expect(spans.find(({ path }) => path === 'agent:slow#0')!.after).toEqual([call.path]);
    expect(checkTrace(spans)).toEqual([]);
  });

  it('gives a deaf agent that went on no further effect: no call, no tokens, no span', async () => {
    const log: string[] = [];
    const waiting = defineAgent('waiting', 'Waits long.', async (_input, ctx) => {
      await ctx.sleep(60_000);
      return resultOf('waited');
    });
    const { result, calls, spans, spent } = await runScripted({
      agent: sequential([
        { agent: sequential([{ agent: stubborn(log), run: { timeoutMs: 800 } }]), run: { fallback: [waiting] } },
      ]),
      script: deaf,
    });
    expect(result?.output).toBe('waited');
    // By 60,800 ms its call has been answered, at 5,000 ms, and it has tried nineteen times more.
    expect(log).toEqual(Array.from({ length: 20 }, () => 'timeout'));
    expect(calls).toHaveLength(1);
    expect(spent).toMatchObject({ modelCalls: 1, tokens: 0 });
    expect(spans.filter(({ path }) => path.includes('agent:stubborn#0')).map(({ endUs }) => endUs)).toEqual([800_000, 800_000]);
    expect(checkTrace(spans)).toEqual([]);
  });

  it('holds even when the agent makes an answer of its abort', async () => {
    const polite = defineAgent('polite', 'Answers anyway.', async (_input, ctx) => {
      await ctx.sleep(1000).catch(() => {});
      return resultOf('half an answer');
    });
    const { error, latencyMs } = await runScripted({ agent: sequential([{ agent: polite, run: { timeoutMs: 100 } }]) });
    expect([codeOf(error), latencyMs]).toEqual(['timeout', 100]);
  });

  it.each([
    [
      'a decision',
      (ctx: RunContext) => ctx.decide({ kind: 'plan', agent: 'p', model: 'gpt-4o', messages: [], json: false, parse: String }),
    ],
    ['a second attempt at a call', (ctx: RunContext) => ctx.model({ model: 'gpt-4o', messages: [] })],
    ['tools of a deaf kind', (ctx: RunContext) => ctx.run(llm('user', { tools: [deafTool] }), 'x')],
  ])('ends %s that is under way when nobody listens, and what comes late changes nothing', async (_what, effect) => {
    const agent = defineAgent('agent', 'Has an effect.', async (_input, ctx) => {
      await effect(ctx);
      return resultOf('done');
    });
    const { result, latencyMs, spans } = await runScripted({
      agent: sequential([{ agent: sequential([{ agent, run: { timeoutMs: 800 } }]), run: { fallback: [slow] } }]),
      modelRetry: { attempts: 3, baseMs: 100 },
      script: (request, call) => {
        if (call.agent === 'slow') return { content: 'slow', latencyMs: 60_000 };
        if (call.attempt === 0 && !call.path.includes('plan'))
          return request.tools ? { toolCalls: [{ name: 'deaf' }] } : { status: 500 };
        return { content: 'too late', latencyMs: 5000, deaf: true };
      },
    });
    expect([result?.output, latencyMs]).toEqual(['slow', 60_800]);
    const [own, above] = ['agent:sequential#0/agent:agent#0', 'agent:slow#0'];
    expect(spans.filter(({ path, endUs }) => path.startsWith(own) && endUs > 800_000)).toEqual([]);
    expect(spans.find(({ path }) => path === above)?.startUs).toBe(800_000);
    expect(checkTrace(spans)).toEqual([]);
  });

  it('is not taken for a lost connection that is worth another attempt', async () => {
    const model: ModelPort = {
      call: async (_request, { clock, stop }) => {
        await clock.sleep(usOf(5000), stop).catch(() => {});
        throw new PatternbenchError('model_error', 'the connection was lost', { facts: { retryable: true } });
      },
    };
    const { error, spans } = await runScripted({
      agent: sequential([{ agent: slow, run: { timeoutMs: 100 } }]),
      model,
      modelRetry: { attempts: 3, baseMs: 1 },
    });
    expect(codeOf(error)).toBe('timeout');
    expect(spans.flatMap(({ events }) => events)).toEqual([]);
  });

  it('does not fire when the answer is in time, and nothing of it is left', async () => {
    const { error, latencyMs } = await runScripted({
      agent: sequential([{ agent: quick, run: { timeoutMs: 100.001 } }, { agent: spare }]),
      script: () => ({ content: 'x', latencyMs: 100 }),
    });
    expect([error, latencyMs]).toEqual([undefined, 200]);
  });

  it('of an inner step does not reach the outer one, and the other way round', async () => {
    const inner = sequential([{ agent: slow, run: { timeoutMs: 100, fallback: [spare] } }]);
    const ok = await runScripted({ agent: sequential([{ agent: inner, run: { timeoutMs: 200 } }]), script: deaf });
    expect([ok.result?.output, ok.latencyMs]).toEqual(['spare', 150]);
    const late = await runScripted({ agent: sequential([{ agent: inner, run: { timeoutMs: 120 } }]), script: deaf });
    expect([codeOf(late.error), late.latencyMs]).toEqual(['timeout', 120]);
    expect(String(late.error)).toContain('sequential did not answer within 120 ms');
    expect(checkTrace(late.spans)).toEqual([]);
  });
});

describe('a step that is over', () => {
  it.each(Object.entries(effects))('lets nobody %s in its name', async (_name, effect) => {
    let leaked: RunContext | undefined;
    const after = defineAgent('after', 'Uses the context of another.', async () => {
      try {
        await effect(leaked!);
      } catch (error) {
        return resultOf(codeOf(error));
      }
      return resultOf('it worked');
    });
    const { result, spans } = await runScripted({
      agent: sequential([{ agent: leaking((ctx) => (leaked = ctx)) }, { agent: after }]),
    });
    expect(result?.output).toBe('cancelled');
    expect(spans.map(({ path, events, attributes }) => [path, events.length, attributes['x']])).toEqual([
      ['', 0, undefined],
      ['agent:leaking#0', 0, undefined],
      ['agent:after#0', 0, undefined],
    ]);
  });

  it.each(Object.entries(effects))('had the right to %s before', async (_name, effect) => {
    const agent = defineAgent('agent', 'Uses its own context.', async (_input, ctx) => {
      await effect(ctx);
      return resultOf('it worked');
    });
    expect((await runScripted({ agent: sequential([{ agent }]) })).result?.output).toBe('it worked');
  });

  it('takes with it what it did not wait for, without bringing down the process', async () => {
    const careless = defineAgent('careless', 'Starts and leaves.', async (_input, ctx) => {
      void ctx.run(slow, 'x');
      void ctx.model({ model: 'gpt-4o', messages: [] });
      void ctx.sleep(1_000_000);
      await ctx.sleep(10);
      return resultOf('gone');
    });
    const { result, latencyMs, spans } = await runScripted({
      agent: sequential([{ agent: careless }, { agent: spare }]),
      script: deaf,
    });
    expect([result?.output, latencyMs]).toEqual(['spare', 60]);
    expect(spans.filter(({ error }) => error).map(({ path, endUs, error }) => [path, endUs, error?.type])).toEqual([
      ['agent:careless#0/agent:slow#0', 10_000, 'cancelled'],
      ['agent:careless#0/agent:slow#0/model:chat#0', 10_000, 'cancelled'],
      ['agent:careless#0/model:chat#0', 10_000, 'cancelled'],
      ['agent:careless#0/wait:wait#0', 10_000, 'cancelled'],
    ]);
    expect(checkTrace(spans)).toEqual([]);
  });

  it('that failed takes the siblings of its failure with it', async () => {
    const both = defineAgent('both', 'Two at once, by hand.', async (input, ctx) => {
      await Promise.all([ctx.run(slow, input), ctx.run(quick, input)]);
      return resultOf('both');
    });
    const { latencyMs, spans } = await runScripted({
      agent: sequential([{ agent: both, run: { fallback: [spare] } }]),
      script: (request, call) => (call.agent === 'quick' ? { status: 400, latencyMs: 10 } : deaf(request, call)),
    });
    expect(latencyMs).toBe(60);
    expect(checkTrace(spans)).toEqual([]);
  });
});

describe('cancelling a trial', () => {
  it.each([
    ['obeys', false],
    ['ignores it', true],
  ])('ends it at once when it %s', async (_what, isDeaf) => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    clock.schedule(usOf(337.75), () => controller.abort(new PatternbenchError('cancelled', 'stopped by hand')));
    const { error, latencyMs, calls, spans } = await runScripted({
      clock,
      signal: controller.signal,
      agent: sequential([{ agent: slow, run: { timeoutMs: 60_000, retry: { attempts: 3, baseMs: 1 }, fallback: [spare] } }]),
      script: () => ({ content: 'x', latencyMs: 5000, deaf: isDeaf }),
    });
    expect([codeOf(error), latencyMs, calls.length]).toEqual(['cancelled', 337.75, 1]);
    expect(String(error)).toContain('stopped by hand');
    expect(checkTrace(spans)).toEqual([]);
  });

  it('that was cancelled before it began does nothing', async () => {
    const controller = new AbortController();
    controller.abort(new PatternbenchError('cancelled', 'stopped by hand'));
    const { error, calls, spans } = await runScripted({ agent: slow, signal: controller.signal });
    expect([codeOf(error), calls.length, spans.length]).toEqual(['cancelled', 0, 1]);
  });

  it('during a backoff does not wait for it, nor try again', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    clock.schedule(usOf(500), () => controller.abort(new PatternbenchError('cancelled', 'stopped by hand')));
    const { latencyMs, calls } = await runScripted({
      clock,
      signal: controller.signal,
      agent: slow,
      modelRetry: { attempts: 3, baseMs: 2000 },
      script: () => ({ status: 500, latencyMs: 1 }),
    });
    expect([latencyMs, calls.length]).toEqual([500, 1]);
  });
});
