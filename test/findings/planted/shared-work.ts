import { type Agent, defineAgent, resultOf } from '../../../src/contracts/agent.ts';
import { labelled } from '../../../src/contracts/combine.ts';
import type { ModelRequest } from '../../../src/contracts/model.ts';
import { parallel } from '../../../src/patterns/parallel.ts';
import { sequential } from '../../../src/patterns/sequential.ts';
import { llm, type Script } from '../../support/trial.ts';
import { type Planted, alone, three, look, looker, looking } from './work.ts';

const writer = llm('writer');

/** A page that nobody else would write. */
const page = (seed: string): string =>
  Array.from(
    { length: 12 },
    (_, i) =>
      `Paragraph ${i} of ${seed} says what ${seed} found out about matter ${seed}-${i}, at some length and in order. ${'More. '.repeat(40)}`,
  ).join('\n\n');

/** Tokens as a tokenizer would about count them. */
const charged = (request: ModelRequest) => ({
  inputTokens: Math.round(request.messages.reduce((sum, { content }) => sum + (content?.length ?? 0), 0) / 4),
  outputTokens: 50,
});

const inTurn = (agents: readonly Agent[], last: Agent): Agent =>
  defineAgent('chain', 'One after the other.', async (input, ctx) => {
    const said = [];
    for (const agent of agents) said.push({ agent: agent.name, result: (await ctx.run(agent, input)).output });
    return resultOf((await ctx.run(last, labelled(said))).output);
  });

const taking =
  (latencyMs: number): Script =>
  (_request, { agent }) => ({ content: `what ${agent} found out about the matter at hand`, latencyMs });

const twice = (first: string, second: string): Agent =>
  defineAgent('twice', 'Asks twice.', async (_input, ctx) => {
    await ctx.run(llm('a'), first);
    return ctx.run(llm('a'), second);
  });

const fanOut = (read: number): Agent =>
  defineAgent('fan-out', 'Side by side.', async (input, ctx) => {
    const settled = await ctx.all(three, async (agent, _i, own) => ({
      agent: agent.name,
      result: (await own.run(agent, input)).output,
    }));
    const said = settled.flatMap((one) => (one.ok ? one.value : []));
    return ctx.run(writer, labelled(said.slice(0, read)));
  });

export const PLANTED: Readonly<Record<string, readonly Planted[]>> = {
  'god-agent': [
    {
      sign: 'one of three takes nearly all tokens',
      agent: 'a',
      planted: {
        agent: parallel({ agents: three, aggregate: labelled }),
        script: (_r, { agent }) => ({ content: agent, usage: { inputTokens: agent === 'a' ? 900 : 50 } }),
      },
      clean: {
        agent: parallel({ agents: three, aggregate: labelled }),
        script: (_r, { agent }) => ({ content: agent, usage: { inputTokens: 300 } }),
      },
    },
    {
      sign: 'one of three takes half of the tokens and all of the time',
      agent: 'a',
      planted: {
        agent: parallel({ agents: three, aggregate: labelled }),
        script: (_r, { agent }) => ({
          content: agent,
          latencyMs: agent === 'a' ? 900 : 50,
          usage: { inputTokens: agent === 'a' ? 600 : 200 },
        }),
      },
      clean: {
        agent: parallel({ agents: three, aggregate: labelled }),
        script: (_r, { agent }) => ({ content: agent, latencyMs: agent === 'a' ? 900 : 50, usage: { inputTokens: 200 } }),
      },
    },
  ],
  'context-stuffing': [
    {
      sign: 'AP2: the whole history goes to every stage',
      agent: 'd',
      planted: {
        agent: sequential(
          [...three, llm('d')].map((agent) => ({ agent })),
          'all',
        ),
        script: (request, { agent }) => ({ content: page(agent), usage: charged(request) }),
      },
      clean: {
        agent: sequential(
          [...three, llm('d')].map((agent) => ({ agent })),
          'previous',
        ),
        script: (request, { agent }) => ({ content: page(agent), usage: charged(request) }),
      },
    },
    {
      sign: 'AP2: a prompt nearly fills the window',
      agent: 'a',
      planted: { agent: alone(llm('a')), script: () => ({ content: 'ok', usage: { inputTokens: 110_000 } }) },
      clean: { agent: alone(llm('a')), script: () => ({ content: 'ok', usage: { inputTokens: 90_000 } }) },
    },
    {
      sign: 'AP2: prompts grow with every turn',
      agent: 'looker',
      planted: {
        agent: alone(looker),
        script: (request, call) => ({
          ...(looking(8, (turn) => ({ turn }))(request, call) as object),
          usage: { inputTokens: 200 * request.messages.length },
        }),
      },
      clean: {
        agent: alone(looker),
        script: (request, call) => ({
          ...(looking(8, (turn) => ({ turn }))(request, call) as object),
          usage: { inputTokens: 2500 },
        }),
      },
    },
  ],
  'synchronous-chain': [
    {
      sign: 'AP3: three who need nothing of one another work one after the other',
      agent: 'b',
      planted: { agent: inTurn(three, writer), script: taking(3000) },
      clean: { agent: parallel({ agents: three, aggregate: writer }), script: taking(3000) },
    },
    {
      sign: 'AP3: a stage that does not read the one before it',
      agent: 'b',
      planted: { agent: inTurn([llm('a'), llm('b')], writer), script: taking(3000) },
      clean: { agent: sequential([...three, writer].map((agent) => ({ agent }))), script: taking(3000) },
    },
  ],
  'idle-fan-out': [
    {
      sign: 'a worker whose answer is left out',
      agent: 'c',
      planted: { agent: fanOut(2), script: taking(1000) },
      clean: { agent: fanOut(3), script: taking(1000) },
    },
  ],
  'duplicate-work': [
    {
      sign: 'the same request twice',
      agent: 'a',
      planted: { agent: twice('task', 'task'), script: () => 'answer' },
      clean: { agent: twice('task', 'another task'), script: () => 'answer' },
    },
    {
      sign: 'the same look-up by three agents',
      agent: 'b',
      planted: {
        agent: parallel({ agents: ['a', 'b', 'c'].map((name) => llm(name, { tools: [look] })), aggregate: labelled }),
        script: looking(1),
      },
      clean: {
        agent: parallel({ agents: ['a', 'b', 'c'].map((name) => llm(name, { tools: [look] })), aggregate: labelled }),
        script: (request, call) => looking(1, () => ({ by: call.agent }))(request, call),
      },
    },
  ],
};
