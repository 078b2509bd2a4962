import { describe, expect, it } from 'vitest';
import { type Agent, defineAgent, resultOf } from '../../src/contracts/agent.ts';
import { labelled } from '../../src/contracts/combine.ts';
import { parallel } from '../../src/patterns/parallel.ts';
import { sequential } from '../../src/patterns/sequential.ts';
import type { Finding } from '../../src/schema/run-record.ts';
import { inspectedTrial } from '../support/inspected-trial.ts';
import { llm, runScripted, type Script, type ScriptedTrial, tool } from '../support/trial.ts';
import { alone, looker, looking, three } from './planted/work.ts';

const writer = llm('writer');
const found = async (kind: string, trial: ScriptedTrial, settings = {}): Promise<readonly Finding[]> =>
  (await inspectedTrial(trial, settings)).findings.filter((finding) => finding.kind === kind);

const taking: Script = (_request, { agent }) => ({
  content: `what ${agent} found out about the matter`,
  latencyMs: 1000 * (agent.charCodeAt(0) - 96),
});

describe('AP3: the saving of a synchronous chain is what running it side by side would save', () => {
  const chain = defineAgent('chain', 'One after the other.', async (input, ctx) => {
    const said = [];
    for (const agent of three) said.push({ agent: agent.name, result: (await ctx.run(agent, input)).output });
    return resultOf((await ctx.run(writer, labelled(said))).output);
  });
  const script: Script = (request, call) =>
    call.agent === 'writer' ? { content: 'page', latencyMs: 500 } : taking(request, call);

  it('as the trial itself takes it when it is run so', async () => {
    const [finding, ...others] = await found('synchronous-chain', { agent: chain, script });
    expect(others).toEqual([]);
    const serial = await runScripted({ agent: chain, script });
    const sideBySide = await runScripted({ agent: parallel({ agents: three, aggregate: writer }), script });
    expect([serial.latencyMs, sideBySide.latencyMs]).toEqual([6500, 3500]);
    expect(finding!.wastedMs).toBe(serial.latencyMs - sideBySide.latencyMs);
    expect(finding!.why).toContain('3.50 s instead of 6.50 s (-46%)');
    expect(finding!).toMatchObject({ wastedTokens: 0, wastedUsd: 0, severity: 'warning' });
  });

  it('branches that are let run one at a time, each with a review of its own', async () => {
    const branches = (concurrency: number): Agent =>
      defineAgent('branches', 'Side by side, or not.', async (input, ctx) => {
        const settled = await ctx.all(
          three,
          async (agent, _i, own) => {
            // Within a branch an attempt is a step of its own, as patterns have it that try again.
            const [tried] = await own.all([agent], (one, _one, inner) => inner.run(one, input), { name: 'attempt' });
            const output = tried!.ok ? tried!.value.output : '';
            return own.decide({
              kind: 'review',
              agent: 'judge',
              model: 'gpt-4o',
              json: false,
              messages: [{ role: 'user', content: output }],
              parse: () => ({ agent: agent.name, result: output }),
            });
          },
          { concurrency },
        );
        return ctx.run(writer, labelled(settled.flatMap((one) => (one.ok ? one.value : []))));
      });
    const reviewing: Script = (request, call) =>
      call.agent === 'judge' ? { content: 'fine', latencyMs: 200 } : script(request, call);
    const [finding, ...others] = await found('synchronous-chain', { agent: branches(1), script: reviewing });
    expect(others).toEqual([]);
    const [oneByOne, all] = await Promise.all([1, 3].map((count) => runScripted({ agent: branches(count), script: reviewing })));
    expect([oneByOne!.latencyMs, all!.latencyMs]).toEqual([7100, 3700]);
    expect(finding!.wastedMs).toBe(oneByOne!.latencyMs - all!.latencyMs);
    expect(await found('synchronous-chain', { agent: branches(3), script: reviewing })).toEqual([]);
  });

  it('needs a real gain: below the declared share it says nothing', async () => {
    expect(await found('synchronous-chain', { agent: chain, script }, { 'synchronous-chain': { minShare: 0.5 } })).toEqual([]);
  });

  it.each([
    [
      'a decision stands between them',
      defineAgent('decided', 'Decides.', async (input, ctx) => {
        const first = await ctx.run(three[0]!, input);
        await ctx.decide({
          kind: 'route',
          agent: 'boss',
          model: 'gpt-4o',
          json: false,
          messages: [{ role: 'user', content: first.output }],
          parse: String,
        });
        return ctx.run(three[1]!, input);
      }),
    ],
    ['the first one failed', sequential([{ agent: llm('a'), run: { fallback: [llm('b')] } }])],
    [
      'the first one wrote',
      defineAgent('wrote', 'Writes.', async (input, ctx) => {
        await ctx.run(llm('a', { tools: [tool('note', { effect: 'write' })] }), input);
        return ctx.run(three[1]!, input);
      }),
    ],
  ] as const)('takes order for need where %s', async (why, agent) => {
    const script: Script = (request, call) => {
      if (why.includes('failed') && call.agent === 'a') return { status: 400, latencyMs: 1000 };
      if (why.includes('wrote') && call.agent === 'a' && request.messages.at(-1)?.role !== 'tool')
        return { toolCalls: [{ name: 'note' }], latencyMs: 500 };
      return { content: `what ${call.agent} found out about the matter`, latencyMs: 1000 };
    };
    const { findings, spans } = await inspectedTrial({ agent, script });
    expect(spans.length).toBeGreaterThan(4);
    expect(findings.filter(({ kind }) => kind === 'synchronous-chain')).toEqual([]);
  });
});

