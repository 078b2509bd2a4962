import { describe, expect, it } from 'vitest';
import single from '../../src/patterns/single.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
import { llm, runScripted, team, tool } from '../support/trial.ts';

const [search, pay] = [tool('search'), tool('pay')];
const roster = team(llm('finder', { tools: [search] }), llm('clerk', { tools: [pay, search], temperature: 0.5 }));
const build = (options: unknown) => single.build(roster, single.options.parse(options));

describe('single', () => {
  it('AP1 is one agent with every instruction in a section of its own and every tool once', async () => {
    const { calls, result, spans } = await runScripted({ agent: build({}), input: 'Do it.' });
    expect(calls).toHaveLength(1);
    const { messages, tools, model } = calls[0]!.request;
    expect(messages[0]?.content).toContain('## finder\nYou are finder.\n\n## clerk\nYou are clerk.');
    expect(messages[1]).toEqual({ role: 'user', content: 'Do it.' });
    expect(tools?.map((definition) => definition.function.name)).toEqual(['search', 'pay']);
    expect(model).toBe('gpt-4o');
    expect(result?.stop).toBe('final');
    expect(checkTrace(spans)).toEqual([]);
  });

  it('runs on another model, and for fewer turns, when told so', async () => {
    const { calls, result } = await runScripted({
      agent: build({ model: 'gpt-4o-mini', maxTurns: 2 }),
      script: (request) => (request.tools ? { toolCalls: [{ name: 'pay' }] } : 'enough'),
    });
    expect(calls.map(({ request }) => request.model)).toEqual(['gpt-4o-mini', 'gpt-4o-mini']);
    expect(result).toMatchObject({ output: 'enough', stop: 'max_turns' });
  });
});
