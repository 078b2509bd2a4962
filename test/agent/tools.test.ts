import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../src/contracts/model.ts';
import type { Tool } from '../../src/contracts/tool.ts';
import { PatternbenchError } from '../../src/kernel/errors.ts';
import type { Json } from '../../src/kernel/json.ts';
import { sequential } from '../../src/patterns/sequential.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
import { codeOf, llm, runScripted, type Scripted, tool } from '../support/trial.ts';

type Calls = NonNullable<Scripted['toolCalls']>;

const tools: readonly Tool[] = [
  tool('add', { execute: ({ a, b }) => Number(a) + Number(b), latencyMs: 12.5 }),
  tool('text', { execute: () => 'plain text' }),
  tool('fail', { execute: () => Promise.reject(new Error('no such account')) }),
  tool('throw', {
    execute: () => {
      // oxlint-disable-next-line no-throw-literal -- tools of users throw anything.
      throw 'just a string';
    },
  }),
  tool('nothing', { execute: () => undefined as unknown as Json }),
  tool('unfit', { execute: () => ({ n: Number.NaN }) }),
];

/** One turn with those calls, then an answer. Yields the tool messages that the model got to read. */
async function answersTo(toolCalls: Calls, own: readonly Tool[] = tools) {
  const outcome = await runScripted({
    agent: sequential([{ agent: llm('clerk', { tools: own }) }]),
    script: (_request, { path }) => (path.endsWith('chat#0') ? { toolCalls } : 'done'),
  });
  const messages = outcome.calls[1]?.request.messages ?? [];
  return { ...outcome, messages, told: messages.flatMap((message) => (message.role === 'tool' ? [message.content] : [])) };
}

/** Whether every call has exactly one tool message, right after the message that made it, and in its order. */
function wellFormed(messages: readonly ChatMessage[]): boolean {
  for (let i = 0; i < messages.length; i++) {
    const message = messages[i]!;
    if (message.role === 'tool') return false;
    if (message.role !== 'assistant') continue;
    for (const call of message.tool_calls ?? []) {
      const answer = messages[++i];
      if (answer?.role !== 'tool' || answer.tool_call_id !== call.id) return false;
    }
  }
  return true;
}