describe('AP2: what was sent again is counted by paragraph', () => {
  it('tokens of a prompt by the share of its characters that another agent had been sent', async () => {
    const shared = `The file of the case, ${'x'.repeat(4000)}`;
    const agent = defineAgent('two', 'Two.', async (_input, ctx) => {
      await ctx.run(llm('a', { instructions: '' }), shared);
      return ctx.run(llm('b', { instructions: '' }), `${shared}\n\n${'Your part is small. '.repeat(50)}`);
    });
    const [finding, ...others] = await found('context-stuffing', {
      agent,
      script: () => ({ content: 'ok', usage: { inputTokens: 2000 } }),
    });
    expect(others).toEqual([]);
    const share = shared.length / (shared.length + 2 + 1000);
    expect(finding).toMatchObject({ agent: 'b', wastedTokens: Math.round(2000 * share), wastedUsd: null, wastedMs: 0 });
  });
});

describe('waste of a finding', () => {
  it('is what the calls cost that would not have been made, to the token and the millisecond', async () => {
    const [finding] = await found('loop', { agent: alone(looker), script: looking(4) });
    // Three look-ups too many (100 ms each), asked for by three calls of 15 tokens and 10 ms.
    expect(finding).toMatchObject({ wastedTokens: 45, wastedMs: 330, mast: 'FM-1.3', severity: 'error' });
    expect(finding!.wastedUsd).toBeCloseTo(45e-6, 12);
    expect(finding!.spanIds).toHaveLength(4);
  });

  it('is unpriced, never nothing, where a wasted call has no price', async () => {
    const trial: ScriptedTrial = { agent: alone(looker), script: looking(4), runtime: { costUsd: () => null } };
    expect(await found('loop', trial)).toMatchObject([{ wastedTokens: 45, wastedUsd: null }]);
  });

  it('of a retry storm is the time of failed attempts and of waiting', async () => {
    const script: Script = (_request, { attempt }) =>
      attempt < 3 ? { status: 503, latencyMs: 10 } : { content: 'ok', latencyMs: 50 };
    const trial: ScriptedTrial = { agent: alone(llm('a')), script, modelRetry: { attempts: 5, baseMs: 100 } };
    expect(await found('retry-storm', trial)).toMatchObject([{ wastedMs: 30 + 100 + 200 + 400, wastedTokens: 0, wastedUsd: 0 }]);
  });

  it('of a trial that a limit ended is all of it', async () => {
    const trial: ScriptedTrial = { agent: alone(looker), script: looking(9, (turn) => ({ turn })), limits: { maxModelCalls: 4 } };
    expect(await found('missing-termination', trial)).toMatchObject([{ severity: 'error', wastedTokens: 60 }]);
  });
});

describe('sequences are looked at by agent', () => {
  it('no loop of what three agents do once each', async () => {
    const agents = ['a', 'b', 'c'].map((name) => llm(name, { tools: [tool('look')] }));
    const trial: ScriptedTrial = { agent: parallel({ agents, aggregate: labelled }), script: looking(1) };
    expect(await found('loop', trial)).toEqual([]);
  });

  it('no loop of what voters of one prompt do, each with a seed of its own', async () => {
    const trial: ScriptedTrial = { agent: parallel({ agents: [llm('a')], copies: 5, aggregate: labelled }), script: () => 'yes' };
    const { findings } = await inspectedTrial(trial);
    expect(findings.filter(({ kind }) => ['loop', 'duplicate-work', 'idle-fan-out', 'stagnation'].includes(kind))).toEqual([]);
  });

  it('an answer that only code reads, as in a vote, is not idle', async () => {
    const vote = parallel({ agents: three, aggregate: (answers) => answers[0]!.result });
    expect(
      await found('idle-fan-out', { agent: vote, script: (_r, { agent }) => `the vote of ${agent} with its reasons` }),
    ).toEqual([]);
  });
});

describe('one thing is one finding', () => {
  it('an agent that was replaced was not left out as well', async () => {
    const trial: ScriptedTrial = {
      agent: sequential([{ agent: llm('a'), run: { fallback: [llm('b')] } }]),
      script: (_request, { agent }) => (agent === 'a' ? { status: 400 } : 'ok'),
    };
    expect(await found('silent-fallback', trial)).toHaveLength(1);
  });

  it('what is repeated in one run is a loop, not the work of two', async () => {
    const polling = defineAgent('polling', 'Polls.', async (_input, ctx) => {
      for (let i = 0; i < 3; i++)
        await ctx.decide({
          kind: 'poll',
          agent: 'a',
          model: 'gpt-4o',
          json: false,
          messages: [{ role: 'user', content: 'Done?' }],
          parse: String,
        });
      return resultOf('done');
    });
    const { findings } = await inspectedTrial({ agent: polling, script: () => 'no' });
    expect(findings.map(({ kind }) => kind)).toEqual(['loop']);
  });
});

describe('thresholds of a scenario', () => {
  const trial: ScriptedTrial = { agent: alone(looker), script: looking(4) };
  it.each([
    ['its own threshold', { loop: { repeats: 5 } }, 0],
    ['a lower one', { loop: { repeats: 2 } }, 1],
    ['none: the kind is left out', { loop: false }, 0],
    ['that of another kind', { stagnation: { similarity: 0.1 } }, 1],
  ] as const)('%s', async (_what, settings, count) => {
    expect(await found('loop', trial, settings)).toHaveLength(count);
  });
});
