import { describe, expect, it } from 'vitest';
import { type Agent, defineAgent, resultOf } from '../../src/contracts/agent.ts';
import { labelled, parallel } from '../../src/patterns/parallel.ts';
import { router } from '../../src/patterns/router.ts';
import { sequential } from '../../src/patterns/sequential.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
import { llm, runScripted, type Script, type ScriptedTrial, tool } from '../support/trial.ts';

const RUNS = 1000;
const AT_ONCE = 50;

/** What came out of 1,000 runs, fifty of them interleaved at any time. */
async function everyRun(trial: ScriptedTrial) {
  const latencies = new Set<number>();
  const outputs = new Set<string>();
  const traces = new Set<string>();
  let problems: readonly unknown[] = [];
  for (let done = 0; done < RUNS; done += AT_ONCE) {
    for (const { latencyMs, result, error, spans } of await Promise.all(Array.from({ length: AT_ONCE }, () => runScripted(trial)))) {
      latencies.add(latencyMs);
      outputs.add(result?.output ?? String(error));
      traces.add(JSON.stringify(spans));
      if (traces.size > 1 || done === 0) problems = [...problems, ...checkTrace(spans)];
    }
  }
  return { latencies: [...latencies], outputs: [...outputs], traces: traces.size, problems };
}

const exactly = (latencyMs: number, output: string) => ({ latencies: [latencyMs], outputs: [output], traces: 1, problems: [] });

/** Answers with the agent's name after its recorded time. */
const timed =
  (latencyMs: Readonly<Record<string, number>>, content: (agent: string) => string = (agent) => agent): Script =>
  (_request, { agent }) => ({ content: content(agent), latencyMs: latencyMs[agent]! });

const agents = (...names: readonly string[]) => names.map((name) => llm(name));

/** A race as a pattern author writes it. */
const race = (racers: readonly Agent[], first = 1) =>
  defineAgent('race', 'The first one wins.', async (input, ctx) => {
    const settled = await ctx.all(racers, (agent, _index, branch) => branch.run(agent, input), { first, name: 'race' });
    return resultOf(settled.flatMap((branch) => (branch.ok ? [branch.value.output] : [])).join('+'));
  });

