import { type Agent, defineAgent, resultOf } from '../../src/contracts/agent.ts';
import { labelled } from '../../src/contracts/combine.ts';
import { parallel } from '../../src/patterns/parallel.ts';
import { router } from '../../src/patterns/router.ts';
import { sequential } from '../../src/patterns/sequential.ts';
import { llm, type Script, type ScriptedTrial, tool } from '../support/trial.ts';

/** A trial whose latency is known in closed form, from the timings of its calls. */
export interface ClosedForm {
  readonly name: string;
  readonly trial: ScriptedTrial & { readonly script: Script };
  readonly latencyMs: number;
  readonly output: string;
}

/** Answers with the agent's name after its recorded time. */
const timed =
  (latencyMs: Readonly<Record<string, number>>, content: (agent: string) => string = (agent) => agent): Script =>
  (_request, { agent }) => ({ content: content(agent), latencyMs: latencyMs[agent]! });

const agents = (...names: readonly string[]) => names.map((name) => llm(name));
const [a, b, c, d, e] = [llm('a'), llm('b'), llm('c'), llm('d'), llm('e')];
const routes = agents('billing', 'tech');
const tools = [tool('slow', { latencyMs: 80.125 }), tool('quick', { latencyMs: 3.5 })];
const six = { a: 300.5, b: 100.25, c: 250, d: 400.125, e: 50, f: 75.5 };

/** A race as the author of a pattern writes it. */
const race = (first = 1): Agent =>
  defineAgent('race', 'The first one wins.', async (input, ctx) => {
    const settled = await ctx.all([a, b, c], (agent, _index, branch) => branch.run(agent, input), { first, name: 'race' });
    return resultOf(settled.flatMap((branch) => (branch.ok ? [branch.value.output] : [])).join('+'));
  });

export const CLOSED_FORMS: readonly ClosedForm[] = [
  {
    name: 'sequential: the sum',
    trial: {
      agent: sequential([{ agent: a }, { agent: b }, { agent: c }], 'previous'),
      script: timed({ a: 337.75, b: 1200.001, c: 799.999 }),
    },
    latencyMs: 337.75 + 2000,
    output: 'c',
  },
  {
    name: 'sequential with tools: the sum of turns and of the slowest tool of each turn',
    trial: {
      agent: sequential([{ agent: llm('a', { tools }) }, { agent: llm('b', { tools }) }]),
      script: (request, { agent }) =>
        request.messages.length < 3
          ? { toolCalls: [{ name: 'quick' }, { name: 'slow', id: 'call_b' }], latencyMs: 300.25 }
          : { content: agent, latencyMs: 500.5 },
    },
    latencyMs: 2 * (300.25 + 80.125 + 500.5),
    output: 'b',
  },
  {
    name: 'router: classification and one specialist',
    trial: {
      agent: router({
        routes,
        fallback: routes[0]!,
        classifier: { name: 'coordinator', model: 'gpt-4o-mini' },
        mode: 'name',
        minConfidence: 0,
        passIntent: false,
      }),
      script: timed({ coordinator: 142.375, billing: 9999, tech: 1337.75 }, (name) => (name === 'coordinator' ? 'tech' : name)),
    },
    latencyMs: 142.375 + 1337.75,
    output: 'tech',
  },
  {
    name: 'fan-out with aggregate: the slowest branch and the aggregation',
    trial: {
      agent: parallel({ agents: [a, b, c], aggregate: llm('sum') }),
      script: timed({ a: 337.75, b: 2000.125, c: 1999.999, sum: 1500 }),
    },
    latencyMs: 2000.125 + 1500,
    output: 'sum',
  },
  {
    name: 'fan-out three at a time: the list schedule',
    trial: {
      agent: parallel({ agents: agents(...Object.keys(six)), aggregate: () => 'all', branches: { concurrency: 3 } }),
      script: timed(six),
    },
    // a until 300.5; b, then d until 500.375; c until 250, then e until 300, then f until 375.5.
    latencyMs: 100.25 + 400.125,
    output: 'all',
  },
  {
    name: 'a race: the fastest',
    trial: { agent: race(), script: timed({ a: 1500.001, b: 1337.75, c: 1337.751 }) },
    latencyMs: 1337.75,
    output: 'b',
  },
  {
    name: 'a race whose losers ignore their signal: still the fastest',
    trial: {
      agent: race(),
      script: (_request, { agent }) => ({ content: agent, latencyMs: agent === 'b' ? 337.75 : 90_000, deaf: true }),
    },
    latencyMs: 337.75,
    output: 'b',
  },
  {
    name: 'two of three: the second fastest',
    trial: { agent: race(2), script: timed({ a: 1500.5, b: 1337.75, c: 4000 }) },
    latencyMs: 1500.5,
    output: 'a+b',
  },
  {
    name: 'a three-way tie: that time, and always the first of the roster',
    trial: { agent: race(), script: timed({ a: 337.75, b: 337.75, c: 337.75 }) },
    latencyMs: 337.75,
    output: 'a',
  },
  {
    name: 'a timeout with fallback: the limit and the fallback',
    trial: {
      agent: sequential([{ agent: a, run: { timeoutMs: 800.5, fallback: [b] } }]),
      script: timed({ a: 9000, b: 299.75 }),
    },
    latencyMs: 800.5 + 299.75,
    output: 'b',
  },
  {
    name: 'three timeouts with backoff, then an answer: every limit, every wait, the answer',
    trial: {
      agent: sequential([{ agent: a, run: { timeoutMs: 500, retry: { attempts: 4, baseMs: 100.125 } } }]),
      script: (_request, { path }) => ({ content: 'done', latencyMs: path.includes('try3') ? 337.75 : 9000 }),
    },
    latencyMs: 3 * 500 + 100.125 + 200.25 + 400.5 + 337.75,
    output: 'done',
  },
  {
    name: 'retries of a call with backoff: every attempt, every wait, Retry-After where it is longer',
    trial: {
      agent: sequential([{ agent: a }]),
      modelRetry: { attempts: 4, baseMs: 250 },
      script: (_request, { attempt }) =>
        [
          { status: 500, latencyMs: 50.25 },
          { status: 429, retryAfterMs: 2500.5, latencyMs: 10.125 },
          { status: 503, retryAfterMs: 1, latencyMs: 0 },
        ][attempt] ?? { content: 'done', latencyMs: 337.75 },
    },
    latencyMs: 50.25 + 250 + 10.125 + 2500.5 + 0 + 1000 + 337.75,
    output: 'done',
  },
  {
    name: 'nested: a pipeline whose second stage is a fan-out of pipelines',
    trial: {
      agent: sequential([
        { agent: a },
        {
          agent: parallel({
            agents: [sequential([{ agent: b }, { agent: c }]), sequential([{ agent: d }])],
            aggregate: labelled,
          }),
        },
        { agent: e },
      ]),
      script: timed({ a: 100.125, b: 200.25, c: 337.75, d: 537.999, e: 1 }),
    },
    latencyMs: 100.125 + (200.25 + 337.75) + 1,
    output: 'e',
  },
];
