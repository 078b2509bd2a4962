import { describe, expect, it } from 'vitest';
import { defineAgent } from '../../src/contracts/agent.ts';
import type { ChatMessage } from '../../src/contracts/model.ts';
import swarmPattern from '../../src/patterns/swarm.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
import { built, fullTeam } from '../support/built.ts';
import { codeOf, llm, type ModelCall, runScripted, type Script, type Scripted, tool } from '../support/trial.ts';

const agents = ['triage', 'billing', 'tech'].map((name) => llm(name));
const roster = fullTeam(...agents);

/** By agent: whom it hands over to, or what it says. */
const desk =
  (says: Readonly<Record<string, string>>): Script =>
  (_request, { agent }) => {
    const said = says[agent] ?? `${agent} helps`;
    return said.startsWith('>')
      ? { content: `Not mine.`, toolCalls: [{ name: `transfer_to_${said.slice(1)}` }], latencyMs: 10 }
      : { content: said, latencyMs: 100 };
  };

const swarming = (says: Readonly<Record<string, string>> | Script, options: object = {}) =>
  runScripted({
    agent: built(swarmPattern, roster, options),
    input: 'My bill is wrong.',
    script: typeof says === 'function' ? says : desk(says),
  });

const whoRan = ({ calls }: { calls: readonly ModelCall[] }) => calls.map(({ agent }) => agent);
const rolesOf = (messages: readonly ChatMessage[]) => messages.map(({ role }) => role);