describe('latency is the closed form of the timings, exactly, in 1,000 of 1,000 runs', () => {
  it('sequential: the sum', async () => {
    const trial = {
      agent: sequential(agents('a', 'b', 'c').map((agent) => ({ agent })), 'previous'),
      script: timed({ a: 337.75, b: 1200.001, c: 799.999 }),
    };
    expect(await everyRun(trial)).toEqual(exactly(337.75 + 2000, 'c'));
  });

  it('sequential with tools: the sum of turns and of the slowest tool of each turn', async () => {
    const tools = [tool('slow', { latencyMs: 80.125 }), tool('quick', { latencyMs: 3.5 })];
    const script: Script = (request, { agent }) =>
      request.messages.length < 3
        ? { toolCalls: [{ name: 'quick' }, { name: 'slow', id: 'call_b' }], latencyMs: 300.25 }
        : { content: agent, latencyMs: 500.5 };
    expect(await everyRun({ agent: sequential([{ agent: llm('a', { tools }) }, { agent: llm('b', { tools }) }]), script })).toEqual(
      exactly(2 * (300.25 + 80.125 + 500.5), 'b'),
    );
  });

  it('router: classification and one specialist', async () => {
    const routes = agents('billing', 'tech');
    const agent = router({
      routes,
      fallback: routes[0]!,
      classifier: { name: 'coordinator', model: 'gpt-4o-mini' },
      mode: 'name',
      minConfidence: 0,
      passIntent: false,
    });
    const script = timed({ coordinator: 142.375, billing: 9999, tech: 1337.75 }, (name) => (name === 'coordinator' ? 'tech' : name));
    expect(await everyRun({ agent, script })).toEqual(exactly(1480.125, 'tech'));
  });

  it('fan-out with aggregate: the slowest branch and the aggregation', async () => {
    const agent = parallel({ agents: agents('a', 'b', 'c'), aggregate: llm('sum') });
    expect(await everyRun({ agent, script: timed({ a: 337.75, b: 2000.125, c: 1999.999, sum: 1500 }) })).toEqual(exactly(3500.125, 'sum'));
  });

  it('fan-out three at a time: the list schedule', async () => {
    const latency = { a: 300.5, b: 100.25, c: 250, d: 400.125, e: 50, f: 75.5 };
    const agent = parallel({ agents: agents(...Object.keys(latency)), aggregate: () => 'all', branches: { concurrency: 3 } });
    // a until 300.5; b, then d until 500.375; c until 250, then e until 300, then f until 375.5.
    expect(await everyRun({ agent, script: timed(latency) })).toEqual(exactly(100.25 + 400.125, 'all'));
  });

  it('a race: the fastest', async () => {
    expect(await everyRun({ agent: race(agents('a', 'b', 'c')), script: timed({ a: 1500.001, b: 1337.75, c: 1337.751 }) })).toEqual(
      exactly(1337.75, 'b'),
    );
  });

  it('a race that ignores its signal: still the fastest', async () => {
    const script: Script = (_request, { agent }) => ({ content: agent, latencyMs: { a: 90_000, b: 337.75, c: 60_000 }[agent]!, deaf: true });
    expect(await everyRun({ agent: race(agents('a', 'b', 'c')), script })).toEqual(exactly(337.75, 'b'));
  });

  it('two of three: the second fastest', async () => {
    expect(await everyRun({ agent: race(agents('a', 'b', 'c'), 2), script: timed({ a: 1500.5, b: 1337.75, c: 4000 }) })).toEqual(
      exactly(1500.5, 'a+b'),
    );
  });

  it('a three-way tie: that time, and always the first of the roster', async () => {
    expect(await everyRun({ agent: race(agents('a', 'b', 'c')), script: timed({ a: 337.75, b: 337.75, c: 337.75 }) })).toEqual(
      exactly(337.75, 'a'),
    );
  });

  it('a timeout with fallback: the limit and the fallback', async () => {
    const [slow, spare] = [llm('slow'), llm('spare')];
    const agent = sequential([{ agent: slow, run: { timeoutMs: 800.5, fallback: [spare] } }]);
    expect(await everyRun({ agent, script: timed({ slow: 9000, spare: 299.75 }) })).toEqual(exactly(1100.25, 'spare'));
  });

  it('three timeouts with backoff, then an answer: every limit, every wait, the answer', async () => {
    const agent = sequential([{ agent: llm('a'), run: { timeoutMs: 500, retry: { attempts: 4, baseMs: 100.125 } } }]);
    const script: Script = (_request, { path }) => ({ content: 'done', latencyMs: path.includes('try3') ? 337.75 : 9000 });
    expect(await everyRun({ agent, script })).toEqual(exactly(3 * 500 + 100.125 + 200.25 + 400.5 + 337.75, 'done'));
  });

  it('model retries with backoff: every attempt, every wait, Retry-After where it is longer', async () => {
    const script: Script = (_request, { attempt }) =>
      [
        { status: 500, latencyMs: 50.25 },
        { status: 429, retryAfterMs: 2500.5, latencyMs: 10.125 },
        { status: 503, retryAfterMs: 1, latencyMs: 0 },
      ][attempt] ?? { content: 'done', latencyMs: 337.75 };
    const trial = { agent: sequential([{ agent: llm('a') }]), script, modelRetry: { attempts: 4, baseMs: 250 } };
    expect(await everyRun(trial)).toEqual(exactly(50.25 + 250 + 10.125 + 2500.5 + 0 + 1000 + 337.75, 'done'));
  });

  it('nested: a pipeline whose second stage is a fan-out of pipelines', async () => {
    const [a, b, c, d, e] = agents('a', 'b', 'c', 'd', 'e');
    const inner = parallel({ agents: [sequential([{ agent: b! }, { agent: c! }]), sequential([{ agent: d! }])], aggregate: labelled });
    const script = timed({ a: 100.125, b: 200.25, c: 337.75, d: 537.999, e: 1 });
    expect(await everyRun({ agent: sequential([{ agent: a! }, { agent: inner }, { agent: e! }]), script })).toEqual(exactly(100.125 + 538 + 1, 'e'));
  });
});