describe('tool calls', () => {
  it('are executed with their arguments; results are told as JSON, texts as they are', async () => {
    const { told, latencyMs } = await answersTo([
      { name: 'add', arguments: '{"a": 2, "b": 3}' },
      { name: 'text', arguments: ' ' },
    ]);
    expect(told).toEqual(['5', 'plain text']);
    expect(latencyMs).toBe(12.5);
  });

  it.each([
    ['an unknown tool', { name: 'pay' }, 'Error: there is no tool pay. Available: add, text, fail, throw, nothing, unfit'],
    ['arguments that are no JSON', { name: 'add', arguments: '{"a": 2' }, /^Error: the arguments of add are not valid JSON: /],
    ['arguments that are no object', { name: 'add', arguments: '[1]' }, 'Error: the arguments of add must be a JSON object'],
    ['arguments that are null', { name: 'add', arguments: 'null' }, 'Error: the arguments of add must be a JSON object'],
    ['a tool that fails', { name: 'fail' }, 'Error: no such account'],
    ['a tool that throws anything', { name: 'throw' }, 'Error: just a string'],
    ['a tool that returns nothing', { name: 'nothing' }, /^Error: the result of nothing is not JSON/],
    ['a tool whose result is no JSON', { name: 'unfit' }, /^Error: the result of unfit is not JSON/],
  ])('tell the model what is wrong with %s, and the agent goes on', async (_what, call, expected) => {
    const { told, result, spans } = await answersTo([call]);
    expect(told).toHaveLength(1);
    if (typeof expected === 'string') expect(told[0]).toBe(expected);
    else expect(told[0]).toMatch(expected);
    expect(result?.output).toBe('done');
    expect(spans.find(({ name }) => name.startsWith('execute_tool'))?.error).toBeDefined();
    expect(checkTrace(spans)).toEqual([]);
  });

  it('CHK7 cannot reach the tools of another agent, even in the same trial', async () => {
    let paid = 0;
    const pay = tool('pay', { execute: () => ++paid, effect: 'write' });
    const { calls, spans } = await runScripted({
      agent: sequential([{ agent: llm('payer', { tools: [pay] }) }, { agent: llm('reader', { tools: [tool('read')] }) }]),
      script: (request) => (request.messages.length < 3 ? { toolCalls: [{ name: 'pay' }] } : 'done'),
    });
    expect(paid).toBe(1);
    const [, , first, second] = calls;
    expect(first!.request.tools?.map((definition) => definition.function.name)).toEqual(['read']);
    expect(second!.request.messages.at(-1)).toMatchObject({
      role: 'tool',
      content: 'Error: there is no tool pay. Available: read',
    });
    const denied = spans.filter((span) => span.attributes['patternbench.tool.denied'] === true);
    expect(denied.map(({ path, error }) => [path, error?.type])).toEqual([
      ['agent:reader#0/all:tools#0[0]/tool:pay#0', 'tool_denied'],
    ]);
  });

  it('of one turn run at the same time, and their messages keep the order of the calls', async () => {
    const own = [300.5, 20, 100].map((latencyMs, index) =>
      tool(`t${index}`, { latencyMs, execute: (_args, ctx) => ctx.nowMs() }),
    );
    const { told, latencyMs } = await answersTo(
      own.map(({ name }) => ({ name, id: `c_${name}` })),
      own,
    );
    expect(told).toEqual(['300.5', '20', '100']);
    expect(latencyMs).toBe(300.5);
  });

  it('leave exactly one tool message per call, always, whatever model and tools do', async () => {
    const call = fc.record({
      name: fc.oneof(
        fc.constantFrom(...tools.map(({ name }) => name)),
        fc.string(),
        fc.constantFrom('', '__proto__', 'a/b#0[1]', '\u001b[2J'),
      ),
      arguments: fc.oneof(fc.json(), fc.string(), fc.constantFrom('', '{}', '{"__proto__": {"a": 1}}', '['.repeat(50_000))),
      id: fc.constantFrom('call_a', 'call_b', 'call_a', ''),
    });
    const turns = fc.array(fc.array(call, { minLength: 1, maxLength: 4 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(turns, fc.integer({ min: 1, max: 4 }), async (script, maxTurns) => {
        const { calls, result, error, spans } = await runScripted({
          agent: llm('clerk', { tools, maxTurns }),
          script: (_request, { path }) => {
            const toolCalls = script[Number(/\d+$/.exec(path)![0])];
            return toolCalls ? { toolCalls } : 'done';
          },
        });
        expect(error).toBeUndefined();
        for (const { request } of calls) expect(wellFormed(request.messages)).toBe(true);
        expect(wellFormed(result!.messages)).toBe(true);
        expect(calls.length).toBe(Math.min(script.length + 1, maxTurns));
        expect(checkTrace(spans)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('that end the whole trial are not told to the model', async () => {
    const miss = tool('search', { execute: () => Promise.reject(new PatternbenchError('fixture_miss', 'not recorded')) });
    const { error, calls } = await answersTo([{ name: 'search' }, { name: 'text' }], [miss, tools[1]!]);
    expect(codeOf(error)).toBe('fixture_miss');
    expect(calls).toHaveLength(1);
  });

  it('draw chance from the seed and their own place, so that equal trials are equal', async () => {
    const dice = tool('dice', { execute: (_args, ctx) => [ctx.random(), ctx.random()] });
    const twice = await Promise.all([
      answersTo([{ name: 'dice' }, { name: 'dice' }], [dice]),
      answersTo([{ name: 'dice' }, { name: 'dice' }], [dice]),
    ]);
    expect(twice[0].told).toEqual(twice[1].told);
    expect(new Set(twice[0].told.flatMap((text) => JSON.parse(text) as number[])).size).toBe(4);
  });
});

describe('the last turn', () => {
  it('offers no tools and asks for the answer', async () => {
    const { calls, result } = await runScripted({
      agent: llm('clerk', { tools, maxTurns: 3 }),
      script: (request) => (request.tools ? { toolCalls: [{ name: 'text' }] } : 'all I have'),
    });
    expect(calls.map(({ request }) => request.tools !== undefined)).toEqual([true, true, false]);
    expect(calls[2]!.request.messages.at(-1)).toEqual({ role: 'user', content: 'Give your final answer now.' });
    expect(result).toMatchObject({ output: 'all I have', stop: 'max_turns' });
    expect(result!.messages.at(-1)).toEqual({ role: 'assistant', content: 'all I have' });
  });

  it('ends the agent even when the model calls a tool that nobody offered, and leaves no call unanswered', async () => {
    const { calls, result } = await runScripted({
      agent: llm('clerk', { tools, maxTurns: 2 }),
      script: () => ({ toolCalls: [{ name: 'text' }] }),
    });
    expect(calls).toHaveLength(2);
    expect(result).toMatchObject({ output: '', stop: 'max_turns' });
    expect(wellFormed(result!.messages)).toBe(true);
  });

  it('is the only one with maxTurns 1: an answer without tools, and without being pressed for it', async () => {
    const { calls, result } = await runScripted({ agent: llm('clerk', { tools, maxTurns: 1 }), script: () => 'at once' });
    expect(calls.map(({ request }) => [request.tools, request.messages.length])).toEqual([[undefined, 2]]);
    expect(result).toMatchObject({ output: 'at once', stop: 'final' });
  });
});