describe('swarm', () => {
  it('SWM1 any agent can hand over to any other, and whoever it is answers', async () => {
    const outcome = await swarming({ triage: '>tech', tech: '>billing' });
    expect(whoRan(outcome)).toEqual(['triage', 'tech', 'billing']);
    expect(outcome.result).toMatchObject({
      output: 'billing helps',
      stop: 'final',
      data: { path: ['triage', 'tech', 'billing'] },
    });
    expect(outcome.calls[0]!.request.tools?.map((one) => one.function.name)).toEqual(['transfer_to_billing', 'transfer_to_tech']);
    expect(checkTrace(outcome.spans)).toEqual([]);
  });

  it('SWM1 hand-overs go along the edges that are named, and nowhere else', async () => {
    const outcome = await swarming({ billing: '>tech' }, { start: 'billing', handoffs: { billing: ['tech'] } });
    expect(whoRan(outcome)).toEqual(['billing', 'tech']);
    expect(outcome.calls[1]!.request.tools).toBeUndefined();
    const denied = await swarming({ triage: '>tech' }, { handoffs: { triage: ['billing'] } });
    const told = denied.calls.at(1)!.request.messages.at(-1)!;
    expect([denied.calls[1]!.agent, told.content]).toEqual([
      'triage',
      expect.stringContaining('there is no tool transfer_to_tech'),
    ]);
    for (const options of [{ start: 'sales' }, { handoffs: { sales: [] } }, { handoffs: { triage: ['sales'] } }]) {
      expect(() => built(swarmPattern, roster, options)).toThrow('there is no agent "sales"');
    }
  });

  it('SWM1 whoever is in charge stays so over the turns of a conversation', async () => {
    const agent = built(swarmPattern, roster);
    const talk = defineAgent('talk', 'Two turns.', async (_input, ctx) => {
      const first = await agent.run('My bill is wrong.', ctx);
      return agent.run(
        [{ role: 'user', content: 'My bill is wrong.' }, ...first.messages, { role: 'user', content: 'And now?' }],
        ctx,
      );
    });
    const outcome = await runScripted({ agent: talk, script: desk({ triage: '>billing' }) });
    expect(whoRan(outcome)).toEqual(['triage', 'billing', 'billing']);
    expect(whoRan(await runScripted({ agent: talk, script: desk({}) }))).toEqual(['triage', 'triage']);
  });

  it.each<[string, readonly string[]]>([
    ['task', ['system', 'user']],
    ['last', ['system', 'user', 'assistant']],
    ['text', ['system', 'user', 'assistant', 'assistant']],
    ['all', ['system', 'user', 'assistant', 'tool', 'assistant', 'tool']],
  ])('context %s decides what the next one sees; no call is shown without its result', async (context, expected) => {
    const team = fullTeam(llm('triage', { tools: [tool('look')] }), agents[1]!);
    const script: Script = (request, { agent }) => {
      if (agent !== 'triage') return 'done';
      const name = request.messages.length > 2 ? 'transfer_to_billing' : 'look';
      return { content: 'Let me see.', toolCalls: [{ name, id: name }] };
    };
    const outcome = await runScripted({ agent: built(swarmPattern, team, { context }), script });
    expect(rolesOf(outcome.calls.at(-1)!.request.messages)).toEqual(expected);
  });

  it('SWM2 on a board: tasks go to whoever is free and able, nobody does two at once, the result is in order', async () => {
    const able = fullTeam(llm('clerk', { types: ['bill'] }), llm('fitter', { types: ['line', 'bill'] }));
    const latency: Readonly<Record<string, number>> = { clerk: 300, fitter: 100 };
    const outcome = await runScripted({
      agent: built(swarmPattern, able, { mode: 'blackboard' }),
      items: ['bill 1', 'line 2', 'bill 3', 'greeting 4'],
      script: (request, { agent }) => ({
        content: `${agent} did ${request.messages.at(-1)!.content}`,
        latencyMs: latency[agent]!,
      }),
    });
    expect(outcome.calls.map(({ agent, atMs, request }) => [atMs, agent, request.messages.at(-1)!.content])).toEqual([
      [0, 'clerk', 'bill 1'],
      [0, 'fitter', 'line 2'],
      [100, 'fitter', 'bill 3'],
      [200, 'fitter', 'greeting 4'],
    ]);
    expect(outcome.result?.data).toEqual({ claimed: ['clerk', 'fitter', 'fitter', 'fitter'] });
    expect(outcome.result?.output.split('\n\n')[2]).toBe('[fitter]: fitter did bill 3');
    expect(checkTrace(outcome.spans)).toEqual([]);
  });

  it('SWM2 on a board: who is free leaves what is in the field of others alone', async () => {
    const fields = fullTeam(llm('clerk', { types: ['bill'] }), llm('fitter', { types: ['line'] }));
    const outcome = await runScripted({
      agent: built(swarmPattern, fields, { mode: 'blackboard' }),
      items: ['bill 1', 'line 2', 'bill 3', 'greeting 4'],
      script: (_request, { agent }) => ({ content: 'done', latencyMs: agent === 'clerk' ? 300 : 100 }),
    });
    expect(outcome.result?.data).toEqual({ claimed: ['clerk', 'fitter', 'clerk', 'fitter'] });
  });

  it('SWM2 on a board: a failure stays with its task; only when all fail is that an error', async () => {
    const board = (failing: (text: string) => boolean) =>
      runScripted({
        agent: built(swarmPattern, roster, { mode: 'blackboard' }),
        items: ['a', 'b', 'c', 'd'],
        script: (request): Scripted => (failing(request.messages.at(-1)!.content!) ? { status: 400 } : { content: 'done' }),
      });
    const one = await board((text) => text === 'b');
    expect(one.result?.output).toBe(
      '[triage]: done\n\nbilling failed: the endpoint answered 400\n\n[tech]: done\n\n[triage]: done',
    );
    expect(codeOf((await board(() => true)).error)).toBe('all_branches_failed');
  });

  it('SWM3 the same few handing over to one another are stopped, and somebody answers', async () => {
    const outcome = await swarming({ triage: '>billing', billing: '>triage', desk: 'Sorry about that.' });
    expect(whoRan(outcome)).toEqual(['triage', 'billing', 'triage', 'billing', 'triage', 'billing', 'desk']);
    expect(outcome.result).toMatchObject({ output: 'Sorry about that.', stop: 'loop' });
    expect(outcome.spans.flatMap(({ events }) => events).find(({ name }) => name === 'patternbench.loop')?.attributes).toEqual({
      'patternbench.problem': 'the same agents hand over to one another: triage > billing > triage > billing > triage > billing',
    });
  });

  it('SWM3 with two agents only, handing over again and again is a loop all the same', async () => {
    const agent = built(swarmPattern, fullTeam(agents[0]!, agents[1]!));
    const outcome = await runScripted({ agent, script: desk({ triage: '>billing', billing: '>triage', desk: 'Sorry.' }) });
    expect([outcome.calls.length, outcome.result?.stop]).toEqual([7, 'loop']);
  });

  it('SWM3 hand-overs are bounded, however varied', async () => {
    const outcome = await swarming(
      { triage: '>billing', billing: '>tech', tech: '>triage', desk: 'Enough.' },
      { maxHandoffs: 7 },
    );
    expect(outcome.calls).toHaveLength(9);
    expect(outcome.result).toMatchObject({ output: 'Enough.', stop: 'loop', data: { problem: 'more than 7 hand-offs' } });
  });

  it('SWM4 every hand-over stands in the trace: from whom, to whom, with what word', async () => {
    const { spans } = await swarming({ triage: '>tech' });
    expect(spans.flatMap(({ events }) => events)).toMatchObject([
      {
        name: 'patternbench.handoff',
        attributes: {
          'patternbench.handoff.from': 'triage',
          'patternbench.handoff.to': 'tech',
          'patternbench.handoff.reason': 'Not mine.',
        },
      },
    ]);
  });

  it('a second hand-over in one answer changes nothing; siblings of a hand-over are executed', async () => {
    let looked = 0;
    const team = fullTeam(
      llm('triage', { tools: [tool('look', { execute: () => `look ${++looked}` })] }),
      agents[1]!,
      agents[2]!,
    );
    const outcome = await runScripted({
      agent: built(swarmPattern, team, { context: 'all' }),
      script: (_request, { agent }) =>
        agent === 'triage'
          ? { toolCalls: ['transfer_to_billing', 'look', 'transfer_to_tech'].map((name) => ({ name, id: name })) }
          : 'done',
    });
    expect(whoRan(outcome)).toEqual(['triage', 'billing']);
    expect(looked).toBe(1);
    const results = outcome.calls[1]!.request.messages.filter(({ role }) => role === 'tool');
    expect(results.map((message) => 'tool_call_id' in message && message.tool_call_id)).toEqual([
      'transfer_to_billing',
      'look',
      'transfer_to_tech',
    ]);
  });
});
