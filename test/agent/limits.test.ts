import { describe, expect, it } from 'vitest';
import { defineAgent, resultOf } from '../../src/contracts/agent.ts';
import { PatternbenchError } from '../../src/kernel/errors.ts';
import { labelled } from '../../src/contracts/combine.ts';
import { parallel } from '../../src/patterns/parallel.ts';
import { sequential } from '../../src/patterns/sequential.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
import { codeOf, llm, runScripted, type Script, type ScriptedTrial, tool } from '../support/trial.ts';

const [a, b, spare] = [llm('a'), llm('b'), llm('spare')];
const endless = llm('endless', { tools: [tool('again')], maxTurns: 100 });
const again: Script = () => ({ toolCalls: [{ name: 'again' }], latencyMs: 10 });

/** Everything that mends or collects failures, around an agent that is the problem. */
const mending = (agent: ReturnType<typeof llm>) => ({
  'a pipeline with retry and fallback': sequential([{ agent, run: { retry: { attempts: 3, baseMs: 1 }, fallback: [spare] } }]),
  'branches that collect failures': parallel({ agents: [agent, b], aggregate: labelled }),
  'a race': defineAgent('race', 'Race.', async (input, ctx) => {
    const settled = await ctx.all([agent, b], (each, _index, branch) => branch.run(each, input), { first: 1 });
    return resultOf(JSON.stringify(settled));
  }),
  'branches in a pipeline with fallback': sequential([
    { agent: parallel({ agents: [agent, b], aggregate: labelled }), run: { fallback: [spare] } },
  ]),
  'a timeout': sequential([{ agent, run: { timeoutMs: 60_000, fallback: [spare] } }]),
});

const slowB =
  (script: Script): Script =>
  (request, call) =>
    call.agent === 'b' ? { content: 'b', latencyMs: 5000 } : script(request, call);

describe('limits', () => {
  it.each(Object.entries(mending(endless)))('maxModelCalls ends the trial through %s', async (_what, agent) => {
    const { error, calls, spans } = await runScripted({ agent, script: slowB(again), limits: { maxModelCalls: 6 } });
    expect(codeOf(error)).toBe('limit_exceeded');
    expect(error).toMatchObject({ facts: { limit: 'maxModelCalls' }, remedy: expect.stringContaining('limits.maxModelCalls') });
    expect(calls).toHaveLength(6);
    expect(calls.map(({ agent: name }) => name)).not.toContain('spare');
    expect(checkTrace(spans)).toEqual([]);
  });

  it.each(Object.entries(mending(endless)))('maxTokens ends the trial through %s', async (_what, agent) => {
    const script = slowB(() => ({ toolCalls: [{ name: 'again' }], latencyMs: 10, usage: { inputTokens: 90, outputTokens: 10 } }));
    const { error, spent, spans } = await runScripted({ agent, script, limits: { maxTokens: 350 } });
    expect(error).toMatchObject({ code: 'limit_exceeded', facts: { limit: 'maxTokens' } });
    // Checked before a call: the one that passes the limit is the last.
    expect(spent.tokens).toBe(400);
    expect(checkTrace(spans)).toEqual([]);
  });

  it.each(Object.entries(mending(a)))('fixture_miss is never retried, mended or collected by %s', async (_what, agent) => {
    const script = slowB(() => ({ error: new PatternbenchError('fixture_miss', 'not recorded'), latencyMs: 3 }));
    const { error, calls, latencyMs, spans } = await runScripted({ agent, script, modelRetry: { attempts: 4, baseMs: 1000 } });
    expect(codeOf(error)).toBe('fixture_miss');
    expect(calls.filter((call) => call.agent === 'a')).toHaveLength(1);
    expect(calls.map((call) => call.agent)).not.toContain('spare');
    expect(latencyMs).toBe(3);
    expect(checkTrace(spans)).toEqual([]);
  });

  it('the time of a trial is limited too, and everything that runs is ended', async () => {
    const { error, latencyMs, spans } = await runScripted({
      agent: mending(endless)['branches that collect failures'],
      script: again,
      limits: { timeoutMs: 337.75, maxModelCalls: 1000 },
    });
    expect(error).toMatchObject({ code: 'limit_exceeded', facts: { limit: 'timeoutMs' } });
    expect(latencyMs).toBe(337.75);
    expect(checkTrace(spans)).toEqual([]);
  });

  it('every attempt at a call counts', async () => {
    const { error, calls, spent } = await runScripted({
      agent: a,
      script: () => ({ status: 500 }),
      modelRetry: { attempts: 10, baseMs: 1 },
      limits: { maxModelCalls: 3 },
    });
    expect(codeOf(error)).toBe('limit_exceeded');
    expect([calls.length, spent.modelCalls]).toEqual([3, 3]);
  });
});

