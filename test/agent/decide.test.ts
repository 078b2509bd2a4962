import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineAgent, resultOf } from '../../src/contracts/agent.ts';
import type { Decision } from '../../src/contracts/run-context.ts';
import { PatternbenchError } from '../../src/kernel/errors.ts';
import { checkTrace } from '../../src/telemetry/trace-check.ts';
import { codeOf, lastText, runScripted, type Scripted } from '../support/trial.ts';

const score: Decision<number> = {
  kind: 'grade',
  agent: 'judge',
  model: 'gpt-4o',
  messages: [{ role: 'user', content: 'Grade it.' }],
  json: true,
  parse: (answer) => {
    const { score: value } = answer as { score?: unknown };
    if (typeof value !== 'number') throw new Error('"score" must be a number from 0 to 10, inclusive');
    return value;
  },
  describe: (value) => ({ 'test.score': value }),
};

const decideOn = (answers: readonly (string | Scripted)[], extra: Partial<Decision<number>> = {}) =>
  runScripted({
    agent: defineAgent('decider', 'Decides.', async (_input, ctx) => resultOf(String(await ctx.decide({ ...score, ...extra })))),
    script: (_request, { path }) => answers[Number(/\d+$/.exec(path)![0])] ?? 'nothing more to say',
  });

describe('decide', () => {
  it.each(['{"score": 7}', '```json\n{"score": 7}\n```', '```\n{"score": 7}```', '  ```JSON {"score": 7} ```\n'])(
    'reads %j',
    async (answer) => {
      const { result, calls } = await decideOn([answer]);
      expect(result?.output).toBe('7');
      expect(calls).toHaveLength(1);
    },
  );

  it('reads any JSON in fences as it reads it without', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.constantFrom('```json\n', '```\n', '', ' '), async (value, fence) => {
        let seen: unknown;
        const text = `${fence}${JSON.stringify({ value })}${fence.trim() ? '\n```' : ''}`;
        await decideOn([text], { parse: (answer) => ((seen = answer), 1) });
        expect(JSON.stringify(seen)).toBe(JSON.stringify({ value }));
      }),
      { numRuns: 50 },
    );
  });

  it('sees the text where no JSON is asked for', async () => {
    const { result, calls } = await decideOn(['```7```'], { json: false, parse: (answer) => String(answer).length });
    expect(result?.output).toBe('7');
    expect(calls[0]!.request.response_format).toBeUndefined();
  });

  it('tells the model word for word what was wrong, after its own answer, and takes the mended one', async () => {
    const { result, calls, spans } = await decideOn(['{"score": "high"}', 'no JSON', '{"score": 3}']);
    expect(result?.output).toBe('3');
    const [, second, third] = calls.map(({ request }) => request.messages);
    expect(second!.slice(1)).toEqual([
      { role: 'assistant', content: '{"score": "high"}' },
      { role: 'user', content: 'Invalid: "score" must be a number from 0 to 10, inclusive. Reply again with valid JSON only.' },
    ]);
    expect(third).toHaveLength(5);
    expect(third!.at(-1)!.content).toMatch(/^Invalid: Unexpected token.*"no JSON" is not valid JSON\. Reply again/);
    const decision = spans.find(({ path }) => path === 'grade:judge#0')!;
    expect(decision.attributes['test.score']).toBe(3);
    expect(decision.events.map(({ name, attributes }) => [name, attributes['patternbench.problem']])).toEqual([
      ['patternbench.repair', '"score" must be a number from 0 to 10, inclusive'],
      ['patternbench.repair', expect.stringContaining('not valid JSON')],
    ]);
    expect(checkTrace(spans)).toEqual([]);
  });

  it('leaves the messages that it was given as they were', async () => {
    const messages = [...score.messages];
    await decideOn(['x', 'y', '{"score": 1}'], { messages });
    expect(messages).toEqual(score.messages);
  });

  it.each([
    [undefined, 3],
    [0, 1],
    [4, 5],
  ])('gives up after %s repairs with invalid_decision', async (repairs, asked) => {
    const { error, calls, spans } = await decideOn([], repairs === undefined ? {} : { repairs });
    expect(codeOf(error)).toBe('invalid_decision');
    expect(String(error)).toMatch(/judge gave no valid answer to "grade"/);
    expect(calls).toHaveLength(asked);
    expect(spans.find(({ path }) => path === 'grade:judge#0')?.error?.type).toBe('invalid_decision');
    expect(checkTrace(spans)).toEqual([]);
  });

  it('lets the fallback decide when there is one, with the last problem at hand and in the trace', async () => {
    let problem = '';
    const { result, calls, spans } = await decideOn([], { repairs: 1, fallback: (told) => ((problem = told), -1) });
    expect(result?.output).toBe('-1');
    expect(calls).toHaveLength(2);
    expect(spans.find(({ path }) => path === 'grade:judge#0')).toMatchObject({
      error: undefined,
      attributes: { 'test.score': -1, 'patternbench.problem': problem },
    });
  });

  it('takes a refusal for an answer that has to be mended', async () => {
    const { result, calls } = await decideOn([{ content: null }, '{"score": 2}']);
    expect(result?.output).toBe('2');
    expect(lastText(calls[1]!.request)).toContain('Invalid:');
  });

  it('does not take a failed call for a bad answer', async () => {
    const miss = new PatternbenchError('fixture_miss', 'not recorded');
    for (const [failure, code] of [
      [{ error: miss }, 'fixture_miss'],
      [{ status: 400 }, 'model_error'],
    ] as const) {
      const { error, calls } = await decideOn([failure], { fallback: () => 0 });
      expect(codeOf(error)).toBe(code);
      expect(calls).toHaveLength(1);
    }
  });
});
