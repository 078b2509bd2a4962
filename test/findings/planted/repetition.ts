import { type Agent, defineAgent, resultOf } from '../../../src/contracts/agent.ts';
import type { ModelRequest } from '../../../src/contracts/model.ts';
import { refine } from '../../../src/patterns/refine.ts';
import { sequential } from '../../../src/patterns/sequential.ts';
import { swarm } from '../../../src/patterns/swarm.ts';
import { lastText, llm, type ModelCall, tool } from '../../support/trial.ts';
import { type Planted, alone, look, looker, looking } from './work.ts';

const draft = 'The market grows by four percent a year and most of it is bought by housing cooperatives in the north.';

const grading = (request: ModelRequest): boolean => request.response_format !== undefined;

const refining = refine({
  worker: llm('drafter'),
  evaluator: { name: 'judge', model: 'gpt-4o' },
  rubric: 'Judge.',
  maxRounds: 2,
  passScore: 1.01,
});

const peers = [
  llm('sales', { handoffs: [{ name: 'support', description: 'Support.' }], tools: [look] }),
  llm('support', { handoffs: [{ name: 'sales', description: 'Sales.' }], tools: [look] }),
];

const desk = swarm({
  agents: peers,
  start: peers[0]!,
  maxHandoffs: 4,
  repetition: { window: 20, minUnique: 1 },
  context: 'text',
  onLimit: llm('human'),
});

const handingOver = (request: ModelRequest, { agent, path }: ModelCall, before: boolean) =>
  agent === 'human'
    ? 'done'
    : before && request.messages.at(-1)?.role !== 'tool'
      ? { latencyMs: 50, toolCalls: [{ name: 'look', arguments: JSON.stringify({ path }) }] }
      : { latencyMs: 50, toolCalls: [{ name: `transfer_to_${agent === 'sales' ? 'support' : 'sales'}` }] };

export const PLANTED: Readonly<Record<string, readonly Planted[]>> = {
  loop: [
    {
      sign: 'a tool with the same arguments and the same result',
      agent: 'looker',
      planted: { agent: alone(looker), script: looking(4) },
      clean: { agent: alone(looker), script: looking(4, (turn) => ({ turn })) },
    },
    {
      sign: 'not where the result changes: that is waiting for something',
      agent: 'looker',
      planted: { agent: alone(looker), script: looking(3) },
      clean: { agent: sequential([{ agent: changing() }]), script: looking(3) },
    },
    {
      sign: 'not where something was written in between',
      agent: 'writing',
      planted: {
        agent: sequential([{ agent: llm('writing', { tools: [look, tool('note')], maxTurns: 20 }) }]),
        script: lookAndNote,
      },
      clean: {
        agent: sequential([{ agent: llm('writing', { tools: [look, tool('note', { effect: 'write' })], maxTurns: 20 }) }]),
        script: lookAndNote,
      },
    },
    {
      sign: 'the very same request',
      agent: 'a',
      planted: { agent: defineAgent('again', 'Asks again.', asking(3)), script: () => 'no' },
      clean: { agent: defineAgent('again', 'Asks again.', asking(2)), script: () => 'no' },
    },
  ],
  stagnation: [
    {
      sign: 'a second draft that is the first one',
      agent: 'drafter',
      planted: {
        agent: refining,
        script: (request) => (grading(request) ? '{"pass":false,"score":0.2,"feedback":"more"}' : draft),
      },
      clean: {
        agent: refining,
        script: (request) =>
          grading(request)
            ? '{"pass":false,"score":0.2,"feedback":"more"}'
            : lastText(request).includes('Feedback')
              ? 'Every town hall has bought two of them already, and prices have come down since the spring of last year.'
              : draft,
      },
    },
  ],
  'ping-pong': [
    {
      sign: 'hand-offs there and back, and nothing found in between',
      agent: 'sales',
      planted: { agent: desk, script: (request, call) => handingOver(request, call, false) },
      clean: { agent: desk, script: (request, call) => handingOver(request, call, true) },
    },
  ],
  'retry-storm': [
    {
      sign: 'a model that is asked again three times',
      agent: 'a',
      planted: {
        agent: alone(llm('a')),
        script: (_r, { attempt }) => (attempt < 3 ? { status: 503, latencyMs: 10 } : 'ok'),
        modelRetry: { attempts: 5, baseMs: 100 },
      },
      clean: {
        agent: alone(llm('a')),
        script: (_r, { attempt }) => (attempt < 1 ? { status: 503, latencyMs: 10 } : 'ok'),
        modelRetry: { attempts: 5, baseMs: 100 },
      },
    },
    {
      sign: 'a tool that fails each time',
      agent: 'looker',
      planted: {
        agent: sequential([
          { agent: llm('looker', { tools: [tool('look', { execute: () => Promise.reject(new Error('no')) })], maxTurns: 20 }) },
        ]),
        script: looking(5),
      },
      clean: {
        agent: sequential([
          { agent: llm('looker', { tools: [tool('look', { execute: () => Promise.reject(new Error('no')) })], maxTurns: 20 }) },
        ]),
        script: looking(2),
      },
    },
  ],
};

function changing() {
  let times = 0;
  return llm('looker', { tools: [tool('look', { execute: () => `state ${times++}` })], maxTurns: 20 });
}

function lookAndNote(_request: ModelRequest, { path }: { readonly path: string }) {
  const turn = Number(path.split('#').at(-1));
  return turn < 6 ? { toolCalls: [{ name: turn % 2 === 0 ? 'look' : 'note', arguments: '{}' }] } : 'done';
}

function asking(times: number): Agent['run'] {
  return async (_input, ctx) => {
    for (let i = 0; i < times; i++)
      await ctx.decide({
        kind: 'poll',
        agent: 'a',
        model: 'gpt-4o',
        json: false,
        messages: [{ role: 'user', content: 'Is it done?' }],
        parse: String,
      });
    return resultOf('done');
  };
}