describe('model calls', () => {
  const call = (trial: Omit<ScriptedTrial, 'agent'>) => runScripted({ agent: a, ...trial });

  it('are tried again after 408, 409, 429 and 5xx, with growing waits, Retry-After obeyed', async () => {
    const { calls, result, latencyMs, spans } = await call({
      modelRetry: { attempts: 5, baseMs: 100 },
      script: (_request, { attempt }) =>
        [
          { status: 408, latencyMs: 1 },
          { status: 409 },
          { status: 429, retryAfterMs: 3000.5 },
          { status: 503, retryAfterMs: 10 },
        ][attempt] ?? {
          content: 'at last',
          latencyMs: 337.75,
        },
    });
    expect(calls.map(({ atMs }) => atMs)).toEqual([0, 101, 301, 3301.5, 4101.5]);
    expect(result?.output).toBe('at last');
    expect(latencyMs).toBe(4439.25);
    const chat = spans.find(({ path }) => path === 'model:chat#0')!;
    expect(
      chat.events.map(({ attributes }) => [attributes['patternbench.retry.attempt'], attributes['patternbench.retry.delay_ms']]),
    ).toEqual([
      [1, 100],
      [2, 200],
      [3, 3000.5],
      [4, 800],
    ]);
    const inside = spans.filter(({ parentPath }) => parentPath === chat.path);
    expect(
      inside.map(({ name, startUs, endUs, attributes }) => [
        name,
        startUs / 1000,
        endUs / 1000,
        attributes['http.response.status_code'],
      ]),
    ).toEqual([
      ['POST', 0, 1, 408],
      ['backoff', 1, 101, undefined],
      ['POST', 101, 101, 409],
      ['backoff', 101, 301, undefined],
      ['POST', 301, 301, 429],
      ['backoff', 301, 3301.5, undefined],
      ['POST', 3301.5, 3301.5, 503],
      ['backoff', 3301.5, 4101.5, undefined],
      ['POST', 4101.5, 4439.25, undefined],
    ]);
    expect(checkTrace(spans)).toEqual([]);
  });

  it('are tried so often and no more', async () => {
    const { calls, error } = await call({ modelRetry: { attempts: 3, baseMs: 1 }, script: () => ({ status: 500 }) });
    expect(codeOf(error)).toBe('model_error');
    expect(calls).toHaveLength(3);
  });

  it.each([400, 401, 403, 404, 422])('are not tried again after %i', async (status) => {
    const { calls, error, spans } = await call({ modelRetry: { attempts: 3, baseMs: 1 }, script: () => ({ status }) });
    expect(error).toMatchObject({ code: 'model_error', facts: { status } });
    expect(calls).toHaveLength(1);
    expect(spans.map(({ name }) => name)).not.toContain('POST');
  });

  it('wait with a jitter that the seed alone decides', async () => {
    const waits = async (seed: string) => {
      const { calls } = await call({
        seed,
        modelRetry: { attempts: 4, baseMs: 100, jitter: 0.5 },
        script: () => ({ status: 500 }),
      });
      return calls.map(({ atMs }) => atMs);
    };
    expect(await waits('x')).toEqual(await waits('x'));
    expect(await waits('x')).not.toEqual(await waits('y'));
  });

  it('carry the seed of the trial unless they have their own', async () => {
    const agent = defineAgent('asker', 'Asks.', async (_input, ctx) => {
      await ctx.model({ model: 'gpt-4o', messages: [] });
      await ctx.model({ model: 'gpt-4o', messages: [], seed: 5 });
      return resultOf('');
    });
    expect((await runScripted({ agent })).calls.map(({ request }) => request.seed)).toEqual([7, 5]);
  });

  it('say so when the endpoint reported no usage; it is never taken for zero', async () => {
    const { spans, spent } = await call({ script: () => ({ content: 'x', usage: null }) });
    const chat = spans.find(({ path }) => path === 'model:chat#0')!;
    expect(chat.attributes['patternbench.usage.missing']).toBe(true);
    expect(
      Object.keys(chat.attributes).filter((name) => name.startsWith('gen_ai.usage') || name.startsWith('patternbench.cost')),
    ).toEqual([]);
    expect(spent.tokens).toBe(0);
  });
});
