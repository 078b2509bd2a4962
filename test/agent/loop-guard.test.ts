import { describe, expect, it } from 'vitest';
import { defineAgent, resultOf } from '../../src/contracts/agent.ts';
import { sequential } from '../../src/patterns/sequential.ts';
import { totalsOf } from '../../src/telemetry/trial-totals.ts';
import { llm, runScripted, type Script, tool } from '../support/trial.ts';

const turning = llm('turning', { tools: [tool('look')], maxTurns: 100 });
const again: Script = () => ({ toolCalls: [{ name: 'look', arguments: '{"for":"it"}' }], latencyMs: 10 });
const limits = { maxRepeats: 8 };

describe('OBS3: a loop', () => {
  it('of one tool with the same arguments ends the trial at the eighth call, with an alert on its span', async () => {
    const { error, spans, calls } = await runScripted({ agent: sequential([{ agent: turning }]), script: again, limits });
    expect(error).toMatchObject({
      code: 'limit_exceeded',
      facts: { limit: 'maxRepeats' },
      message: 'a loop: turning calls look with the same arguments for the 8th time',
    });
    expect(calls).toHaveLength(8);
    const [alerted, ...others] = spans.filter(({ events }) => events.some(({ name }) => name === 'patternbench.alert'));
    expect(others).toEqual([]);
    expect(alerted!.name).toBe('execute_tool look');
    expect(alerted!.events[0]!.attributes).toMatchObject({ 'patternbench.alert.kind': 'loop', 'patternbench.alert.repeats': 8 });
    expect(totalsOf(spans).toolCalls).toBe(8);
  });

  it('of the very same request ends the trial before the model is asked once more', async () => {
    const asking = defineAgent('asking', 'Asks.', async (_input, ctx) => {
      for (;;) await ctx.model({ model: 'm', messages: [{ role: 'user', content: 'and?' }] });
    });
    const { error, calls } = await runScripted({ agent: asking, limits });
    expect(error).toMatchObject({
      facts: { limit: 'maxRepeats' },
      message: expect.stringContaining('asking asks m the very same thing') as string,
    });
    expect(calls).toHaveLength(7);
  });

  it('is an alert only where no limit is set: told once, at once, on the span too', async () => {
    const told: string[] = [];
    const agent = sequential([{ agent: llm('turning', { tools: [tool('look')], maxTurns: 20 }) }]);
    const { error, spans } = await runScripted({ agent, script: again, onAlert: (message) => told.push(message) });
    expect(error).toBeUndefined();
    expect(told).toEqual(['a loop: turning calls look with the same arguments for the 8th time']);
    expect(spans.flatMap(({ events }) => events).filter(({ name }) => name === 'patternbench.alert')).toHaveLength(1);
  });

  it('is not mended by a retry or a fallback', async () => {
    const mending = sequential([{ agent: turning, run: { retry: { attempts: 3, baseMs: 1 }, fallback: [llm('spare')] } }]);
    const { error, calls } = await runScripted({ agent: mending, script: again, limits });
    expect(error).toMatchObject({ facts: { limit: 'maxRepeats' } });
    expect(calls.map(({ agent }) => agent)).not.toContain('spare');
  });

  it('is no loop: other arguments, another seed, other words before the last ones, another agent, a retry', async () => {
    let turn = 0;
    const polling: Script = () => (turn++ < 20 ? { toolCalls: [{ name: 'look', arguments: `{"page":${turn}}` }] } : 'done');
    expect((await runScripted({ agent: turning, script: polling, limits })).error).toBeUndefined();
    const varied = defineAgent('varied', 'Varies.', async (_input, ctx) => {
      for (let i = 0; i < 20; i++) {
        await ctx.model({ model: 'm', seed: i, messages: [{ role: 'user', content: 'and?' }] });
        await ctx.model({
          model: 'm',
          messages: [
            { role: 'user', content: `${i}` },
            { role: 'user', content: 'and?' },
          ],
        });
      }
      return resultOf('done');
    });
    expect((await runScripted({ agent: varied, limits })).error).toBeUndefined();
    const failing: Script = (_request, { attempt }) => (attempt < 11 ? { status: 503 } : 'done');
    const { error, calls } = await runScripted({
      agent: llm('a'),
      script: failing,
      limits,
      modelRetry: { attempts: 12, baseMs: 1 },
    });
    expect([error, calls.length]).toEqual([undefined, 12]);
  });
});
