import { type Agent, defineAgent } from '../../../src/contracts/agent.ts';
import { labelled } from '../../../src/contracts/combine.ts';
import { parallel } from '../../../src/patterns/parallel.ts';
import { sequential } from '../../../src/patterns/sequential.ts';
import type { FindingSettings } from '../../../src/schema/scenario.ts';
import { llm, type Script, tool } from '../../support/trial.ts';
import { type Planted, alone, three, look, looker, looking } from './work.ts';

const pay = tool('pay', { effect: 'write' });

const paying =
  (usd: number): Script =>
  (request) =>
    request.messages.at(-1)?.role === 'tool' ? 'paid' : { toolCalls: [{ name: 'pay', arguments: JSON.stringify({ usd }) }] };

const above: FindingSettings = { 'missing-approval': { when: 'args.usd > 50000' } };

/** A draft, a review that does not approve it, and another draft where there are two. */
const reviewed = (drafts: number): Agent =>
  defineAgent('reviewed', 'Drafts and reviews.', async (input, ctx) => {
    let draft = await ctx.run(llm('a'), input);
    await ctx.decide({
      kind: 'review',
      agent: 'judge',
      model: 'gpt-4o',
      json: false,
      messages: [{ role: 'user', content: draft.output }],
      parse: String,
      describe: () => ({ 'patternbench.review.approved': false }),
    });
    if (drafts > 1) draft = await ctx.run(llm('a'), 'again');
    return draft;
  });

export const PLANTED: Readonly<Record<string, readonly Planted[]>> = {
  'premature-termination': [
    {
      sign: 'an answer that was cut off',
      agent: 'a',
      planted: { agent: sequential([{ agent: llm('a') }]), script: () => ({ content: 'The sum is', finishReason: 'length' }) },
      clean: { agent: sequential([{ agent: llm('a') }]), script: () => 'The sum is 4.' },
    },
    {
      sign: 'an answer that the last review did not approve',
      agent: 'judge',
      planted: { agent: reviewed(1), script: () => ({ content: 'no', latencyMs: 10 }) },
      clean: { agent: reviewed(2), script: () => ({ content: 'no', latencyMs: 10 }) },
    },
    {
      sign: 'an empty answer',
      agent: 'a',
      planted: { agent: sequential([{ agent: llm('a') }]), script: () => ({ content: ' ' }) },
      clean: { agent: sequential([{ agent: llm('a') }]), script: () => 'ok' },
    },
  ],
  'missing-termination': [
    {
      sign: 'an agent that was told to answer at its last turn',
      agent: 'looker',
      planted: {
        agent: sequential([{ agent: llm('looker', { tools: [look], maxTurns: 3 }) }]),
        script: looking(2, (turn) => ({ turn })),
      },
      clean: {
        agent: sequential([{ agent: llm('looker', { tools: [look], maxTurns: 4 }) }]),
        script: looking(2, (turn) => ({ turn })),
      },
    },
    {
      sign: 'a trial that its limits ended',
      agent: 'orchestrator',
      planted: { agent: alone(looker), script: looking(9, (turn) => ({ turn })), limits: { maxModelCalls: 4 } },
      clean: { agent: alone(looker), script: looking(3, (turn) => ({ turn })), limits: { maxModelCalls: 4 } },
    },
  ],
  'missing-approval': [
    {
      sign: 'a payment above the threshold',
      agent: 'clerk',
      planted: { agent: alone(llm('clerk', { tools: [pay] })), script: paying(60_000) },
      clean: { agent: alone(llm('clerk', { tools: [pay] })), script: paying(40_000) },
      settings: above,
    },
    {
      sign: 'one that a person approves is not missing',
      agent: 'clerk',
      planted: { agent: alone(llm('clerk', { tools: [pay] })), script: paying(60_000) },
      clean: {
        agent: alone(llm('clerk', { tools: [tool('pay', { effect: 'write', needsApproval: () => true })] })),
        script: paying(60_000),
        answers: { 'agent:clerk#0/all:tools#0[0]/ask:pay#0': 'approve' },
      },
      settings: above,
    },
    {
      sign: 'any write, where every write needs consent',
      agent: 'clerk',
      planted: { agent: alone(llm('clerk', { tools: [pay] })), script: paying(1) },
      clean: { agent: alone(llm('clerk', { tools: [tool('pay')] })), script: paying(1) },
      settings: { 'missing-approval': { writes: true } },
    },
  ],
  'silent-fallback': [
    {
      sign: 'another agent answers in place of the one that failed',
      agent: 'a',
      planted: {
        agent: sequential([{ agent: llm('a'), run: { fallback: [llm('spare')] } }]),
        script: (_r, { agent }) => (agent === 'a' ? { status: 400 } : 'ok'),
      },
      clean: { agent: sequential([{ agent: llm('a'), run: { fallback: [llm('spare')] } }]), script: () => 'ok' },
    },
    {
      sign: 'a branch that failed is left out',
      agent: 'b',
      planted: {
        agent: parallel({ agents: three, aggregate: labelled }),
        script: (_r, { agent }) => (agent === 'b' ? { status: 400 } : 'ok'),
      },
      clean: { agent: parallel({ agents: three, aggregate: labelled }), script: () => 'ok' },
    },
  ],
};
